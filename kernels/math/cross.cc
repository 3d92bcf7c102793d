// Cross: the vector product.
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/arithmetic.h"

namespace millrace {
namespace {

template <typename T>
class CrossKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor &a = c.input(0), &b = c.input(1);
    if (a.shape() != b.shape() || a.rank() < 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("both operands must have one shape of rank 1 or more, not ",
                       a.shape().ToString(), " and ", b.shape().ToString()));
    }
    if (a.dim(a.rank() - 1) != 3) {
      return absl::FailedPreconditionError(absl::StrCat(
          "Cross-products are only defined for 3-element vectors, not ", a.shape().ToString()));
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, a.shape(), &out));
    for (int64_t i = 0; i < a.num_elements(); i += 3) {
      const T *x = a.data<T>() + i, *y = b.data<T>() + i;
      for (int j = 0; j < 3; ++j) {
        const int k = (j + 1) % 3, l = (j + 2) % 3;
        out->mutable_data<T>()[i + j] =
            static_cast<T>(Minus(Times(A(x[k]), A(y[l])), Times(A(x[l]), A(y[k]))));
      }
    }
    return absl::OkStatus();
  }

 private:
  using A = ArithmeticType<T>;
};

absl::Status CrossShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(MergeInputs(c));
  const PartialShape& s = c.output(0);
  if (!s.known_rank()) return absl::OkStatus();
  if (s.rank() < 1 || (s.dim(s.rank() - 1) >= 0 && s.dim(s.rank() - 1) != 3))
    return c.Error(0, absl::StrCat("the last dimension must be 3, not that of ", s.ToString()));
  return absl::OkStatus();
}

// u . (a x b) = a . (b x u) = b . (u x a)
absl::StatusOr<Gradients> CrossGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Op1("Cross", {op.input(1), dy[0]}), b.Op1("Cross", {dy[0], op.input(0)})};
}

}  // namespace

absl::Status RegisterCross(Registry& r) {
  return r.Add(
      Op("Cross")
          .Input("a: T")
          .Input("b: T")
          .Output("product: T")
          .Attr("T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, "
                "uint32, uint64}")
          .Doc("The vector products of the vectors in the last dimension, which has size 3.")
          .Shape(CrossShape)
          .Gradient(CrossGradient)
          .Cpu<CrossKernel, half, bfloat16, float, double, int8_t, int16_t, int32_t, int64_t,
               uint8_t, uint16_t, uint32_t, uint64_t>());
}

}  // namespace millrace
