// Comma-separated values (RFC 4180): lines as fields, fields as elements of tensors.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/tensor/tensor.h"

namespace millrace {

struct CsvFormat {
  char delimiter = ',';
  bool quotes = true;            // fields may stand in quotes
  std::string missing;           // stands for no value, as nothing does
  std::vector<int64_t> columns;  // that are wanted, ascending; empty: all

  // INVALID_ARGUMENT unless the delimiter is one character and the columns are ascending.
  static absl::StatusOr<CsvFormat> Create(absl::string_view delimiter, bool quotes,
                                          std::string missing, std::vector<int64_t> columns);

  // The fields of a line without its end, those of the columns that are wanted. A line without
  // characters has none. INVALID_ARGUMENT for quotes that are wrong.
  absl::StatusOr<std::vector<std::string>> Fields(absl::string_view line) const;
  // True if a quoted field that begins in the line goes on after its end, which then belongs to it;
  // of a line within such a field, if the field ends in it.
  bool GoesOn(absl::string_view line) const;

  // Field k of record `record` as element i of `out`: float, double, int32, int64 or string; the
  // only element of `fallback` where the field has no value. INVALID_ARGUMENT if it is not a
  // number, or if it has no value and `fallback` no element.
  absl::Status Store(const std::string& field, int64_t record, int k, const Tensor& fallback,
                     int64_t i, Tensor* out) const;
};

// INVALID_ARGUMENT unless the default of field k has one element or none.
absl::Status CheckCsvDefault(int64_t k, const Tensor& fallback);

}  // namespace millrace
