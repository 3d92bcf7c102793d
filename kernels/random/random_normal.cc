// RandomStandardNormal and its stateless forms.
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/random/distributions.h"
#include "kernels/random/random_kernels.h"

namespace millrace {
namespace {

template <typename T>
class NormalKernel final : public StatefulRandomKernel<MakeDefault<NormalDistribution<T>>> {};
template <typename T>
class StatelessNormalKernel final
    : public StatelessRandomKernel<MakeDefault<NormalDistribution<T>>> {};
template <typename T>
class StatelessNormalV2Kernel final
    : public StatelessRandomV2Kernel<MakeDefault<NormalDistribution<T>>> {};

}  // namespace

absl::Status RegisterRandomNormal(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("RandomStandardNormal")
                               .Input("shape: T")
                               .Output("output: dtype")
                               .Attr("seed: int = 0")
                               .Attr("seed2: int = 0")
                               .Attr("dtype: {half, bfloat16, float, double}")
                               .Attr("T: {int32, int64}")
                               .Stateful()
                               .Doc("Normal random numbers of mean 0 and standard deviation 1.")
                               .Shape(RandomShape)
                               .NotDifferentiable()
                               .CpuFor<NormalKernel, half, bfloat16, float, double>("dtype")));
  MR_RETURN_IF_ERROR(r.Add(
      Op("StatelessRandomNormal")
          .Input("shape: T")
          .Input("seed: Tseed")
          .Output("output: dtype")
          .Attr("dtype: {half, bfloat16, float, double} = DT_FLOAT")
          .Attr("T: {int32, int64} = DT_INT32")
          .Attr("Tseed: {int32, int64} = DT_INT64")
          .Doc("Normal random numbers of mean 0 and standard deviation 1, as a function of `seed`.")
          .Shape(StatelessShape)
          .NotDifferentiable()
          .CpuFor<StatelessNormalKernel, half, bfloat16, float, double>("dtype")));
  return r.Add(Op("StatelessRandomNormalV2")
                   .Input("shape: Tshape")
                   .Input("key: uint64")
                   .Input("counter: uint64")
                   .Input("alg: int32")
                   .Output("output: dtype")
                   .Attr("dtype: {half, bfloat16, float, double} = DT_FLOAT")
                   .Attr("Tshape: {int32, int64} = DT_INT32")
                   .Doc("Normal random numbers of mean 0 and standard deviation 1, as a function "
                        "of `key` and `counter`.")
                   .Shape(StatelessV2Shape)
                   .NotDifferentiable()
                   .CpuFor<StatelessNormalV2Kernel, half, bfloat16, float, double>("dtype"));
}

}  // namespace millrace
