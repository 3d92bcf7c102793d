// Square, Sqrt, Rsqrt, and the ops that compute the roots' gradients from their results.
#include <cmath>

#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/math/arithmetic.h"
#include "kernels/math/binary.h"
#include "kernels/math/unary.h"

namespace millrace {
namespace {
struct Square {
  template <typename T>
  static T Do(T x) {
    return Times(x, x);
  }
};

struct Sqrt {
  static constexpr int kCost = 4;
  template <typename T>
  static T Do(T x) {
    return std::sqrt(x);
  }
};

struct Rsqrt {
  static constexpr int kCost = 6;
  template <typename T>
  static T Do(T x) {
    return T(1) / std::sqrt(x);
  }
};

// dy / (2 y)
struct SqrtGrad {
  static constexpr int kCost = 4;
  template <typename T>
  static T Do(T y, T dy) {
    return dy * T(0.5) / Conjugate(y);
  }
};

// -dy y^3 / 2
struct RsqrtGrad {
  template <typename T>
  static T Do(T y, T dy) {
    const T c = Conjugate(y);
    return T(-0.5) * dy * c * c * c;
  }
};

absl::StatusOr<Gradients> SquareGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output x = b.Conj(op.input(0));
  return Gradients{b.Mul(dy[0], b.Mul(x, b.ScalarLike(x, 2)))};
}

absl::StatusOr<Gradients> SqrtGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Op1("SqrtGrad", {op.output(0), dy[0]})};
}

absl::StatusOr<Gradients> RsqrtGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Op1("RsqrtGrad", {op.output(0), dy[0]})};
}

// z = g / (2 y): dz/dy = -g / (2 y^2), dz/dg = 1 / (2 y)
absl::StatusOr<Gradients> SqrtGradGradient(Builder& b, const OpView& op, const Gradients& dz) {
  const Output y = b.Conj(op.input(0)), g = b.Conj(op.input(1));
  const Output half_over_y = b.Div(b.Mul(dz[0], b.ScalarLike(y, 0.5)), y);
  return Gradients{b.Neg(b.Div(b.Mul(half_over_y, g), y)), half_over_y};
}

// z = -g y^3 / 2: dz/dy = -3 g y^2 / 2, dz/dg = -y^3 / 2
absl::StatusOr<Gradients> RsqrtGradGradient(Builder& b, const OpView& op, const Gradients& dz) {
  const Output y = b.Conj(op.input(0)), g = b.Conj(op.input(1));
  const Output slope = b.Mul(b.Mul(g, b.ScalarLike(g, -1.5)), b.Square(y));
  return Gradients{b.Mul(dz[0], slope), b.Op1("RsqrtGrad", {op.input(0), dz[0]})};
}

}  // namespace

absl::Status RegisterRoots(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(WithUnary<Square, NumberTypes>(
      Op("Square")
          .Input("x: T")
          .Output("y: T")
          .Attr("T: {bfloat16, half, float, double, int8, int16, int32, int64, uint8, uint16, "
                "uint32, uint64, complex64, complex128}")
          .Doc("x * x, elementwise.")
          .Shape(SameAsInput0)
          .Gradient(SquareGradient))));
  MR_RETURN_IF_ERROR(r.Add(WithUnary<Sqrt, FloatingAndComplexTypes>(
      Op("Sqrt")
          .Input("x: T")
          .Output("y: T")
          .Attr("T: {bfloat16, half, float, double, complex64, complex128}")
          .Doc("Square root, elementwise; NaN for negative real x.")
          .Shape(SameAsInput0)
          .Gradient(SqrtGradient))));
  MR_RETURN_IF_ERROR(r.Add(WithUnary<Rsqrt, FloatingAndComplexTypes>(
      Op("Rsqrt")
          .Input("x: T")
          .Output("y: T")
          .Attr("T: {bfloat16, half, float, double, complex64, complex128}")
          .Doc("1 / sqrt(x), elementwise.")
          .Shape(SameAsInput0)
          .Gradient(RsqrtGradient))));
  MR_RETURN_IF_ERROR(r.Add(WithBinary<SqrtGrad, FloatingAndComplexTypes>(
      Op("SqrtGrad")
          .Input("y: T")
          .Input("dy: T")
          .Output("z: T")
          .Attr("T: {bfloat16, half, float, double, complex64, complex128}")
          .Doc("The gradient of Sqrt, dy / (2 y), where y = sqrt(x).")
          .Shape(MergeInputs)
          .Gradient(SqrtGradGradient))));
  return r.Add(WithBinary<RsqrtGrad, FloatingAndComplexTypes>(
      Op("RsqrtGrad")
          .Input("y: T")
          .Input("dy: T")
          .Output("z: T")
          .Attr("T: {bfloat16, half, float, double, complex64, complex128}")
          .Doc("The gradient of Rsqrt, -dy * y^3 / 2, where y = rsqrt(x).")
          .Shape(MergeInputs)
          .Gradient(RsqrtGradGradient)));
}

}  // namespace millrace
