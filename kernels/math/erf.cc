// Erf, Erfc, Erfinv, Ndtri.
#include <cmath>
#include <limits>

#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/math/unary.h"

namespace millrace {
namespace {

constexpr double kTwoOverRootPi = 1.1283791670955125739;
constexpr double kRootTwo = 1.4142135623730950488;
constexpr double kRootTwoPi = 2.5066282746310005024;

struct Erf {
  static constexpr int kCost = 15;
  template <typename T>
  static T Do(T x) {
    return std::erf(x);
  }
  template <typename V>
  static V Vector(V x) {
    return vec::Erf(x);
  }
};

struct Erfc {
  static constexpr int kCost = 15;
  template <typename T>
  static T Do(T x) {
    return std::erfc(x);
  }
  template <typename V>
  static V Vector(V x) {
    return vec::Erfc(x);
  }
};

// Solves erfc(y) = q for q in (0, 1] by Newton's method on log(erfc), which is nearly a parabola;
// the start is the asymptotic form for small q and the tangent at 0 for large q.
double InverseErfc(double q) {
  double y = q > 0.5 ? (1 - q) / kTwoOverRootPi
                     : std::sqrt(std::max(0.0, -std::log(q * std::sqrt(-std::log(q) * M_PI))));
  for (int i = 0; i < 12; ++i) {
    const double tail = std::erfc(y);
    const double step = (tail - q) * std::exp(y * y) / kTwoOverRootPi;
    // Halley's correction: the second derivative of erfc is -2 y times the first.
    const double change = step / (1 - y * step);
    y += change;
    if (std::abs(change) <= 1e-16 * std::abs(y)) break;
  }
  return y;
}

double InverseErf(double x) {
  if (!(x >= -1 && x <= 1)) return std::numeric_limits<double>::quiet_NaN();
  if (x == 0) return x;
  if (std::abs(x) == 1) return std::copysign(std::numeric_limits<double>::infinity(), x);
  const double a = std::abs(x);
  double y;
  if (a < 0.5) {
    // Newton from the tangent: erf is smooth here, and 1 - a would lose digits.
    y = a / kTwoOverRootPi;
    for (int i = 0; i < 8; ++i) {
      const double step = (std::erf(y) - a) * std::exp(y * y) / kTwoOverRootPi;
      y -= step / (1 + y * step);
      if (std::abs(step) <= 1e-17) break;
    }
  } else {
    y = InverseErfc(1 - a);
  }
  return std::copysign(y, x);
}

struct Erfinv {
  static constexpr int kCost = 300;
  template <typename T>
  static T Do(T x) {
    return static_cast<T>(InverseErf(x));
  }
};

// The quantile of the normal distribution: in the lower tail from erfc, so that small probabilities
// keep their digits.
struct Ndtri {
  static constexpr int kCost = 300;
  template <typename T>
  static T Do(T p) {
    const double q = p;
    if (q == 0) return -std::numeric_limits<T>::infinity();
    if (q > 0 && q < 0.25) return static_cast<T>(-kRootTwo * InverseErfc(2 * q));
    return static_cast<T>(kRootTwo * InverseErf(2 * q - 1));
  }
};

// dy * factor * exp(sign * u^2)
Output GaussianSlope(Builder& b, Output dy, Output u, double factor, double sign) {
  const Output square = b.Square(u);
  return b.Mul(dy, b.Mul(b.ScalarLike(u, factor), b.Exp(sign < 0 ? b.Neg(square) : square)));
}

absl::StatusOr<Gradients> ErfGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{GaussianSlope(b, dy[0], op.input(0), kTwoOverRootPi, -1)};
}

absl::StatusOr<Gradients> ErfcGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{GaussianSlope(b, dy[0], op.input(0), -kTwoOverRootPi, -1)};
}

absl::StatusOr<Gradients> ErfinvGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{GaussianSlope(b, dy[0], op.output(0), 1 / kTwoOverRootPi, 1)};
}

// 1 / density = sqrt(2 pi) exp(y^2 / 2)
absl::StatusOr<Gradients> NdtriGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output scaled = b.Mul(op.output(0), b.ScalarLike(op.output(0), 1 / kRootTwo));
  return Gradients{GaussianSlope(b, dy[0], scaled, kRootTwoPi, 1)};
}

}  // namespace

absl::Status RegisterErf(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(WithUnary<Erf, FloatingTypes>(Op("Erf")
                                              .Input("x: T")
                                              .Output("y: T")
                                              .Attr("T: {bfloat16, half, float, double}")
                                              .Doc("The Gauss error function, elementwise.")
                                              .Shape(SameAsInput0)
                                              .Gradient(ErfGradient))));
  MR_RETURN_IF_ERROR(
      r.Add(WithUnary<Erfc, FloatingTypes>(Op("Erfc")
                                               .Input("x: T")
                                               .Output("y: T")
                                               .Attr("T: {bfloat16, half, float, double}")
                                               .Doc("1 - erf(x), exact in its tail, elementwise.")
                                               .Shape(SameAsInput0)
                                               .Gradient(ErfcGradient))));
  MR_RETURN_IF_ERROR(r.Add(WithUnary<Erfinv, Types<float, double>>(
      Op("Erfinv")
          .Input("x: T")
          .Output("y: T")
          .Attr("T: {bfloat16, half, float, double}")
          .Doc("The inverse of erf, elementwise; NaN outside [-1, 1].")
          .Shape(SameAsInput0)
          .Gradient(ErfinvGradient))));
  return r.Add(WithUnary<Ndtri, Types<float, double>>(
      Op("Ndtri")
          .Input("x: T")
          .Output("y: T")
          .Attr("T: {bfloat16, half, float, double}")
          .Doc("The quantile function of the normal distribution, elementwise; NaN outside [0, 1].")
          .Shape(SameAsInput0)
          .Gradient(NdtriGradient)));
}

}  // namespace millrace
