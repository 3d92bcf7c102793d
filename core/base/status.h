// Status helpers: passing errors on, adding context, and canonical code names.
#pragma once

#include <optional>
#include <utility>

#include "absl/base/optimization.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace millrace {

// `status` with "context: " before its message; code and payloads are kept. An OK status is
// returned unchanged.
absl::Status Annotate(const absl::Status& status, absl::string_view context);

// The canonical upper-case name: "OK", "INVALID_ARGUMENT" and so on; "UNKNOWN" for a value outside
// the enum.
absl::string_view StatusCodeName(absl::StatusCode code);

// The inverse of StatusCodeName; nullopt for any other text.
std::optional<absl::StatusCode> StatusCodeFromName(absl::string_view name);

}  // namespace millrace

// Leaves the function with the status of `expr` unless it is OK. The function returns absl::Status
// or absl::StatusOr.
#define MR_RETURN_IF_ERROR(...)                           \
  do {                                                    \
    if (absl::Status mr_status_internal_ = (__VA_ARGS__); \
        ABSL_PREDICT_FALSE(!mr_status_internal_.ok())) {  \
      return mr_status_internal_;                         \
    }                                                     \
  } while (false)

// Evaluates an absl::StatusOr and leaves the function with its status on error; else assigns its
// value to `lhs`, which may be a declaration: MR_ASSIGN_OR_RETURN(auto file,
// env->NewRandomAccessFile(path)); Not one statement: needs braces after `if`.
#define MR_ASSIGN_OR_RETURN(lhs, ...) \
  MR_ASSIGN_OR_RETURN_INTERNAL_(MR_CONCAT_INTERNAL_(mr_result_, __LINE__), lhs, (__VA_ARGS__))

#define MR_ASSIGN_OR_RETURN_INTERNAL_(result, lhs, rexpr) \
  auto result = rexpr;                                    \
  if (ABSL_PREDICT_FALSE(!result.ok())) {                 \
    return std::move(result).status();                    \
  }                                                       \
  lhs = *std::move(result)

#define MR_CONCAT_INTERNAL_(a, b) MR_CONCAT_INNER_INTERNAL_(a, b)
#define MR_CONCAT_INNER_INTERNAL_(a, b) a##b
