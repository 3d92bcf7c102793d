// RandomUniformInt, the stateless integers and StatefulUniformInt.
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/random/distributions.h"
#include "kernels/random/random_kernels.h"
#include "kernels/random/variable_generator.h"

namespace millrace {
namespace {

// minval and maxval are the inputs after the seed.
template <typename T>
struct MakeUniformInt {
  static absl::StatusOr<UniformIntDistribution<T>> Make(KernelContext& c, int first) {
    for (int i = first; i < first + 2; ++i) {
      if (c.input(i).rank() != 0) {
        return absl::InvalidArgumentError(absl::StrCat(i == first ? "minval" : "maxval",
                                                       " must be 0-D, got shape ",
                                                       c.input(i).shape().ToString()));
      }
    }
    const T low = c.input(first).scalar<T>(), high = c.input(first + 1).scalar<T>();
    if (low >= high) {
      return absl::InvalidArgumentError(
          absl::StrCat("Need minval < maxval, got ", low, " >= ", high));
    }
    return UniformIntDistribution<T>(low, high);
  }
};

template <typename T>
class UniformIntKernel final : public StatefulRandomKernel<MakeUniformInt<T>> {};
template <typename T>
class VariableUniformIntKernel final : public VariableRandomKernel<MakeUniformInt<T>> {};
template <typename T>
class StatelessUniformIntKernel final : public StatelessRandomKernel<MakeUniformInt<T>> {};
template <typename T>
class StatelessUniformIntV2Kernel final : public StatelessRandomV2Kernel<MakeUniformInt<T>> {};
template <typename T>
class StatelessFullIntKernel final
    : public StatelessRandomKernel<MakeDefault<FullIntDistribution<T>>> {};
template <typename T>
class StatelessFullIntV2Kernel final
    : public StatelessRandomV2Kernel<MakeDefault<FullIntDistribution<T>>> {};

}  // namespace

absl::Status RegisterRandomUniformInt(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("RandomUniformInt")
                               .Input("shape: T")
                               .Input("minval: Tout")
                               .Input("maxval: Tout")
                               .Output("output: Tout")
                               .Attr("seed: int = 0")
                               .Attr("seed2: int = 0")
                               .Attr("Tout: {int32, int64}")
                               .Attr("T: {int32, int64}")
                               .Stateful()
                               .Doc("Uniform random integers in [minval, maxval).")
                               .Shape(RandomShape)
                               .NotDifferentiable()
                               .CpuFor<UniformIntKernel, int32_t, int64_t>("Tout")));
  MR_RETURN_IF_ERROR(r.Add(Op("StatefulUniformInt")
                               .Input("resource: resource")
                               .Input("algorithm: int64")
                               .Input("shape: shape_dtype")
                               .Input("minval: dtype")
                               .Input("maxval: dtype")
                               .Output("output: dtype")
                               .Attr("dtype: type = DT_INT64")
                               .Attr("shape_dtype: type = DT_INT64")
                               .Stateful()
                               .Doc("Uniform random integers in [minval, maxval) of the generator "
                                    "in a variable.")
                               .Shape(VariableRandomShape)
                               .NotDifferentiable()
                               .CpuFor<VariableUniformIntKernel, int32_t, int64_t>("dtype")));
  MR_RETURN_IF_ERROR(r.Add(Op("StatelessRandomUniformInt")
                               .Input("shape: T")
                               .Input("seed: Tseed")
                               .Input("minval: dtype")
                               .Input("maxval: dtype")
                               .Output("output: dtype")
                               .Attr("dtype: {int32, int64}")
                               .Attr("T: {int32, int64}")
                               .Attr("Tseed: {int32, int64} = DT_INT64")
                               .Doc("Uniform random integers in [minval, maxval), as a function of "
                                    "`seed`.")
                               .Shape(StatelessShape)
                               .NotDifferentiable()
                               .CpuFor<StatelessUniformIntKernel, int32_t, int64_t>("dtype")));
  MR_RETURN_IF_ERROR(r.Add(
      Op("StatelessRandomUniformIntV2")
          .Input("shape: Tshape")
          .Input("key: uint64")
          .Input("counter: uint64")
          .Input("alg: int32")
          .Input("minval: dtype")
          .Input("maxval: dtype")
          .Output("output: dtype")
          .Attr("dtype: {int32, int64, uint32, uint64}")
          .Attr("Tshape: {int32, int64} = DT_INT32")
          .Doc("Uniform random integers in [minval, maxval), as a function of "
               "`key` and `counter`.")
          .Shape(StatelessV2Shape)
          .NotDifferentiable()
          .CpuFor<StatelessUniformIntV2Kernel, int32_t, int64_t, uint32_t, uint64_t>("dtype")));
  MR_RETURN_IF_ERROR(
      r.Add(Op("StatelessRandomUniformFullInt")
                .Input("shape: T")
                .Input("seed: Tseed")
                .Output("output: dtype")
                .Attr("dtype: {int32, int64, uint32, uint64} = DT_UINT64")
                .Attr("T: {int32, int64} = DT_INT32")
                .Attr("Tseed: {int32, int64, uint32, uint64} = DT_INT64")
                .Doc("Random integers over the type's whole range, as a function of `seed`.")
                .Shape(StatelessShape)
                .NotDifferentiable()
                .CpuFor<StatelessFullIntKernel, int32_t, int64_t, uint32_t, uint64_t>("dtype")));
  return r.Add(
      Op("StatelessRandomUniformFullIntV2")
          .Input("shape: Tshape")
          .Input("key: uint64")
          .Input("counter: uint64")
          .Input("alg: int32")
          .Output("output: dtype")
          .Attr("dtype: {int32, int64, uint32, uint64} = DT_UINT64")
          .Attr("Tshape: {int32, int64} = DT_INT32")
          .Doc("Random integers over the type's whole range, as a function of `key` and "
               "`counter`.")
          .Shape(StatelessV2Shape)
          .NotDifferentiable()
          .CpuFor<StatelessFullIntV2Kernel, int32_t, int64_t, uint32_t, uint64_t>("dtype"));
}

}  // namespace millrace
