// Sinh, Cosh and the inverses of the hyperbolic functions (Tanh has a file of its own).
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
MILLRACE_FUNCTOR(Sinh, 14, sinh);
MILLRACE_FUNCTOR(Cosh, 14, cosh);
MILLRACE_FUNCTOR(Asinh, 16, asinh);
MILLRACE_FUNCTOR(Acosh, 16, acosh);
MILLRACE_FUNCTOR(Atanh, 16, atanh);
#undef MILLRACE_FUNCTOR

absl::StatusOr<Gradients> SinhGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Mul(dy[0], b.Op1("Cosh", {b.Conj(op.input(0))}))};
}

absl::StatusOr<Gradients> CoshGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Mul(dy[0], b.Op1("Sinh", {b.Conj(op.input(0))}))};
}

// d asinh(x) / dx = 1 / cosh(asinh(x))
absl::StatusOr<Gradients> AsinhGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Div(dy[0], b.Op1("Cosh", {b.Conj(op.output(0))}))};
}

absl::StatusOr<Gradients> AcoshGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Div(dy[0], b.Op1("Sinh", {b.Conj(op.output(0))}))};
}

absl::StatusOr<Gradients> AtanhGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output x = b.Conj(op.input(0));
  return Gradients{b.Div(dy[0], b.Sub(b.ScalarLike(x, 1), b.Square(x)))};
}

}  // namespace

absl::Status RegisterHyperbolic(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(WithUnary<Sinh, FloatingAndComplexTypes>(
      Op("Sinh")
          .Input("x: T")
          .Output("y: T")
          .Attr("T: {bfloat16, half, float, double, complex64, complex128}")
          .Doc("Hyperbolic sine, elementwise.")
          .Shape(SameAsInput0)
          .Gradient(SinhGradient))));
  MR_RETURN_IF_ERROR(r.Add(WithUnary<Cosh, FloatingAndComplexTypes>(
      Op("Cosh")
          .Input("x: T")
          .Output("y: T")
          .Attr("T: {bfloat16, half, float, double, complex64, complex128}")
          .Doc("Hyperbolic cosine, elementwise.")
          .Shape(SameAsInput0)
          .Gradient(CoshGradient))));
  MR_RETURN_IF_ERROR(r.Add(WithUnary<Asinh, FloatingAndComplexTypes>(
      Op("Asinh")
          .Input("x: T")
          .Output("y: T")
          .Attr("T: {bfloat16, half, float, double, complex64, complex128}")
          .Doc("Inverse hyperbolic sine, elementwise.")
          .Shape(SameAsInput0)
          .Gradient(AsinhGradient))));
  MR_RETURN_IF_ERROR(r.Add(WithUnary<Acosh, FloatingAndComplexTypes>(
      Op("Acosh")
          .Input("x: T")
          .Output("y: T")
          .Attr("T: {bfloat16, half, float, double, complex64, complex128}")
          .Doc("Inverse hyperbolic cosine, elementwise; NaN for real x below 1.")
          .Shape(SameAsInput0)
          .Gradient(AcoshGradient))));
  return r.Add(WithUnary<Atanh, FloatingAndComplexTypes>(
      Op("Atanh")
          .Input("x: T")
          .Output("y: T")
          .Attr("T: {bfloat16, half, float, double, complex64, complex128}")
          .Doc("Inverse hyperbolic tangent, elementwise; NaN for real x outside [-1, 1].")
          .Shape(SameAsInput0)
          .Gradient(AtanhGradient)));
}

}  // namespace millrace
