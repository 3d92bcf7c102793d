// CumulativeLogsumexp.
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/types.h"

namespace millrace {
namespace {

template <typename A>
A LogSumExp(A x, A y) {
  const A high = x < y ? y : x, low = x < y ? x : y;
  if (std::isinf(high)) return high;
  return high + std::log1p(std::exp(low - high));
}

template <typename T>
class CumulativeLogsumexpKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("exclusive", &exclusive_));
    return c.GetAttr("reverse", &reverse_);
  }

  absl::Status Compute(KernelContext& c) override {
    const Tensor &x = c.input(0), &axis_tensor = c.input(1);
    if (axis_tensor.rank() != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("ScanOp: axis must be a scalar, not ", axis_tensor.shape().ToString()));
    }
    const int64_t given = axis_tensor.dtype() == DType::kInt32 ? axis_tensor.scalar<int32_t>()
                                                               : axis_tensor.scalar<int64_t>();
    const int64_t axis = given < 0 ? given + x.rank() : given;
    if (axis < 0 || axis >= x.rank()) {
      return absl::InvalidArgumentError(absl::StrCat("ScanOp: Expected scan axis in the range [",
                                                     -x.rank(), ", ", x.rank(), "), but got ",
                                                     given));
    }
    Tensor* y;
    MR_RETURN_IF_ERROR(c.allocate_output(0, x.shape(), &y));
    if (x.num_elements() == 0) return absl::OkStatus();
    const int64_t n = x.dim(static_cast<int>(axis));
    int64_t inner = 1;
    for (int d = static_cast<int>(axis) + 1; d < x.rank(); ++d) inner *= x.dim(d);
    for (int64_t line = 0; line < x.num_elements() / n; ++line) {
      const int64_t at = line / inner * inner * n + line % inner;
      Scan(x.data<T>() + at, y->mutable_data<T>() + at, n, inner);
    }
    return absl::OkStatus();
  }

 private:
  using A = ArithmeticType<T>;

  void Scan(const T* x, T* y, int64_t n, int64_t stride) const {
    A total = -std::numeric_limits<A>::infinity();
    for (int64_t i = 0; i < n; ++i) {
      const int64_t at = (reverse_ ? n - 1 - i : i) * stride;
      const A before = total;
      total = LogSumExp(total, static_cast<A>(x[at]));
      y[at] = static_cast<T>(exclusive_ ? before : total);
    }
  }

  bool exclusive_ = false, reverse_ = false;
};

// As TensorFlow: the positive and the negative part of dy apart, each in logarithms:
// exp(x + cumulative_logsumexp(log(dy) - y, the other way)).
absl::StatusOr<Gradients> CumulativeLogsumexpGradient(Builder& b, const OpView& op,
                                                      const Gradients& dy) {
  const Output x = op.input(0), axis = op.input(1), y = op.output(0);
  const AttrMap backward = {{"exclusive", op.attr<bool>("exclusive")},
                            {"reverse", !op.attr<bool>("reverse")}};
  const Output zero = b.ScalarLike(x, 0);
  const double lowest = b.dtype(x) == DType::kDouble ? std::numeric_limits<double>::lowest()
                        : b.dtype(x) == DType::kHalf ? -65504.0
                                                     : std::numeric_limits<float>::lowest();
  const auto part = [&](Output g) {
    const Output log = b.Where(b.Greater(g, zero), b.Log(g), b.ScalarLike(x, lowest));
    return b.Exp(b.Add(b.Op1("CumulativeLogsumexp", {b.Sub(log, y), axis}, backward), x));
  };
  return Gradients{b.Sub(part(dy[0]), part(b.Neg(dy[0]))), Gradient()};
}

}  // namespace

absl::Status RegisterCumulativeLogsumexp(Registry& r) {
  return r.Add(
      Op("CumulativeLogsumexp")
          .Input("x: T")
          .Input("axis: Tidx")
          .Output("out: T")
          .Attr("exclusive: bool = false")
          .Attr("reverse: bool = false")
          .Attr("T: {bfloat16, half, float, double}")
          .Attr("Tidx: {int32, int64} = DT_INT32")
          .Doc("log(cumsum(exp(x))) along an axis, without overflow: without the element itself if "
               "exclusive, from the end if reverse.")
          .Shape(SameAsInput0)
          .Gradient(CumulativeLogsumexpGradient)
          .Cpu<CumulativeLogsumexpKernel, half, bfloat16, float, double>());
}

}  // namespace millrace
