// Cumsum, Cumprod.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/arithmetic.h"

namespace millrace {
namespace {

template <typename T, bool product>
class ScanKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("exclusive", &exclusive_));
    return c.GetAttr("reverse", &reverse_);
  }

  absl::Status Compute(KernelContext& c) override {
    const Tensor& x = c.input(0);
    const Tensor& axis_tensor = c.input(1);
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
    const T* in = x.data<T>();
    T* out = y->mutable_data<T>();
    c.pool()->ParallelFor(x.num_elements() / n, std::max<int64_t>(1, 16384 / n),
                          [&](int64_t begin, int64_t end) {
                            for (int64_t line = begin; line < end; ++line) {
                              const int64_t at = line / inner * inner * n + line % inner;
                              Scan(in + at, out + at, n, inner);
                            }
                          });
    return absl::OkStatus();
  }

 private:
  using A = ArithmeticType<T>;

  void Scan(const T* x, T* y, int64_t n, int64_t stride) const {
    A total = product ? A(1) : A(0);
    for (int64_t i = 0; i < n; ++i) {
      const int64_t at = (reverse_ ? n - 1 - i : i) * stride;
      const A before = total, element = static_cast<A>(x[at]);
      total = product ? Times(total, element) : Plus(total, element);
      y[at] = static_cast<T>(exclusive_ ? before : total);
    }
  }

  bool exclusive_ = false, reverse_ = false;
};

template <typename T>
using CumsumKernel = ScanKernel<T, false>;
template <typename T>
using CumprodKernel = ScanKernel<T, true>;

AttrMap Backward(const OpView& op) {
  return {{"exclusive", op.attr<bool>("exclusive")}, {"reverse", !op.attr<bool>("reverse")}};
}

absl::StatusOr<Gradients> CumsumGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Op1("Cumsum", {dy[0], op.input(1)}, Backward(op)), Gradient()};
}

// As in TensorFlow, by dividing by x, so NaN where x is 0.
absl::StatusOr<Gradients> CumprodGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output x = op.input(0), axis = op.input(1);
  const Output scaled = b.Mul(b.Conj(op.output(0)), dy[0]);
  return Gradients{b.Div(b.Op1("Cumsum", {scaled, axis}, Backward(op)), b.Conj(x)), Gradient()};
}

}  // namespace

absl::Status RegisterCumsum(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("Cumsum")
                .Input("x: T")
                .Input("axis: Tidx")
                .Output("out: T")
                .Attr("exclusive: bool = false")
                .Attr("reverse: bool = false")
                .Attr("T: numbertype")
                .Attr("Tidx: {int32, int64} = DT_INT32")
                .Doc("Running sums along an axis: without the element itself if exclusive, from "
                     "the end if reverse.")
                .Shape(SameAsInput0)
                .Gradient(CumsumGradient)
                .Cpu<CumsumKernel, half, bfloat16, float, double, int8_t, int16_t, int32_t, int64_t,
                     uint8_t, uint16_t, uint32_t, uint64_t, complex64, complex128>()));
  return r.Add(Op("Cumprod")
                   .Input("x: T")
                   .Input("axis: Tidx")
                   .Output("out: T")
                   .Attr("exclusive: bool = false")
                   .Attr("reverse: bool = false")
                   .Attr("T: numbertype")
                   .Attr("Tidx: {int32, int64} = DT_INT32")
                   .Doc("Running products along an axis: without the element itself if exclusive, "
                        "from the end if reverse.")
                   .Shape(SameAsInput0)
                   .Gradient(CumprodGradient)
                   .Cpu<CumprodKernel, half, bfloat16, float, double, int8_t, int16_t, int32_t,
                        int64_t, uint8_t, uint16_t, uint32_t, uint64_t, complex64, complex128>());
}

}  // namespace millrace
