// Sin, Cos, Tan and their inverses.
#include <cmath>

#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/math/unary.h"

namespace millrace {
namespace {

#define MILLRACE_FUNCTOR(Name, cost, c_name) \
  struct Name {                              \
    static constexpr int kCost = cost;       \
    template <typename T>                    \
    static T Do(T x) {                       \
      return std::c_name(x);                 \
    }                                        \
    template <typename V>                    \
    static V Vector(V x) {                   \
      return vec::Name(x);                   \
    }                                        \
  }
MILLRACE_FUNCTOR(Sin, 10, sin);
MILLRACE_FUNCTOR(Cos, 10, cos);
MILLRACE_FUNCTOR(Tan, 14, tan);
MILLRACE_FUNCTOR(Asin, 14, asin);
MILLRACE_FUNCTOR(Acos, 14, acos);
MILLRACE_FUNCTOR(Atan, 14, atan);
#undef MILLRACE_FUNCTOR

// 1 - x^2 or 1 + x^2.
Output OnePlusSquare(Builder& b, Output x, double sign) {
  const Output one = b.ScalarLike(x, 1), square = b.Square(x);
  return sign < 0 ? b.Sub(one, square) : b.Add(one, square);
}

absl::StatusOr<Gradients> SinGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Mul(dy[0], b.Op1("Cos", {b.Conj(op.input(0))}))};
}

absl::StatusOr<Gradients> CosGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Neg(b.Mul(dy[0], b.Op1("Sin", {b.Conj(op.input(0))})))};
}

// tan' = 1 + tan^2
absl::StatusOr<Gradients> TanGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Mul(dy[0], OnePlusSquare(b, b.Conj(op.output(0)), 1))};
}

absl::StatusOr<Gradients> AsinGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Div(dy[0], b.Sqrt(OnePlusSquare(b, b.Conj(op.input(0)), -1)))};
}

absl::StatusOr<Gradients> AcosGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Neg(b.Div(dy[0], b.Sqrt(OnePlusSquare(b, b.Conj(op.input(0)), -1))))};
}

absl::StatusOr<Gradients> AtanGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Div(dy[0], OnePlusSquare(b, b.Conj(op.input(0)), 1))};
}

}  // namespace

absl::Status RegisterTrigonometric(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(WithUnary<Sin, FloatingAndComplexTypes>(
      Op("Sin")
          .Input("x: T")
          .Output("y: T")
          .Attr("T: {bfloat16, half, float, double, complex64, complex128}")
          .Doc("Sine of x in radians, elementwise.")
          .Shape(SameAsInput0)
          .Gradient(SinGradient))));
  MR_RETURN_IF_ERROR(r.Add(WithUnary<Cos, FloatingAndComplexTypes>(
      Op("Cos")
          .Input("x: T")
          .Output("y: T")
          .Attr("T: {bfloat16, half, float, double, complex64, complex128}")
          .Doc("Cosine of x in radians, elementwise.")
          .Shape(SameAsInput0)
          .Gradient(CosGradient))));
  MR_RETURN_IF_ERROR(r.Add(WithUnary<Tan, FloatingAndComplexTypes>(
      Op("Tan")
          .Input("x: T")
          .Output("y: T")
          .Attr("T: {bfloat16, half, float, double, complex64, complex128}")
          .Doc("Tangent of x in radians, elementwise.")
          .Shape(SameAsInput0)
          .Gradient(TanGradient))));
  MR_RETURN_IF_ERROR(r.Add(WithUnary<Asin, FloatingAndComplexTypes>(
      Op("Asin")
          .Input("x: T")
          .Output("y: T")
          .Attr("T: {bfloat16, half, float, double, complex64, complex128}")
          .Doc("Inverse sine, elementwise; in [-pi/2, pi/2] for real x.")
          .Shape(SameAsInput0)
          .Gradient(AsinGradient))));
  MR_RETURN_IF_ERROR(r.Add(WithUnary<Acos, FloatingAndComplexTypes>(
      Op("Acos")
          .Input("x: T")
          .Output("y: T")
          .Attr("T: {bfloat16, half, float, double, complex64, complex128}")
          .Doc("Inverse cosine, elementwise; in [0, pi] for real x.")
          .Shape(SameAsInput0)
          .Gradient(AcosGradient))));
  return r.Add(WithUnary<Atan, FloatingAndComplexTypes>(
      Op("Atan")
          .Input("x: T")
          .Output("y: T")
          .Attr("T: {bfloat16, half, float, double, complex64, complex128}")
          .Doc("Inverse tangent, elementwise; in [-pi/2, pi/2] for real x.")
          .Shape(SameAsInput0)
          .Gradient(AtanGradient)));
}

}  // namespace millrace
