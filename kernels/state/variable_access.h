// How kernels reach variables. A reference input (of a v1 variable) holds a handle at run time, so
// these serve both kinds of ops.
#ifndef MILLRACE_KERNELS_STATE_VARIABLE_ACCESS_H_
#define MILLRACE_KERNELS_STATE_VARIABLE_ACCESS_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/mutex.h"
#include "core/runtime/kernel.h"
#include "core/runtime/resource.h"

namespace millrace {

// The variable that input i names. FAILED_PRECONDITION, naming it, if there is none.
absl::StatusOr<std::shared_ptr<Variable>> LookupVariable(KernelContext& c, int i);
// Its value. FAILED_PRECONDITION if it has none yet.
absl::StatusOr<Tensor> ReadVariable(KernelContext& c, int i);
// The error of using a variable that has no value.
absl::Status UninitializedVariable(const ResourceHandle& handle);

// Ops on references return what they were given.
void ForwardRef(KernelContext& c);

// Holds the mutexes of several variables, taken in address order, for one update of them all. Their
// values are private to them meanwhile (copied first if a reader holds one). Destroyed by the
// thread that made it.
class LockedVariables {
 public:
  LockedVariables() = default;
  ~LockedVariables();
  LockedVariables(const LockedVariables&) = delete;
  LockedVariables& operator=(const LockedVariables&) = delete;

  // Locks the variables of inputs 0 .. count-1; once. FAILED_PRECONDITION if one has no value,
  // INVALID_ARGUMENT if its dtype is not `dtype`.
  absl::Status Lock(KernelContext& c, int count, DType dtype);
  // The value of input i's variable.
  Tensor& operator[](int i);

 private:
  std::vector<std::shared_ptr<Variable>> variables_;  // by input
  std::vector<Variable*> locked_;                     // each once
};

}  // namespace millrace

#endif  // MILLRACE_KERNELS_STATE_VARIABLE_ACCESS_H_
