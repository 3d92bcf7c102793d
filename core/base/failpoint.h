// Places where a test can have the code fail, wait or die:
// MR_RETURN_IF_ERROR(MILLRACE_FAILPOINT("save:before_rename"));
//
// The environment arms them in processes a test starts:
// MILLRACE_FAILPOINTS="save:before_rename=kill@2;recv=sleep:0.5; read=return:UNAVAILABLE:gone".
// "@n" lets the first n - 1 passes go by. Release builds compile failpoints to OkStatus().
#pragma once

#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace millrace {

struct FailpointAction {
  enum class Kind { kReturn, kKill, kSleep };

  // The pass evaluates to `status`.
  static FailpointAction Return(absl::Status status) {
    return {Kind::kReturn, std::move(status), {}, 1};
  }
  // The process dies at once, as by SIGKILL.
  static FailpointAction Kill() { return {Kind::kKill, {}, {}, 1}; }
  // The pass takes this long and is OK.
  static FailpointAction Sleep(absl::Duration duration) { return {Kind::kSleep, {}, duration, 1}; }
  // From the n-th pass on (1 is the next).
  FailpointAction From(int64_t n) && {
    first_pass = n;
    return std::move(*this);
  }

  Kind kind;
  absl::Status status;
  absl::Duration duration;
  int64_t first_pass;
};

// Arms `name`, in place of what it had. Any thread, as all of these.
void SetFailpoint(absl::string_view name, FailpointAction action);
void ClearFailpoint(absl::string_view name);
void ClearAllFailpoints();
// How often the code has passed `name` since it was armed; 0 when it is not.
int64_t FailpointPasses(absl::string_view name);
// Arms what `spec`, in the form of the environment variable, says. INVALID_ARGUMENT, arming
// nothing, when it is malformed.
absl::Status SetFailpointsFromSpec(absl::string_view spec);

namespace internal {
absl::Status PassFailpoint(absl::string_view name);
}  // namespace internal
}  // namespace millrace

#ifdef MILLRACE_FAILPOINTS_ENABLED
#define MILLRACE_FAILPOINT(name) ::millrace::internal::PassFailpoint(name)
#else
#define MILLRACE_FAILPOINT(name) ::absl::OkStatus()
#endif
