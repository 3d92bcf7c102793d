// Lgamma, Digamma, Igamma, Igammac, IgammaGradA, Zeta, Polygamma: the gamma function and its kin.
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/math/binary.h"
#include "kernels/math/special_functions.h"
#include "kernels/math/unary.h"

namespace millrace {
namespace {

struct LogGamma {
  static constexpr int kCost = 40;
  static float Do(float x) { return special::Lgamma(x); }
  static double Do(double x) { return special::Lgamma(x); }
};

struct DigammaOf {
  static constexpr int kCost = 40;
  static float Do(float x) { return special::Digamma(x); }
  static double Do(double x) { return special::Digamma(x); }
};

struct LowerGamma {
  static constexpr int kCost = 300;
  static float Do(float a, float x) { return special::Igamma(a, x); }
  static double Do(double a, double x) { return special::Igamma(a, x); }
};

struct UpperGamma {
  static constexpr int kCost = 300;
  static float Do(float a, float x) { return special::Igammac(a, x); }
  static double Do(double a, double x) { return special::Igammac(a, x); }
};

struct LowerGammaSlope {
  static constexpr int kCost = 600;
  static float Do(float a, float x) { return special::IgammaDerA(a, x); }
  static double Do(double a, double x) { return special::IgammaDerA(a, x); }
};

struct HurwitzZeta {
  static constexpr int kCost = 300;
  static float Do(float x, float q) { return special::Zeta(x, q); }
  static double Do(double x, double q) { return special::Zeta(x, q); }
};

struct PolygammaOf {
  static constexpr int kCost = 300;
  static float Do(float n, float x) { return special::Polygamma(n, x); }
  static double Do(double n, double x) { return special::Polygamma(n, x); }
};

absl::StatusOr<Gradients> LgammaGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Mul(dy[0], b.Op1("Digamma", {op.input(0)}))};
}

absl::StatusOr<Gradients> DigammaGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output x = op.input(0);
  return Gradients{b.Mul(dy[0], b.Op1("Polygamma", {b.ScalarLike(x, 1), x}))};
}

// By x: exp(-x) x^(a-1) / gamma(a).
absl::StatusOr<Gradients> IncompleteGammaGradient(Builder& b, const OpView& op, Output dz) {
  const Output a = op.input(0), x = op.input(1);
  const Output powers = b.Mul(b.Sub(a, b.ScalarLike(a, 1)), b.Log(x));
  const Output by_x = b.Exp(b.Sub(b.Sub(powers, x), b.Op1("Lgamma", {a})));
  const Output by_a = b.Op1("IgammaGradA", {a, x});
  const auto [da, dx] = b.UnbroadcastGradients(a, b.Mul(by_a, dz), x, b.Mul(by_x, dz));
  return Gradients{da, dx};
}

absl::StatusOr<Gradients> IgammaGradient(Builder& b, const OpView& op, const Gradients& dz) {
  return IncompleteGammaGradient(b, op, dz[0]);
}

absl::StatusOr<Gradients> IgammacGradient(Builder& b, const OpView& op, const Gradients& dz) {
  return IncompleteGammaGradient(b, op, b.Neg(dz[0]));
}

Output ReducedLike1(Builder& b, const OpView& op, Output gradient) {
  return b.UnbroadcastGradients(op.input(0), gradient, op.input(1), gradient).second;
}

// By q only, as TensorFlow: -x zeta(x + 1, q).
absl::StatusOr<Gradients> ZetaGradient(Builder& b, const OpView& op, const Gradients& dz) {
  const Output x = op.input(0), q = op.input(1);
  const Output slope = b.Mul(b.Neg(x), b.Op1("Zeta", {b.Add(x, b.ScalarLike(x, 1)), q}));
  return Gradients{Gradient(), ReducedLike1(b, op, b.Mul(slope, dz[0]))};
}

absl::StatusOr<Gradients> PolygammaGradient(Builder& b, const OpView& op, const Gradients& dz) {
  const Output n = op.input(0), x = op.input(1);
  const Output slope = b.Op1("Polygamma", {b.Add(n, b.ScalarLike(n, 1)), x});
  return Gradients{Gradient(), ReducedLike1(b, op, b.Mul(slope, dz[0]))};
}

absl::Status RegisterIncompleteGamma(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(WithBinary<LowerGamma, Types<float, double>>(
      Op("Igamma")
          .Input("a: T")
          .Input("x: T")
          .Output("z: T")
          .Attr("T: {bfloat16, half, float, double}")
          .Doc("The lower regularised incomplete gamma function P(a, x); shapes broadcast.")
          .Shape(BroadcastInputs)
          .Gradient(IgammaGradient))));
  MR_RETURN_IF_ERROR(r.Add(WithBinary<UpperGamma, Types<float, double>>(
      Op("Igammac")
          .Input("a: T")
          .Input("x: T")
          .Output("z: T")
          .Attr("T: {bfloat16, half, float, double}")
          .Doc("The upper regularised incomplete gamma function Q(a, x) = 1 - P(a, x); shapes "
               "broadcast.")
          .Shape(BroadcastInputs)
          .Gradient(IgammacGradient))));
  return r.Add(WithBinary<LowerGammaSlope, Types<float, double>>(
      Op("IgammaGradA")
          .Input("a: T")
          .Input("x: T")
          .Output("z: T")
          .Attr("T: {float, double}")
          .Doc("The derivative of Igamma(a, x) by a; shapes broadcast.")
          .Shape(BroadcastInputs)
          .NotDifferentiable()));
}

}  // namespace

absl::Status RegisterGamma(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(WithUnary<LogGamma, Types<half, float, double>>(
      Op("Lgamma")
          .Input("x: T")
          .Output("y: T")
          .Attr("T: {bfloat16, half, float, double}")
          .Doc("log(|gamma(x)|), elementwise.")
          .Shape(SameAsInput0)
          .Gradient(LgammaGradient))));
  MR_RETURN_IF_ERROR(r.Add(WithUnary<DigammaOf, Types<half, float, double>>(
      Op("Digamma")
          .Input("x: T")
          .Output("y: T")
          .Attr("T: {bfloat16, half, float, double}")
          .Doc("The derivative of Lgamma, elementwise.")
          .Shape(SameAsInput0)
          .Gradient(DigammaGradient))));
  MR_RETURN_IF_ERROR(RegisterIncompleteGamma(r));
  MR_RETURN_IF_ERROR(r.Add(WithBinary<HurwitzZeta, Types<float, double>>(
      Op("Zeta")
          .Input("x: T")
          .Input("q: T")
          .Output("z: T")
          .Attr("T: {float, double}")
          .Doc("The Hurwitz zeta function, the sum of 1 / (q + n)^x over n >= 0; shapes broadcast.")
          .Shape(BroadcastInputs)
          .Gradient(ZetaGradient))));
  return r.Add(WithBinary<PolygammaOf, Types<float, double>>(
      Op("Polygamma")
          .Input("a: T")
          .Input("x: T")
          .Output("z: T")
          .Attr("T: {float, double}")
          .Doc("The derivative of order `a` of Digamma at x; shapes broadcast.")
          .Shape(BroadcastInputs)
          .Gradient(PolygammaGradient)));
}

}  // namespace millrace
