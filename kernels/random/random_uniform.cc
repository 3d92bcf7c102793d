// RandomUniform and its stateless forms.
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/random/distributions.h"
#include "kernels/random/random_kernels.h"

namespace millrace {
namespace {

template <typename T>
class UniformKernel final : public StatefulRandomKernel<MakeDefault<UniformDistribution<T>>> {};
template <typename T>
class StatelessUniformKernel final
    : public StatelessRandomKernel<MakeDefault<UniformDistribution<T>>> {};
template <typename T>
class StatelessUniformV2Kernel final
    : public StatelessRandomV2Kernel<MakeDefault<UniformDistribution<T>>> {};

}  // namespace

absl::Status RegisterRandomUniform(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("RandomUniform")
                               .Input("shape: T")
                               .Output("output: dtype")
                               .Attr("seed: int = 0")
                               .Attr("seed2: int = 0")
                               .Attr("dtype: {half, bfloat16, float, double}")
                               .Attr("T: {int32, int64}")
                               .Stateful()
                               .Doc("Uniform random numbers in [0, 1).")
                               .Shape(RandomShape)
                               .NotDifferentiable()
                               .CpuFor<UniformKernel, half, bfloat16, float, double>("dtype")));
  MR_RETURN_IF_ERROR(
      r.Add(Op("StatelessRandomUniform")
                .Input("shape: T")
                .Input("seed: Tseed")
                .Output("output: dtype")
                .Attr("dtype: {half, bfloat16, float, double} = DT_FLOAT")
                .Attr("T: {int32, int64} = DT_INT32")
                .Attr("Tseed: {int32, int64} = DT_INT64")
                .Doc("Uniform random numbers in [0, 1), as a function of `seed`.")
                .Shape(StatelessShape)
                .NotDifferentiable()
                .CpuFor<StatelessUniformKernel, half, bfloat16, float, double>("dtype")));
  return r.Add(Op("StatelessRandomUniformV2")
                   .Input("shape: Tshape")
                   .Input("key: uint64")
                   .Input("counter: uint64")
                   .Input("alg: int32")
                   .Output("output: dtype")
                   .Attr("dtype: {half, bfloat16, float, double} = DT_FLOAT")
                   .Attr("Tshape: {int32, int64} = DT_INT32")
                   .Doc("Uniform random numbers in [0, 1), as a function of `key` and `counter`.")
                   .Shape(StatelessV2Shape)
                   .NotDifferentiable()
                   .CpuFor<StatelessUniformV2Kernel, half, bfloat16, float, double>("dtype"));
}

}  // namespace millrace
