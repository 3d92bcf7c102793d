// Exp, Expm1, Log, Log1p.
#include <cmath>

#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/math/unary.h"

namespace millrace {
namespace {

struct Exp {
  static constexpr int kCost = 8;
  template <typename T>
  static T Do(T x) {
    return std::exp(x);
  }
  template <typename V>
  static V Vector(V x) {
    return vec::Exp(x);
  }
};

struct Expm1 {
  static constexpr int kCost = 12;
  template <typename T>
  static T Do(T x) {
    if constexpr (kIsComplex<T>) {
      // expm1(a) cos(b) - 2 sin(b/2)^2 keeps what exp(x) - 1 loses near 0.
      const auto a = x.real(), b = x.imag(), h = std::sin(b / 2);
      return T(std::expm1(a) * std::cos(b) - 2 * h * h, std::exp(a) * std::sin(b));
    } else {
      return std::expm1(x);
    }
  }
  template <typename V>
  static V Vector(V x) {
    return vec::Expm1(x);
  }
};

struct Log {
  static constexpr int kCost = 10;
  template <typename T>
  static T Do(T x) {
    return std::log(x);
  }
  template <typename V>
  static V Vector(V x) {
    return vec::Log(x);
  }
};

struct Log1p {
  static constexpr int kCost = 12;
  template <typename T>
  static T Do(T x) {
    if constexpr (kIsComplex<T>) {
      const auto a = x.real(), b = x.imag();
      return T(std::log1p(a * (2 + a) + b * b) / 2, std::atan2(b, 1 + a));
    } else {
      return std::log1p(x);
    }
  }
  template <typename V>
  static V Vector(V x) {
    return vec::Log1p(x);
  }
};

absl::StatusOr<Gradients> ExpGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Mul(dy[0], b.Conj(op.output(0)))};
}

absl::StatusOr<Gradients> Expm1Gradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Mul(dy[0], b.Conj(b.Exp(op.input(0))))};
}

absl::StatusOr<Gradients> LogGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Mul(dy[0], b.Op1("Reciprocal", {b.Conj(op.input(0))}))};
}

absl::StatusOr<Gradients> Log1pGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output x = b.Conj(op.input(0));
  return Gradients{b.Mul(dy[0], b.Op1("Reciprocal", {b.Add(b.ScalarLike(x, 1), x)}))};
}

}  // namespace

absl::Status RegisterExpLog(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(WithUnary<Exp, FloatingAndComplexTypes>(
      Op("Exp")
          .Input("x: T")
          .Output("y: T")
          .Attr("T: {bfloat16, half, float, double, complex64, complex128}")
          .Doc("e to the power x, elementwise.")
          .Shape(SameAsInput0)
          .Gradient(ExpGradient))));
  MR_RETURN_IF_ERROR(r.Add(WithUnary<Expm1, FloatingAndComplexTypes>(
      Op("Expm1")
          .Input("x: T")
          .Output("y: T")
          .Attr("T: {bfloat16, half, float, double, complex64, complex128}")
          .Doc("exp(x) - 1, exact near 0, elementwise.")
          .Shape(SameAsInput0)
          .Gradient(Expm1Gradient))));
  MR_RETURN_IF_ERROR(r.Add(WithUnary<Log, FloatingAndComplexTypes>(
      Op("Log")
          .Input("x: T")
          .Output("y: T")
          .Attr("T: {bfloat16, half, float, double, complex64, complex128}")
          .Doc("Natural logarithm, elementwise.")
          .Shape(SameAsInput0)
          .Gradient(LogGradient))));
  return r.Add(WithUnary<Log1p, FloatingAndComplexTypes>(
      Op("Log1p")
          .Input("x: T")
          .Output("y: T")
          .Attr("T: {bfloat16, half, float, double, complex64, complex128}")
          .Doc("log(1 + x), exact near 0, elementwise.")
          .Shape(SameAsInput0)
          .Gradient(Log1pGradient)));
}

}  // namespace millrace
