// Max, Min, Prod: reductions. (Maximum and Minimum are the elementwise ones.)
#include <limits>
#include <numeric>
#include <vector>

#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/math/arithmetic.h"
#include "kernels/math/reduce.h"
#include "kernels/math/reduce_gradient.h"

namespace millrace {
namespace {

// NaN wins.
struct MaxReducer {
  template <typename A>
  static A Init() {
    if constexpr (std::is_floating_point_v<A>) return -std::numeric_limits<A>::infinity();
    return std::numeric_limits<A>::lowest();
  }
  template <typename A>
  static A Map(A x) {
    return x;
  }
  template <typename A>
  static A Combine(A x, A y) {
    return x < y || y != y ? y : x;
  }
  template <typename A>
  static A Finish(A x, int64_t count) {
    return x;
  }
};

struct MinReducer : MaxReducer {
  template <typename A>
  static A Init() {
    if constexpr (std::is_floating_point_v<A>) return std::numeric_limits<A>::infinity();
    return std::numeric_limits<A>::max();
  }
  template <typename A>
  static A Combine(A x, A y) {
    return y < x || y != y ? y : x;
  }
};

struct ProdReducer : MaxReducer {
  template <typename A>
  static A Init() {
    return A(1);
  }
  template <typename A>
  static A Combine(A x, A y) {
    return Times(x, y);
  }
};

// Shared equally by the elements that have the extreme value.
absl::StatusOr<Gradients> MaxGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output x = op.input(0), axes = op.input(1);
  const bool keep_dims = op.attr<bool>("keep_dims");
  const Output y = RestoreReducedDims(b, op.output(0), x, axes, keep_dims);
  const Output kept = RestoreReducedDims(b, dy[0], x, axes, keep_dims);
  const Output taken = b.Cast(b.Equal(y, x), b.dtype(x));
  const Output count = b.Sum(taken, axes, /*keep_dims=*/true);
  return Gradients{b.Mul(b.Div(taken, count), kept), Gradient()};
}

// The permutation that brings the reduced axes to the front, as a constant where rank and axes are
// known.
Output ReducedFirst(Builder& b, Output x, Output axes) {
  const std::optional<Tensor> known = b.value(axes);
  const PartialShape shape = b.shape(x);
  if (known && shape.known_rank()) {
    if (const auto reduced = ReductionAxes(*known, shape.rank()); reduced.ok()) {
      std::vector<int32_t> perm;
      for (const bool wanted : {true, false}) {
        for (int d = 0; d < shape.rank(); ++d) {
          if ((*reduced)[d] == wanted) perm.push_back(d);
        }
      }
      return b.Ints(perm);
    }
  }
  const Output rank = b.Rank(x);
  const Output flat = b.Reshape(b.Cast(axes, DType::kInt32), b.Ints({-1}));
  const Output positive = b.Op1("FloorMod", {b.Add(flat, rank), rank});
  const Output every = b.Range(b.Scalar<int32_t>(0), rank, b.Scalar<int32_t>(1));
  const Output others = b.Op1("ListDiff", {every, positive});
  return b.Concat({positive, others}, b.Scalar<int32_t>(0));
}

// dx_i = dy * the product of the others. Those before and after are cumulative products, so that
// zeros do no harm.
absl::StatusOr<Gradients> ProdGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output x = op.input(0), axes = op.input(1);
  const Output kept = RestoreReducedDims(b, dy[0], x, axes, op.attr<bool>("keep_dims"));
  const Output perm = ReducedFirst(b, x, axes);
  const Output permuted = b.Transpose(x, perm);
  const Output permuted_shape = b.Shape(permuted);
  // [reduced elements, kept elements]
  const Output kept_count = b.Size(op.output(0));
  const Output minus_one = b.Scalar<int32_t>(-1);
  const Output matrix = b.Reshape(permuted, b.Pack({minus_one, kept_count}));
  const Output axis = b.Scalar<int32_t>(0);
  const Output before = b.Op1("Cumprod", {matrix, axis}, {{"exclusive", true}});
  const Output after = b.Op1("Cumprod", {matrix, axis}, {{"exclusive", true}, {"reverse", true}});
  const Output others = b.Reshape(b.Conj(b.Mul(before, after)), permuted_shape);
  const Output restored = b.Transpose(others, b.Op1("InvertPermutation", {perm}));
  return Gradients{b.Mul(restored, kept), Gradient()};
}

}  // namespace

absl::Status RegisterMax(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(WithReduction<MaxReducer, RealTypes>(
      Op("Max")
          .Input("input: T")
          .Input("reduction_indices: Tidx")
          .Output("output: T")
          .Attr("keep_dims: bool = false")
          .Attr("T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, "
                "uint32, uint64, qint8, quint8, qint32, qint16, quint16}")
          .Attr("Tidx: {int32, int64} = DT_INT32")
          .Doc("The largest element over the axes in reduction_indices; NaN if there is one.")
          .Shape(ReductionShape)
          .Gradient(MaxGradient))));
  MR_RETURN_IF_ERROR(r.Add(WithReduction<MinReducer, RealTypes>(
      Op("Min")
          .Input("input: T")
          .Input("reduction_indices: Tidx")
          .Output("output: T")
          .Attr("keep_dims: bool = false")
          .Attr("T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, "
                "uint32, uint64, qint8, quint8, qint32, qint16, quint16}")
          .Attr("Tidx: {int32, int64} = DT_INT32")
          .Doc("The smallest element over the axes in reduction_indices; NaN if there is one.")
          .Shape(ReductionShape)
          .Gradient(MaxGradient))));
  return r.Add(WithReduction<ProdReducer, NumberTypes>(
      Op("Prod")
          .Input("input: T")
          .Input("reduction_indices: Tidx")
          .Output("output: T")
          .Attr("keep_dims: bool = false")
          .Attr("T: numbertype")
          .Attr("Tidx: {int32, int64} = DT_INT32")
          .Doc("The product over the axes in reduction_indices.")
          .Shape(ReductionShape)
          .Gradient(ProdGradient)));
}

}  // namespace millrace
