// CSVDataset, CSVDatasetV2: the lines of files of comma-separated values.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/status.h"
#include "core/graph/registry.h"
#include "core/io/block_reader.h"
#include "core/io/decompressed_file.h"
#include "kernels/data/dataset.h"
#include "kernels/strings/csv_format.h"

namespace millrace {
namespace {

struct CsvFiles {
  std::vector<std::string> names;
  std::string compression_type;
  bool header = false;
  CsvFormat format;
  std::vector<int64_t> without;  // columns, ascending
  Element defaults;              // one a component
};

// A line that is wrong is an error of its own; the next comes after it.
class CsvIterator final : public DatasetIterator {
 public:
  explicit CsvIterator(std::shared_ptr<const CsvFiles> files) : files_(std::move(files)) {}
  NextResult Next() override {
    while (reader_ != nullptr || file_ < files_->names.size()) {
      std::string line;
      const absl::StatusOr<bool> found = NextOfFile(&line);
      if (found.ok() && *found) {
        absl::StatusOr<Element> fields = Parse(line);
        if (!fields.ok()) return {fields.status()};
        NextResult result;
        result.element = *std::move(fields);
        return result;
      }
      reader_ = nullptr;
      ++file_;  // an iterator that goes on after an error finds the next file
      if (!found.ok()) return {found.status()};
    }
    NextResult result;
    result.end = true;
    return result;
  }

 private:
  // False at the end of the file.
  absl::StatusOr<bool> NextOfFile(std::string* line) {
    if (reader_ == nullptr) {
      MR_ASSIGN_OR_RETURN(reader_, BlockReader::Open(files_->names[file_], files_->compression_type,
                                                     /*with_size=*/false));
      record_ = 0;
      if (files_->header) MR_RETURN_IF_ERROR(ReadRecord(line).status());
    }
    return ReadRecord(line);
  }

  absl::StatusOr<bool> ReadRecord(std::string* record) {
    MR_ASSIGN_OR_RETURN(bool found, reader_->ReadLine(record));
    if (!found) return false;
    ++record_;
    for (bool goes_on = files_->format.GoesOn(*record); goes_on;) {
      std::string more;
      MR_ASSIGN_OR_RETURN(found, reader_->ReadLine(&more));
      if (!found) break;  // the quotes are wrong
      absl::StrAppend(record, "\n", more);
      goes_on ^= files_->format.GoesOn(more);
    }
    return true;
  }

  absl::StatusOr<Element> Parse(const std::string& line) const {
    const CsvFormat& format = files_->format;
    MR_ASSIGN_OR_RETURN(std::vector<std::string> fields, format.Fields(line));
    // Here a line without characters has one empty field.
    if (line.empty() && (format.columns.empty() || format.columns[0] == 0)) fields = {""};
    const auto& without = files_->without;
    for (auto column = without.rbegin(); column != without.rend(); ++column) {
      if (*column < static_cast<int64_t>(fields.size())) fields.erase(fields.begin() + *column);
    }
    const Element& defaults = files_->defaults;
    if (fields.size() != defaults.size()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Expect ", defaults.size(), " fields but have ", fields.size(), " in record ", record_));
    }
    Element element;
    for (size_t k = 0; k < fields.size(); ++k) {
      MR_ASSIGN_OR_RETURN(Tensor value, Tensor::CreateZeros(defaults[k].dtype(), Shape()));
      MR_RETURN_IF_ERROR(
          format.Store(fields[k], record_, static_cast<int>(k), defaults[k], 0, &value));
      element.push_back(std::move(value));
    }
    return element;
  }

  const std::shared_ptr<const CsvFiles> files_;
  std::unique_ptr<BlockReader> reader_;
  size_t file_ = 0;
  int64_t record_ = 0;  // of the file, for messages
};

class CsvDatasetImpl final : public Dataset {
 public:
  explicit CsvDatasetImpl(CsvFiles files)
      : files_(std::make_shared<const CsvFiles>(std::move(files))) {}
  absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext&) const override {
    return std::make_unique<CsvIterator>(files_);
  }

 private:
  const std::shared_ptr<const CsvFiles> files_;
};

// (filenames, compression_type, buffer_size, header, field_delim, use_quote_delim, na_value,
// select_cols, record_defaults..., [exclude_cols])
class CsvDatasetKernel final : public DatasetKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::vector<DType> types;
    MR_RETURN_IF_ERROR(c.GetAttr("output_types", &types));
    num_columns_ = static_cast<int>(types.size());
    return absl::OkStatus();
  }

 private:
  static constexpr int kDefaults = 8;

  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override {
    CsvFiles files;
    MR_ASSIGN_OR_RETURN(files.names, Strings(c.input(0), "filenames", 1));
    MR_ASSIGN_OR_RETURN(files.compression_type, OneString(c.input(1), "compression_type"));
    MR_RETURN_IF_ERROR(CheckCompressionType(files.compression_type));
    MR_ASSIGN_OR_RETURN(const int64_t buffer_size, Int64Input(c, 2, "buffer_size"));
    if (buffer_size < 0) return absl::InvalidArgumentError("buffer_size should be non-negative");
    MR_ASSIGN_OR_RETURN(files.header, BoolInput(c, 3, "header"));
    MR_ASSIGN_OR_RETURN(const std::string delimiter, OneString(c.input(4), "field_delim"));
    MR_ASSIGN_OR_RETURN(const bool quotes, BoolInput(c, 5, "use_quote_delim"));
    MR_ASSIGN_OR_RETURN(std::string missing, OneString(c.input(6), "na_value"));
    MR_ASSIGN_OR_RETURN(std::vector<int64_t> columns, Columns(c.input(7), "select_cols"));
    if (const int last = c.num_inputs() - 1; last == kDefaults + num_columns_) {
      MR_ASSIGN_OR_RETURN(files.without, Columns(c.input(last), "exclude_cols"));
    }
    if (!columns.empty() && !files.without.empty()) {
      return absl::InvalidArgumentError("Either select_cols or exclude_cols should be empty");
    }
    if (!columns.empty() && columns.size() != static_cast<size_t>(num_columns_))
      return absl::InvalidArgumentError("select_cols should match output size");
    MR_ASSIGN_OR_RETURN(
        files.format, CsvFormat::Create(delimiter, quotes, std::move(missing), std::move(columns)));
    MR_ASSIGN_OR_RETURN(files.defaults, OwnedInputs(c, kDefaults));
    files.defaults.resize(static_cast<size_t>(num_columns_));
    for (int k = 0; k < num_columns_; ++k)
      MR_RETURN_IF_ERROR(CheckCsvDefault(k, files.defaults[static_cast<size_t>(k)]));
    return std::make_shared<CsvDatasetImpl>(std::move(files));
  }

  static absl::StatusOr<std::vector<std::string>> Strings(const Tensor& t, absl::string_view what,
                                                          int most_rank) {
    if (t.rank() > most_rank) {
      return absl::InvalidArgumentError(absl::StrCat("`", what, "` must be a scalar",
                                                     most_rank > 0 ? " or a vector" : "",
                                                     ", got shape ", t.shape().ToString()));
    }
    const auto span = t.flat<std::string>();
    return std::vector<std::string>(span.begin(), span.end());
  }
  static absl::StatusOr<std::string> OneString(const Tensor& t, absl::string_view what) {
    MR_ASSIGN_OR_RETURN(const std::vector<std::string> strings, Strings(t, what, 0));
    return strings[0];
  }
  static absl::StatusOr<std::vector<int64_t>> Columns(const Tensor& t, absl::string_view what) {
    const auto span = t.flat<int64_t>();
    const std::vector<int64_t> columns(span.begin(), span.end());
    for (size_t i = 0; i < columns.size(); ++i) {
      if (columns[i] < 0 || (i > 0 && columns[i] <= columns[i - 1])) {
        return absl::InvalidArgumentError(
            absl::StrCat(what, " should be strictly increasing indices"));
      }
    }
    return columns;
  }

  int num_columns_ = 0;
};

}  // namespace

absl::Status RegisterCsvDataset(Registry& r) {
  for (const bool with_exclusion : {false, true}) {
    Op op(with_exclusion ? "CSVDatasetV2" : "CSVDataset");
    op.Input("filenames: string")
        .Input("compression_type: string")
        .Input("buffer_size: int64")
        .Input("header: bool")
        .Input("field_delim: string")
        .Input("use_quote_delim: bool")
        .Input("na_value: string")
        .Input("select_cols: int64")
        .Input("record_defaults: output_types");
    if (with_exclusion) op.Input("exclude_cols: int64");
    op.Output("handle: variant")
        .Attr("output_types: list({float, double, int32, int64, string}) >= 1")
        .Attr("output_shapes: list(shape) >= 1")
        .Stateful()
        .Doc(
            "The lines of files of comma-separated values, one scalar a column; a default without "
            "elements makes a missing value an error. A line's end within quotes becomes \\n.")
        .Shape(ScalarOutputs)
        .NotDifferentiable()
        .Cpu<CsvDatasetKernel>();
    MR_RETURN_IF_ERROR(r.Add(op));
  }
  return absl::OkStatus();
}

}  // namespace millrace
