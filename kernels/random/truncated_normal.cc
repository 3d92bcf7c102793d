// TruncatedNormal and its stateless forms.
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/random/distributions.h"
#include "kernels/random/random_kernels.h"

namespace millrace {
namespace {

template <typename T>
class TruncatedNormalKernel final
    : public StatefulRandomKernel<MakeDefault<TruncatedNormalDistribution<T>>> {};
template <typename T>
class StatelessTruncatedNormalKernel final
    : public StatelessRandomKernel<MakeDefault<TruncatedNormalDistribution<T>>> {};
template <typename T>
class StatelessTruncatedNormalV2Kernel final
    : public StatelessRandomV2Kernel<MakeDefault<TruncatedNormalDistribution<T>>> {};

}  // namespace

absl::Status RegisterTruncatedNormal(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("TruncatedNormal")
                .Input("shape: T")
                .Output("output: dtype")
                .Attr("seed: int = 0")
                .Attr("seed2: int = 0")
                .Attr("dtype: {half, bfloat16, float, double}")
                .Attr("T: {int32, int64}")
                .Stateful()
                .Doc("Normal random numbers, those drawn again that lie 2 or more from the mean.")
                .Shape(RandomShape)
                .NotDifferentiable()
                .CpuFor<TruncatedNormalKernel, half, bfloat16, float, double>("dtype")));
  MR_RETURN_IF_ERROR(
      r.Add(Op("StatelessTruncatedNormal")
                .Input("shape: T")
                .Input("seed: Tseed")
                .Output("output: dtype")
                .Attr("dtype: {half, bfloat16, float, double} = DT_FLOAT")
                .Attr("T: {int32, int64} = DT_INT32")
                .Attr("Tseed: {int32, int64} = DT_INT64")
                .Doc("Normal random numbers, those drawn again that lie 2 or more "
                     "from the mean, as a function of `seed`.")
                .Shape(StatelessShape)
                .NotDifferentiable()
                .CpuFor<StatelessTruncatedNormalKernel, half, bfloat16, float, double>("dtype")));
  return r.Add(
      Op("StatelessTruncatedNormalV2")
          .Input("shape: Tshape")
          .Input("key: uint64")
          .Input("counter: uint64")
          .Input("alg: int32")
          .Output("output: dtype")
          .Attr("dtype: {half, bfloat16, float, double} = DT_FLOAT")
          .Attr("Tshape: {int32, int64} = DT_INT32")
          .Doc("Normal random numbers, those drawn again that lie 2 or more from the "
               "mean, as a function of `key` and `counter`.")
          .Shape(StatelessV2Shape)
          .NotDifferentiable()
          .CpuFor<StatelessTruncatedNormalV2Kernel, half, bfloat16, float, double>("dtype"));
}

}  // namespace millrace
