// Sum, Mean, EuclideanNorm.
#include <cmath>

#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/math/arithmetic.h"
#include "kernels/math/reduce.h"
#include "kernels/math/reduce_gradient.h"
#include "kernels/math/sum_reducer.h"

namespace millrace {
namespace {

struct MeanReducer : SumReducer {
  template <typename A>
  static A Finish(A x, int64_t count) {
    if constexpr (std::is_integral_v<A>) {
      // A count that A does not hold is larger than any sum.
      const A divisor = static_cast<A>(count);
      return count == 0 || static_cast<int64_t>(divisor) != count ? A(0)
                                                                  : static_cast<A>(x / divisor);
    } else if constexpr (std::is_same_v<A, complex64>) {
      return x / static_cast<float>(count);
    } else {
      return x / static_cast<A>(static_cast<double>(count));
    }
  }
};

struct NormReducer : SumReducer {
  template <typename A>
  static A Map(A x) {
    return Times(x, Conjugate(x));
  }
  template <typename A>
  static A Finish(A x, int64_t count) {
    if constexpr (std::is_integral_v<A>) {
      return static_cast<A>(std::sqrt(static_cast<double>(x)));
    } else {
      return std::sqrt(x);
    }
  }
};

// The gradient of a sum by each of its terms is that of the sum.
Output SpreadOver(Builder& b, const OpView& op, Output dy) {
  const Output kept =
      RestoreReducedDims(b, dy, op.input(0), op.input(1), op.attr<bool>("keep_dims"));
  return b.BroadcastTo(kept, b.Shape(op.input(0)));
}

absl::StatusOr<Gradients> SumGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{SpreadOver(b, op, dy[0]), Gradient()};
}

absl::StatusOr<Gradients> MeanGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output x = op.input(0), y = op.output(0);
  const int64_t in = b.shape(x).num_elements(), out = b.shape(y).num_elements();
  Output share;
  if (in >= 0 && out > 0) {
    share = b.Div(dy[0], b.ScalarLike(dy[0], static_cast<double>(in) / static_cast<double>(out)));
  } else {
    const Output count =
        b.Op1("FloorDiv", {b.Size(x), b.Op1("Maximum", {b.Size(y), b.Scalar<int32_t>(1)})});
    share = b.Div(dy[0], b.Cast(count, b.dtype(dy[0])));
  }
  return Gradients{SpreadOver(b, op, share), Gradient()};
}

// d|x| / dx = x / |x|
absl::StatusOr<Gradients> EuclideanNormGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output scaled = b.Div(dy[0], op.output(0));
  const Output kept =
      RestoreReducedDims(b, scaled, op.input(0), op.input(1), op.attr<bool>("keep_dims"));
  return Gradients{b.Mul(op.input(0), kept), Gradient()};
}

}  // namespace

absl::Status RegisterSum(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(
      WithReduction<SumReducer, NumberTypes>(Op("Sum")
                                                 .Input("input: T")
                                                 .Input("reduction_indices: Tidx")
                                                 .Output("output: T")
                                                 .Attr("keep_dims: bool = false")
                                                 .Attr("T: numbertype")
                                                 .Attr("Tidx: {int32, int64} = DT_INT32")
                                                 .Doc("The sum over the axes in reduction_indices.")
                                                 .Shape(ReductionShape)
                                                 .Gradient(SumGradient))));
  MR_RETURN_IF_ERROR(r.Add(WithReduction<MeanReducer, NumberTypes>(
      Op("Mean")
          .Input("input: T")
          .Input("reduction_indices: Tidx")
          .Output("output: T")
          .Attr("keep_dims: bool = false")
          .Attr("T: numbertype")
          .Attr("Tidx: {int32, int64} = DT_INT32")
          .Doc("The mean over the axes in reduction_indices; NaN for no elements.")
          .Shape(ReductionShape)
          .Gradient(MeanGradient))));
  return r.Add(WithReduction<NormReducer, NumberTypes>(
      Op("EuclideanNorm")
          .Input("input: T")
          .Input("reduction_indices: Tidx")
          .Output("output: T")
          .Attr("keep_dims: bool = false")
          .Attr("T: numbertype")
          .Attr("Tidx: {int32, int64} = DT_INT32")
          .Doc("The square root of the sum of squares over the axes in reduction_indices.")
          .Shape(ReductionShape)
          .Gradient(EuclideanNormGradient)));
}

}  // namespace millrace
