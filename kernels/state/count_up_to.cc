// CountUpTo, ResourceCountUpTo: a counter with an end.
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/state/variable_access.h"

namespace millrace {
namespace {

template <typename T>
class CountUpToKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("limit", &limit_); }

  absl::Status Compute(KernelContext& c) override {
    LockedVariables variable;
    MR_RETURN_IF_ERROR(variable.Lock(c, 1, kDTypeOf<T>));
    Tensor& value = variable[0];
    if (value.rank() != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("the counter must be a scalar, got shape ", value.shape().ToString()));
    }
    T& counter = *value.mutable_data<T>();
    if (static_cast<int64_t>(counter) >= limit_)
      return absl::OutOfRangeError(absl::StrCat("Reached limit of ", limit_));
    c.set_output(0, Tensor::Scalar<T>(counter++));
    return absl::OkStatus();
  }

 private:
  int64_t limit_ = 0;
};

absl::Status ScalarOutput(ShapeContext& c) {
  c.set_output(0, PartialShape::Scalar());
  return absl::OkStatus();
}

Op& Common(Op& op) {
  return op.Attr("limit: int")
      .Attr("T: {int32, int64}")
      .Doc(
          "The value of a scalar variable, which is then one more. OUT_OF_RANGE once it has "
          "reached limit.")
      .NotDifferentiable()
      .Shape(ScalarOutput)
      .CpuFor<CountUpToKernel, int32_t, int64_t>("T");
}

}  // namespace

absl::Status RegisterCountUpTo(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Common(Op("CountUpTo").Input("ref: Ref(T)").Output("output: T"))));
  return r.Add(
      Common(Op("ResourceCountUpTo").Input("resource: resource").Output("output: T").Stateful()));
}

}  // namespace millrace
