// DecodeCSV: lines of comma-separated values (RFC 4180) as one tensor a column.
#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"

namespace millrace {
namespace {

std::string TypeText(DType t) {
  return t == DType::kFloat ? "float" : t == DType::kDouble ? "double" : DTypeName(t);
}

class DecodeCsvKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::string delimiter;
    MR_RETURN_IF_ERROR(c.GetAttr("field_delim", &delimiter));
    MR_RETURN_IF_ERROR(c.GetAttr("use_quote_delim", &quotes_));
    MR_RETURN_IF_ERROR(c.GetAttr("na_value", &missing_));
    MR_RETURN_IF_ERROR(c.GetAttr("select_cols", &columns_));
    if (delimiter.size() != 1)
      return absl::InvalidArgumentError("field_delim should be only 1 char");
    delimiter_ = delimiter[0];
    if (!columns_.empty() && columns_.size() != static_cast<size_t>(c.num_outputs()))
      return absl::InvalidArgumentError("select_cols should match output size");
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i] < 0 || (i > 0 && columns_[i] <= columns_[i - 1]))
        return absl::InvalidArgumentError("select_cols should be strictly increasing indices");
    }
    return absl::OkStatus();
  }

  absl::Status Compute(KernelContext& c) override {
    const Tensor& records = c.input(0);
    for (int k = 0; k < c.num_outputs(); ++k) {
      const Tensor& fallback = c.input(1 + k);
      if (fallback.rank() > 1 || fallback.num_elements() > 1) {
        return absl::InvalidArgumentError(
            absl::StrCat("There should only be 1 default per field but field ", k,
                         " has the shape ", fallback.shape().ToString()));
      }
      Tensor* out;
      MR_RETURN_IF_ERROR(c.allocate_output(k, records.shape(), &out));
    }
    for (int64_t i = 0; i < records.num_elements(); ++i) {
      std::vector<std::string> fields;
      MR_RETURN_IF_ERROR(Split(records.data<std::string>()[i], &fields));
      if (!columns_.empty()) MR_RETURN_IF_ERROR(Select(i, &fields));
      if (fields.size() != static_cast<size_t>(c.num_outputs())) {
        return absl::InvalidArgumentError(absl::StrCat(
            "Expect ", c.num_outputs(), " fields but have ", fields.size(), " in record ", i));
      }
      for (int k = 0; k < c.num_outputs(); ++k) MR_RETURN_IF_ERROR(Store(c, i, k, fields[k]));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Select(int64_t record, std::vector<std::string>* fields) const {
    std::vector<std::string> selected;
    for (const int64_t column : columns_) {
      if (column < static_cast<int64_t>(fields->size())) selected.push_back((*fields)[column]);
    }
    *fields = std::move(selected);
    return absl::OkStatus();
  }

  absl::Status Split(absl::string_view line, std::vector<std::string>* fields) const {
    if (line.empty()) return absl::OkStatus();
    for (size_t at = 0;; ++at) {  // at the beginning of a field
      std::string field;
      if (quotes_ && at < line.size() && line[at] == '"') {
        MR_ASSIGN_OR_RETURN(at, Quoted(line, at + 1, &field));
      } else {
        for (; at < line.size() && line[at] != delimiter_; ++at) {
          if (line[at] == '\n' || line[at] == '\r')
            return absl::InvalidArgumentError("Unquoted fields cannot have CRLF inside");
          if (quotes_ && line[at] == '"')
            return absl::InvalidArgumentError("Unquoted fields cannot have quotes inside");
          field.push_back(line[at]);
        }
      }
      fields->push_back(std::move(field));
      if (at >= line.size()) return absl::OkStatus();
    }
  }

  // A field after its opening quote; where it ends: at a delimiter or the end of the line.
  absl::StatusOr<size_t> Quoted(absl::string_view line, size_t at, std::string* field) const {
    for (; at < line.size(); ++at) {
      if (line[at] != '"') {
        field->push_back(line[at]);
      } else if (at + 1 < line.size() && line[at + 1] == '"') {
        field->push_back('"');
        ++at;
      } else {
        ++at;
        if (at == line.size() || line[at] == delimiter_) return at;
        break;
      }
    }
    return absl::InvalidArgumentError(
        "Quoted field has to end with quote followed by delim or end");
  }

  // Field k of record i; the default where there is none.
  absl::Status Store(KernelContext& c, int64_t i, int k, const std::string& field) const {
    Tensor* out = c.mutable_output(k);
    const Tensor& fallback = c.input(1 + k);
    const bool missing = field.empty() || field == missing_;
    if (missing && fallback.num_elements() == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("Field ", k, " is required but missing in record ", i, "!"));
    }
    bool parsed = true;
    switch (out->dtype()) {
      case DType::kFloat:
        parsed = Put<float>(missing, fallback, out, i,
                            [&](float* v) { return absl::SimpleAtof(field, v); });
        break;
      case DType::kDouble:
        parsed = Put<double>(missing, fallback, out, i,
                             [&](double* v) { return absl::SimpleAtod(field, v); });
        break;
      case DType::kInt32:
        parsed = Put<int32_t>(missing, fallback, out, i,
                              [&](int32_t* v) { return absl::SimpleAtoi(field, v); });
        break;
      case DType::kInt64:
        parsed = Put<int64_t>(missing, fallback, out, i,
                              [&](int64_t* v) { return absl::SimpleAtoi(field, v); });
        break;
      default:
        Put<std::string>(missing, fallback, out, i, [&](std::string* v) {
          *v = field;
          return true;
        });
    }
    if (parsed) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(
        "Field ", k, " in record ", i, " is not a valid ", TypeText(out->dtype()), ": ", field));
  }
  template <typename T, typename F>
  static bool Put(bool missing, const Tensor& fallback, Tensor* out, int64_t i, F parse) {
    T* to = out->mutable_data<T>() + i;
    if (!missing) return parse(to);
    *to = fallback.data<T>()[0];
    return true;
  }

  char delimiter_ = ',';
  bool quotes_ = true;
  std::string missing_;
  std::vector<int64_t> columns_;
};

absl::Status DecodeCsvShape(ShapeContext& c) {
  for (int i = 1; i < c.num_inputs(); ++i) MR_RETURN_IF_ERROR(c.WithRankAtMost(i, 1).status());
  for (int i = 0; i < c.num_outputs(); ++i) c.set_output(i, c.input(0));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterDecodeCsv(Registry& r) {
  return r.Add(Op("DecodeCSV")
                   .Input("records: string")
                   .Input("record_defaults: OUT_TYPE")
                   .Output("output: OUT_TYPE")
                   .Attr("OUT_TYPE: list({float, double, int32, int64, string}) >= 1")
                   .Attr("field_delim: string = ','")
                   .Attr("use_quote_delim: bool = true")
                   .Attr("na_value: string = ''")
                   .Attr("select_cols: list(int) = []")
                   .Doc("Lines of comma-separated values as one tensor a column; a default of one "
                        "element stands for "
                        "a missing value, a default without elements makes it an error.")
                   .Shape(DecodeCsvShape)
                   .NotDifferentiable()
                   .Cpu<DecodeCsvKernel>());
}

}  // namespace millrace
