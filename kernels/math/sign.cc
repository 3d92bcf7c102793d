// Neg, Abs, Sign.
#include <cmath>

#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/math/integer.h"
#include "kernels/math/unary.h"

namespace millrace {
namespace {

struct Neg {
  template <typename T>
  static T Do(T x) {
    if constexpr (std::is_integral_v<T>) {
      return WrappingSub(T(0), x);
    } else {
      return -x;
    }
  }
};

struct Abs {
  template <typename T>
  static T Do(T x) {
    if constexpr (std::is_integral_v<T>) {
      return x < 0 ? Neg::Do(x) : x;
    } else {
      return std::abs(x);
    }
  }
};

struct Sign {
  template <typename T>
  static T Do(T x) {
    if constexpr (kIsComplex<T>) {
      return x == T(0) ? T(0) : x / std::abs(x);
    } else if constexpr (std::is_floating_point_v<T>) {
      return x > 0 ? T(1) : x < 0 ? T(-1) : x == 0 ? T(0) : x;  // NaN stays
    } else {
      return static_cast<T>((x > 0) - (x < 0));
    }
  }
};

absl::StatusOr<Gradients> NegGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Neg(dy[0])};
}

absl::StatusOr<Gradients> AbsGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Mul(dy[0], b.Op1("Sign", {op.input(0)}))};
}

absl::StatusOr<Gradients> ZeroGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.ZerosLike(op.input(0))};
}

}  // namespace

absl::Status RegisterSign(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(WithUnary<Neg, Join<FloatingAndComplexTypes, SignedTypes>>(
      Op("Neg")
          .Input("x: T")
          .Output("y: T")
          .Attr("T: {bfloat16, half, float, double, int8, int16, int32, int64, complex64, "
                "complex128}")
          .Doc("-x, elementwise.")
          .Shape(SameAsInput0)
          .Gradient(NegGradient))));
  MR_RETURN_IF_ERROR(r.Add(WithUnary<Abs, Join<FloatingTypes, SignedTypes>>(
      Op("Abs")
          .Input("x: T")
          .Output("y: T")
          .Attr("T: {bfloat16, half, float, double, int8, int16, int32, int64}")
          .Doc("The absolute value, elementwise.")
          .Shape(SameAsInput0)
          .Gradient(AbsGradient))));
  return r.Add(WithUnary<Sign, Join<FloatingAndComplexTypes, SignedTypes>>(
      Op("Sign")
          .Input("x: T")
          .Output("y: T")
          .Attr("T: {bfloat16, half, float, double, int8, int16, int32, int64, complex64, "
                "complex128}")
          .Doc("-1, 0 or 1 as x is negative, zero or positive, elementwise; x / |x| for complex x.")
          .Shape(SameAsInput0)
          .Gradient(ZeroGradient)));
}

}  // namespace millrace
