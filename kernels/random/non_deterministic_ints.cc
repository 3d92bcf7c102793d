// NonDeterministicInts: integers that differ every time.
#include "core/base/random_id.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "kernels/random/distributions.h"
#include "kernels/random/random_kernels.h"

namespace millrace {
namespace {

template <typename T>
class NonDeterministicIntsKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const Shape shape, ShapeArg(c.input(0), "shape"));
    return FillOutput<MakeDefault<FullIntDistribution<T>>>(c, Philox(RandomId(), RandomId()), 1,
                                                           shape);
  }
};

}  // namespace

absl::Status RegisterNonDeterministicInts(Registry& r) {
  return r.Add(
      Op("NonDeterministicInts")
          .Input("shape: shape_dtype")
          .Output("output: dtype")
          .Attr("dtype: type = DT_INT64")
          .Attr("shape_dtype: type = DT_INT64")
          .Stateful()
          .Doc("Random integers over the type's whole range, others each time.")
          .Shape(RandomShape)
          .NotDifferentiable()
          .CpuFor<NonDeterministicIntsKernel, int32_t, int64_t, uint32_t, uint64_t>("dtype"));
}

}  // namespace millrace
