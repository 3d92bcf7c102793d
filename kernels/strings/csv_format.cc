#include "kernels/strings/csv_format.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace millrace {
namespace {

std::string TypeText(DType t) {
  return t == DType::kFloat ? "float" : t == DType::kDouble ? "double" : DTypeName(t);
}

// A field after its opening quote; where it ends: at a delimiter or the end of the line.
absl::StatusOr<size_t> Quoted(absl::string_view line, size_t at, char delimiter,
                              std::string* field) {
  for (; at < line.size(); ++at) {
    if (line[at] != '"') {
      field->push_back(line[at]);
    } else if (at + 1 < line.size() && line[at + 1] == '"') {
      field->push_back('"');
      ++at;
    } else {
      ++at;
      if (at == line.size() || line[at] == delimiter) return at;
      break;
    }
  }
  return absl::InvalidArgumentError("Quoted field has to end with quote followed by delim or end");
}

absl::StatusOr<std::vector<std::string>> AllFields(const CsvFormat& format,
                                                   absl::string_view line) {
  std::vector<std::string> fields;
  if (line.empty()) return fields;
  for (size_t at = 0;; ++at) {  // at the beginning of a field
    std::string field;
    if (format.quotes && at < line.size() && line[at] == '"') {
      MR_ASSIGN_OR_RETURN(at, Quoted(line, at + 1, format.delimiter, &field));
    } else {
      for (; at < line.size() && line[at] != format.delimiter; ++at) {
        if (line[at] == '\n' || line[at] == '\r')
          return absl::InvalidArgumentError("Unquoted fields cannot have CRLF inside");
        if (format.quotes && line[at] == '"')
          return absl::InvalidArgumentError("Unquoted fields cannot have quotes inside");
        field.push_back(line[at]);
      }
    }
    fields.push_back(std::move(field));
    if (at >= line.size()) return fields;
  }
}

template <typename T, typename F>
bool Put(bool none, const Tensor& fallback, Tensor* out, int64_t i, F parse) {
  T* to = out->mutable_data<T>() + i;
  if (!none) return parse(to);
  *to = fallback.data<T>()[0];
  return true;
}

}  // namespace

absl::StatusOr<CsvFormat> CsvFormat::Create(absl::string_view delimiter, bool quotes,
                                            std::string missing, std::vector<int64_t> columns) {
  if (delimiter.size() != 1) return absl::InvalidArgumentError("field_delim should be only 1 char");
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i] < 0 || (i > 0 && columns[i] <= columns[i - 1]))
      return absl::InvalidArgumentError("select_cols should be strictly increasing indices");
  }
  return CsvFormat{delimiter[0], quotes, std::move(missing), std::move(columns)};
}

absl::StatusOr<std::vector<std::string>> CsvFormat::Fields(absl::string_view line) const {
  MR_ASSIGN_OR_RETURN(std::vector<std::string> fields, AllFields(*this, line));
  if (columns.empty()) return fields;
  std::vector<std::string> selected;
  for (const int64_t column : columns) {
    if (column < static_cast<int64_t>(fields.size()))
      selected.push_back(std::move(fields[static_cast<size_t>(column)]));
  }
  return selected;
}

bool CsvFormat::GoesOn(absl::string_view line) const {
  // A quote within a quoted field is doubled, so that it counts twice.
  return quotes && std::count(line.begin(), line.end(), '"') % 2 == 1;
}

absl::Status CsvFormat::Store(const std::string& field, int64_t record, int k,
                              const Tensor& fallback, int64_t i, Tensor* out) const {
  const bool none = field.empty() || field == missing;
  if (none && fallback.num_elements() == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("Field ", k, " is required but missing in record ", record, "!"));
  }
  bool parsed = true;
  switch (out->dtype()) {
    case DType::kFloat:
      parsed =
          Put<float>(none, fallback, out, i, [&](float* v) { return absl::SimpleAtof(field, v); });
      break;
    case DType::kDouble:
      parsed = Put<double>(none, fallback, out, i,
                           [&](double* v) { return absl::SimpleAtod(field, v); });
      break;
    case DType::kInt32:
      parsed = Put<int32_t>(none, fallback, out, i,
                            [&](int32_t* v) { return absl::SimpleAtoi(field, v); });
      break;
    case DType::kInt64:
      parsed = Put<int64_t>(none, fallback, out, i,
                            [&](int64_t* v) { return absl::SimpleAtoi(field, v); });
      break;
    default:
      Put<std::string>(none, fallback, out, i, [&](std::string* v) {
        *v = field;
        return true;
      });
  }
  if (parsed) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "Field ", k, " in record ", record, " is not a valid ", TypeText(out->dtype()), ": ", field));
}
absl::Status CheckCsvDefault(int64_t k, const Tensor& fallback) {
  if (fallback.rank() <= 1 && fallback.num_elements() <= 1) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("There should only be 1 default per field but field ", k, " has the shape ",
                   fallback.shape().ToString()));
}

}  // namespace millrace
