// SparseToDense.
#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/elements.h"
#include "kernels/array/int_args.h"
#include "kernels/array/scatter.h"

namespace millrace {
namespace {

// A scalar or vector of positions in one dimension as [n, 1].
absl::StatusOr<Tensor> AsPositions(const Tensor& indices) {
  if (indices.rank() == 2) return indices;
  if (indices.rank() > 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("sparse_indices should be a scalar, vector, or matrix, got shape ",
                     indices.shape().ToString()));
  }
  return indices.Reshaped(Shape({indices.num_elements(), 1}));
}

absl::Status CheckOrder(const std::vector<int64_t>& offsets) {
  for (size_t i = 1; i < offsets.size(); ++i) {
    if (offsets[i] <= offsets[i - 1]) {
      return absl::InvalidArgumentError(absl::StrCat(
          "indices[", i, "] is ", offsets[i] == offsets[i - 1] ? "repeated" : "out of order"));
    }
  }
  return absl::OkStatus();
}

class SparseToDenseKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    return c.GetAttr("validate_indices", &validate_);
  }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const Tensor positions, AsPositions(c.input(0)));
    MR_ASSIGN_OR_RETURN(const Shape shape, ShapeArg(c.input(1), "output_shape"));
    if (positions.dim(1) != shape.rank()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "output_shape has ", shape.rank(), " elements, the indices have ", positions.dim(1)));
    }
    const Tensor &values = c.input(2), &fallback = c.input(3);
    if (values.rank() > 1 || (values.rank() == 1 && values.dim(0) != positions.dim(0))) {
      return absl::InvalidArgumentError(absl::StrCat("sparse_values has shape ",
                                                     values.shape().ToString(),
                                                     ", should be [] or [", positions.dim(0), "]"));
    }
    if (fallback.rank() != 0)
      return absl::InvalidArgumentError("default_value should be a scalar.");
    MR_ASSIGN_OR_RETURN(const ScatterTargets targets, NdTargets(positions, shape));
    if (validate_) MR_RETURN_IF_ERROR(CheckOrder(targets.offsets));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    VisitStorage(out->dtype(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      std::fill_n(out->mutable_data<T>(), out->num_elements(), fallback.scalar<T>());
    });
    return Scatter(ScatterOp::kUpdate, targets, values, /*allow_scalar=*/true, *out);
  }

 private:
  bool validate_;
};

absl::Status SparseToDenseShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(PartialShape shape, c.input_as_shape(1));
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}

absl::StatusOr<Gradients> SparseToDenseGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const auto total = [&](Output x) {
    return b.Sum(x, b.Range(b.Scalar<int32_t>(0), b.Rank(x), b.Scalar<int32_t>(1)));
  };
  const Output rank = b.Reshape(b.Size(op.input(1)), b.Ints({1}));
  const Output positions =
      b.Reshape(op.input(0), b.Concat(Outputs{b.Ints({-1}), rank}, b.Scalar<int32_t>(0)));
  const Output each = b.Op1("GatherNd", {dy[0], positions});
  // A scalar value went to every position.
  const PartialShape values = b.shape(op.input(2));
  const Output to_values = values.known_rank() && values.rank() == 0 ? total(each) : each;
  return Gradients{{}, {}, to_values, b.Sub(total(dy[0]), total(each))};
}

}  // namespace

absl::Status RegisterSparseToDense(Registry& r) {
  return r.Add(Op("SparseToDense")
                   .Input("sparse_indices: Tindices")
                   .Input("output_shape: Tindices")
                   .Input("sparse_values: T")
                   .Input("default_value: T")
                   .Output("dense: T")
                   .Attr("validate_indices: bool = true")
                   .Attr("T: type")
                   .Attr("Tindices: {int32, int64}")
                   .Doc("A tensor of `output_shape`: sparse_values[i] at sparse_indices[i], "
                        "elsewhere the default.")
                   .Shape(SparseToDenseShape)
                   .Gradient(SparseToDenseGradient)
                   .Cpu<SparseToDenseKernel>());
}

}  // namespace millrace
