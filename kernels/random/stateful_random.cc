// StatefulUniform, StatefulStandardNormal and their like: random numbers of a generator that a
// variable holds; RngSkip and RngReadAndSkip, which move it on.
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "kernels/random/distributions.h"
#include "kernels/random/random_kernels.h"
#include "kernels/random/variable_generator.h"

namespace millrace {
namespace {

template <typename T>
class VariableUniformKernel final
    : public VariableRandomKernel<MakeDefault<UniformDistribution<T>>> {};
template <typename T>
class VariableNormalKernel final : public VariableRandomKernel<MakeDefault<NormalDistribution<T>>> {
};
// (resource, shape)
template <typename T>
class OldVariableNormalKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const Shape shape, ShapeArg(c.input(1), "shape"));
    const uint64_t blocks = static_cast<uint64_t>(shape.num_elements()) * 256;
    MR_ASSIGN_OR_RETURN(const Philox gen, TakeFromOldVariable(c, blocks));
    return FillOutput<MakeDefault<NormalDistribution<T>>>(c, gen, 2, shape);
  }
};
template <typename T>
class VariableTruncatedNormalKernel final
    : public VariableRandomKernel<MakeDefault<TruncatedNormalDistribution<T>>> {};
template <typename T>
class VariableFullIntKernel final
    : public VariableRandomKernel<MakeDefault<FullIntDistribution<T>>> {};

// (resource, algorithm, delta): by 256 blocks for each of delta numbers. One form gives the state
// that was.
class RngSkipKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& delta = c.input(2);
    if (delta.rank() != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("delta must be a scalar, not of shape ", delta.shape().ToString()));
    }
    const uint64_t numbers = delta.dtype() == DType::kUInt64
                                 ? delta.scalar<uint64_t>()
                                 : static_cast<uint64_t>(delta.scalar<int64_t>());
    Tensor state;
    MR_RETURN_IF_ERROR(TakeFromVariable(c, numbers * 256, &state).status());
    if (c.num_outputs() > 0) c.set_output(0, std::move(state));
    return absl::OkStatus();
  }
};

absl::Status SkipShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(1, 0).status());
  MR_RETURN_IF_ERROR(c.WithRank(2, 0).status());
  if (c.num_outputs() > 0) c.set_output(0, PartialShape::UnknownOfRank(1));
  return absl::OkStatus();
}

absl::Status OldShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(1, 1).status());
  MR_ASSIGN_OR_RETURN(PartialShape shape, c.input_as_shape(1));
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}

Op Distribution(absl::string_view name, absl::string_view doc) {
  Op op(name);
  op.Input("resource: resource")
      .Input("algorithm: int64")
      .Input("shape: shape_dtype")
      .Output("output: dtype")
      .Attr("dtype: type = DT_FLOAT")
      .Attr("shape_dtype: type = DT_INT64")
      .Stateful()
      .Doc(doc)
      .Shape(VariableRandomShape)
      .NotDifferentiable();
  return op;
}

}  // namespace

absl::Status RegisterStatefulRandom(Registry& r) {
  const char* const kNormal =
      "Normal random numbers of mean 0 and standard deviation 1 of the generator in a variable.";
  MR_RETURN_IF_ERROR(
      r.Add(Distribution("StatefulUniform",
                         "Uniform random numbers in [0, 1) of the generator in a variable.")
                .CpuFor<VariableUniformKernel, half, bfloat16, float, double>("dtype")));
  MR_RETURN_IF_ERROR(
      r.Add(Distribution("StatefulStandardNormalV2", kNormal)
                .CpuFor<VariableNormalKernel, half, bfloat16, float, double>("dtype")));
  MR_RETURN_IF_ERROR(r.Add(
      Distribution("StatefulTruncatedNormal",
                   "Normal random numbers of the generator in a variable, those drawn again that "
                   "lie 2 or more from the mean.")
          .CpuFor<VariableTruncatedNormalKernel, half, bfloat16, float, double>("dtype")));
  Op old_normal("StatefulStandardNormal");
  MR_RETURN_IF_ERROR(
      r.Add(old_normal.Input("resource: resource")
                .Input("shape: shape_dtype")
                .Output("output: dtype")
                .Attr("dtype: type = DT_FLOAT")
                .Attr("shape_dtype: type = DT_INT64")
                .Stateful()
                .Doc("StatefulStandardNormalV2, of a variable whose first word is the algorithm.")
                .Shape(OldShape)
                .NotDifferentiable()
                .CpuFor<OldVariableNormalKernel, half, bfloat16, float, double>("dtype")));
  Op full("StatefulUniformFullInt");
  MR_RETURN_IF_ERROR(
      r.Add(full.Input("resource: resource")
                .Input("algorithm: int64")
                .Input("shape: shape_dtype")
                .Output("output: dtype")
                .Attr("dtype: type = DT_UINT64")
                .Attr("shape_dtype: type = DT_INT64")
                .Stateful()
                .Doc("Random integers over the type's whole range of the generator in a variable.")
                .Shape(VariableRandomShape)
                .NotDifferentiable()
                .CpuFor<VariableFullIntKernel, int32_t, int64_t, uint32_t, uint64_t>("dtype")));
  MR_RETURN_IF_ERROR(r.Add(Op("RngReadAndSkip")
                               .Input("resource: resource")
                               .Input("alg: int32")
                               .Input("delta: uint64")
                               .Output("value: int64")
                               .Stateful()
                               .Doc("The state of the generator in a variable, which then moves on "
                                    "by delta numbers.")
                               .Shape(SkipShape)
                               .NotDifferentiable()
                               .Cpu<RngSkipKernel>()));
  return r.Add(Op("RngSkip")
                   .Input("resource: resource")
                   .Input("algorithm: int64")
                   .Input("delta: int64")
                   .Stateful()
                   .Doc("Moves the generator in a variable on by delta numbers.")
                   .Shape(SkipShape)
                   .NotDifferentiable()
                   .Cpu<RngSkipKernel>());
}

}  // namespace millrace
