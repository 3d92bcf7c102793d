// InitializeTableFromTextFile and its form for resources: a table filled with the lines of a file.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "core/base/env.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/io/file_kernel.h"
#include "kernels/table/lookup_table.h"

namespace millrace {
namespace {

// Which part of a line a key or value is, where it is not a column.
constexpr int64_t kWholeLine = -2, kLineNumber = -1;

// One column of a file as a tensor.
class ColumnReader {
 public:
  ColumnReader(int64_t column, DType dtype, std::string delimiter)
      : column_(column), dtype_(dtype), delimiter_(std::move(delimiter)) {}

  // INVALID_ARGUMENT for a type that this part of a line cannot have.
  absl::Status Check(absl::string_view what) const {
    if (column_ == kWholeLine && dtype_ != DType::kString) {
      return absl::InvalidArgumentError(
          absl::StrCat(what, " of the whole line must be string, got ", DTypeName(dtype_)));
    }
    if (column_ == kLineNumber && dtype_ != DType::kInt64 && dtype_ != DType::kInt32) {
      return absl::InvalidArgumentError(
          absl::StrCat(what, " of the line number must be int64, got ", DTypeName(dtype_)));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<Tensor> Read(const std::vector<absl::string_view>& lines, int64_t first) const {
    const int64_t n = static_cast<int64_t>(lines.size());
    MR_ASSIGN_OR_RETURN(Tensor out, Tensor::Create(dtype_, Shape({n})));
    for (int64_t i = 0; i < n; ++i) {
      MR_RETURN_IF_ERROR(Annotate(Set(lines[i], first + i, &out, i),
                                  absl::StrCat("line ", first + i, " (", lines[i], ")")));
    }
    return out;
  }

 private:
  absl::Status Set(absl::string_view line, int64_t number, Tensor* out, int64_t at) const {
    if (column_ == kLineNumber) {
      if (dtype_ == DType::kInt32) {
        out->mutable_data<int32_t>()[at] = static_cast<int32_t>(number);
      } else {
        out->mutable_data<int64_t>()[at] = number;
      }
      return absl::OkStatus();
    }
    absl::string_view text = line;
    if (column_ >= 0) {
      const std::vector<absl::string_view> columns =
          absl::StrSplit(line, absl::ByString(delimiter_));
      if (column_ >= static_cast<int64_t>(columns.size())) {
        return absl::InvalidArgumentError(
            absl::StrCat("Invalid number of columns: expected ", column_, " got ", columns.size()));
      }
      text = columns[static_cast<size_t>(column_)];
    }
    bool ok = true;
    switch (dtype_) {
      case DType::kString:
        out->mutable_data<std::string>()[at] = std::string(text);
        break;
      case DType::kInt32:
        ok = absl::SimpleAtoi(text, &out->mutable_data<int32_t>()[at]);
        break;
      case DType::kInt64:
        ok = absl::SimpleAtoi(text, &out->mutable_data<int64_t>()[at]);
        break;
      case DType::kFloat:
        ok = absl::SimpleAtof(text, &out->mutable_data<float>()[at]);
        break;
      case DType::kDouble:
        ok = absl::SimpleAtod(text, &out->mutable_data<double>()[at]);
        break;
      default:
        return absl::InvalidArgumentError(
            absl::StrCat("Data type ", DTypeName(dtype_), " not supported."));
    }
    if (ok) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("Field ", text, " is not a valid ", DTypeName(dtype_), "."));
  }

  const int64_t column_;
  const DType dtype_;
  const std::string delimiter_;
};

class TableFromFileKernel final : public FileKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("key_index", &key_));
    MR_RETURN_IF_ERROR(c.GetAttr("value_index", &value_));
    MR_RETURN_IF_ERROR(c.GetAttr("vocab_size", &size_));
    MR_RETURN_IF_ERROR(c.GetAttr("offset", &offset_));
    MR_RETURN_IF_ERROR(c.GetAttr("delimiter", &delimiter_));
    if (delimiter_.size() == 1) return absl::OkStatus();
    return absl::InvalidArgumentError("delimiter should be only 1 char");
  }

 private:
  absl::Status Work(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto table, c.resource<LookupTable>(0));
    MR_ASSIGN_OR_RETURN(const std::string path, ScalarString(c, 1, "filename"));
    if (path.empty()) return absl::InvalidArgumentError("filename cannot be empty.");
    const ColumnReader keys(key_, table->key_dtype(), delimiter_);
    const ColumnReader values(value_, table->value_dtype(), delimiter_);
    MR_RETURN_IF_ERROR(keys.Check("Key"));
    MR_RETURN_IF_ERROR(values.Check("Value"));
    MR_ASSIGN_OR_RETURN(const std::string content, DefaultEnv()->ReadFileToString(path));
    std::vector<absl::string_view> lines = absl::StrSplit(content, '\n');
    if (lines.back().empty()) lines.pop_back();
    for (absl::string_view& line : lines) line = absl::StripSuffix(line, "\r");
    lines.erase(lines.begin(), lines.begin() + std::clamp<int64_t>(
                                                   offset_, 0, static_cast<int64_t>(lines.size())));
    if (size_ >= 0 && static_cast<int64_t>(lines.size()) < size_) {
      return absl::InvalidArgumentError(absl::StrCat("Invalid vocab_size in ", path, ": expected ",
                                                     size_, " but got ", lines.size()));
    }
    if (size_ >= 0) lines.resize(static_cast<size_t>(size_));
    MR_ASSIGN_OR_RETURN(const Tensor k, keys.Read(lines, 0));
    MR_ASSIGN_OR_RETURN(const Tensor v, values.Read(lines, 0));
    return table->Initialize(k, v);
  }

  int64_t key_ = kWholeLine, value_ = kLineNumber, size_ = -1, offset_ = 0;
  std::string delimiter_ = "\t";
};

absl::Status FileNameShape(ShapeContext& c) { return c.WithRank(1, 0).status(); }

}  // namespace

absl::Status RegisterTableFromFile(Registry& r) {
  const char* const kDoc =
      "Fills a table, once, with the lines of a text file. key_index and value_index are columns, "
      "-1 for the number of the line, -2 for the whole line.";
  MR_RETURN_IF_ERROR(r.Add(Op("InitializeTableFromTextFile")
                               .Input("table_handle: Ref(string)")
                               .Input("filename: string")
                               .Attr("key_index: int >= -2")
                               .Attr("value_index: int >= -2")
                               .Attr("vocab_size: int >= -1 = -1")
                               .Attr("delimiter: string = '\\t'")
                               .Attr("offset: int = 0")
                               .MayWait()
                               .Doc(kDoc)
                               .Shape(FileNameShape)
                               .NotDifferentiable()
                               .Cpu<TableFromFileKernel>()));
  return r.Add(Op("InitializeTableFromTextFileV2")
                   .Input("table_handle: resource")
                   .Input("filename: string")
                   .Attr("key_index: int >= -2")
                   .Attr("value_index: int >= -2")
                   .Attr("vocab_size: int >= -1 = -1")
                   .Attr("delimiter: string = '\\t'")
                   .Attr("offset: int = 0")
                   .Stateful()
                   .MayWait()
                   .Doc(kDoc)
                   .Shape(FileNameShape)
                   .NotDifferentiable()
                   .Cpu<TableFromFileKernel>());
}

}  // namespace millrace
