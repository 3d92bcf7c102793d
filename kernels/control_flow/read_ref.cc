// `_ReadRef`: the value behind a reference, as it is when the reader runs. The pipeline puts one
// before each consumer of a reference that wants a value.
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/runtime/resource.h"

namespace millrace {
namespace {

class ReadRefKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const ResourceHandle* handle, c.handle(0));
    absl::StatusOr<std::shared_ptr<Variable>> variable = c.resources().Lookup<Variable>(*handle);
    if (!variable.ok() && !absl::IsNotFound(variable.status())) return variable.status();
    Tensor value = variable.ok() ? (*variable)->Read() : Tensor();
    if (!value.initialized()) {
      return absl::FailedPreconditionError(
          absl::StrCat("Attempting to use uninitialized value ", handle->name));
    }
    if (value.dtype() != c.output_type(0)) {
      return absl::InvalidArgumentError(
          absl::StrCat("Variable ", handle->name, " holds ", DTypeName(value.dtype()), ", but ",
                       DTypeName(c.output_type(0)), " is read from it"));
    }
    c.set_output(0, std::move(value));
    return absl::OkStatus();
  }
  bool cheap() const override { return true; }
};

}  // namespace

absl::Status RegisterReadRef(Registry& r) {
  return r.Add(Op("_ReadRef")
                   .Input("ref: Ref(T)")
                   .Output("value: T")
                   .Attr("T: type")
                   .Doc("A snapshot of the value behind a reference.")
                   .Stateful()
                   .Shape(SameAsInput0)
                   .NotDifferentiable()
                   .Cpu<ReadRefKernel>());
}

}  // namespace millrace
