#include "kernels/state/variable_access.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace millrace {

absl::Status UninitializedVariable(const ResourceHandle& handle) {
  return absl::FailedPreconditionError(
      absl::StrCat("Attempting to use uninitialized value ", handle.name,
                   ": run its initializer, global_variables_initializer() for example, or restore "
                   "a checkpoint first (variable in container '",
                   handle.container, "' of ", handle.device, ")"));
}

absl::StatusOr<std::shared_ptr<Variable>> LookupVariable(KernelContext& c, int i) {
  MR_ASSIGN_OR_RETURN(const ResourceHandle* handle, c.handle(i));
  absl::StatusOr<std::shared_ptr<Variable>> variable = c.resources().Lookup<Variable>(*handle);
  if (absl::IsNotFound(variable.status())) return UninitializedVariable(*handle);
  return variable;
}

absl::StatusOr<Tensor> ReadVariable(KernelContext& c, int i) {
  MR_ASSIGN_OR_RETURN(const std::shared_ptr<Variable> variable, LookupVariable(c, i));
  Tensor value = variable->Read();
  if (!value.initialized()) {
    MR_ASSIGN_OR_RETURN(const ResourceHandle* handle, c.handle(i));
    return UninitializedVariable(*handle);
  }
  return value;
}

void ForwardRef(KernelContext& c) {
  if (c.num_outputs() > 0) c.set_output(0, c.take_input(0));
}

// The set of mutexes is known at run time only, which the analysis cannot follow.
LockedVariables::~LockedVariables() ABSL_NO_THREAD_SAFETY_ANALYSIS {
  for (Variable* v : locked_) v->mu().Unlock();
}

absl::Status LockedVariables::Lock(KernelContext& c, int count,
                                   DType dtype) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  std::vector<Variable*> order;
  for (int i = 0; i < count; ++i) {
    MR_ASSIGN_OR_RETURN(std::shared_ptr<Variable> variable, LookupVariable(c, i));
    order.push_back(variable.get());
    variables_.push_back(std::move(variable));
  }
  std::sort(order.begin(), order.end());
  order.erase(std::unique(order.begin(), order.end()), order.end());
  for (Variable* v : order) {
    v->mu().Lock();
    locked_.push_back(v);
  }
  for (int i = 0; i < count; ++i) {
    const Tensor& value = variables_[i]->value();
    MR_ASSIGN_OR_RETURN(const ResourceHandle* handle, c.handle(i));
    if (!value.initialized()) return UninitializedVariable(*handle);
    if (value.dtype() != dtype) {
      return absl::InvalidArgumentError(absl::StrCat("variable ", handle->name, " is of type ",
                                                     DTypeName(value.dtype()), ", not ",
                                                     DTypeName(dtype)));
    }
  }
  for (Variable* v : locked_) MR_RETURN_IF_ERROR(v->MakePrivate());
  return absl::OkStatus();
}

Tensor& LockedVariables::operator[](int i) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  return variables_[i]->value();
}

}  // namespace millrace
