// Dawsn, Expint, FresnelCos, FresnelSin, Spence: functions given by an integral. All are computed
// in double, by the series and expansions named below.
#include <cmath>
#include <complex>
#include <limits>

#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/math/unary.h"

namespace millrace {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kEulerGamma = 0.57721566490153286061;

// exp(-x^2) times the integral of exp(t^2) from 0 to x. Rybicki's sum of Gaussians (Computers in
// Physics 3, 85, 1989): with this step its error is far below a double's; near 0 the power series.
double Dawson(double x) {
  if (std::isnan(x)) return x;
  const double a = std::abs(x);
  if (a < 0.3) {
    double term = x, sum = x;
    for (int k = 1; k < 30 && std::abs(term) > 1e-18 * std::abs(sum); ++k) {
      term *= -2 * x * x / (2 * k + 1);
      sum += term;
    }
    return sum;
  }
  if (a > 1e4) return (1 + 0.5 / (x * x)) / (2 * x);
  constexpr double kStep = 0.2;
  constexpr int kTerms = 40;
  const int n0 = 2 * static_cast<int>(0.5 * a / kStep + 0.5);
  double sum = 0;
  for (int k = -kTerms + 1; k < kTerms; k += 2) {
    const double offset = a - (n0 + k) * kStep;
    sum += std::exp(-offset * offset) / (n0 + k);
  }
  return std::copysign(sum / std::sqrt(M_PI), x);
}

// The integral of exp(t) / t from -infinity to x > 0: the power series, for large x the asymptotic
// one.
double ExponentialIntegral(double x) {
  if (std::isnan(x) || x < 0) return kNan;
  if (x == 0) return -kInfinity;
  if (x < 45) {
    double power = 1, sum = kEulerGamma + std::log(x);
    for (int k = 1; k < 300; ++k) {
      power *= x / k;
      sum += power / k;
      if (power < 1e-18 * std::abs(sum)) break;
    }
    return sum;
  }
  double term = 1, sum = 1;
  for (int k = 1; k < 60; ++k) {
    const double next = term * k / x;
    if (next > term || next < 1e-18) break;
    sum += term = next;
  }
  return std::exp(x) / x * sum;
}

// C(x) + i S(x), the integral of exp(i pi t^2 / 2) from 0 to x >= 0: the power series, for large x
// the continued fraction of erfc (Abramowitz and Stegun 7.3.22, 7.1.14) by Lentz's method.
std::complex<double> Fresnel(double x) {
  using C = std::complex<double>;
  if (std::isnan(x)) return {kNan, kNan};
  if (x > 1e8) return {0.5, 0.5};
  if (x < 1.6) {
    const C z(0, M_PI / 2 * x * x);
    C power = x, sum = x;
    for (int k = 1; k < 60; ++k) {
      power *= z / static_cast<double>(k);
      const C term = power / static_cast<double>(2 * k + 1);
      sum += term;
      if (std::abs(term) < 1e-18 * std::abs(sum)) break;
    }
    return sum;
  }
  const double pix2 = M_PI * x * x;
  C b(1, -pix2), c(1e300, 0), d = 1.0 / b, h = d;
  double n = -1;
  for (int k = 2; k < 500; ++k) {
    n += 2;
    const double a = -n * (n + 1);
    b += 4.0;
    d = 1.0 / (a * d + b);
    c = b + a / c;
    const C factor = c * d;
    h *= factor;
    if (std::abs(factor.real() - 1) + std::abs(factor.imag()) < 1e-16) break;
  }
  h *= C(x, -x);
  return C(0.5, 0.5) * (1.0 - C(std::cos(0.5 * pix2), std::sin(0.5 * pix2)) * h);
}

// Li2(z) for z in [-1, 1/2]: the series in u = -log(1 - z) with Bernoulli's numbers.
double Dilogarithm(double z) {
  const double u = -std::log1p(-z), square = u * u;
  // B_2k / (2k + 1)!
  constexpr double kTerms[] = {1.0 / 36,
                               -1.0 / 3600,
                               1.0 / 211680,
                               -1.0 / 10886400,
                               1.0 / 526901760,
                               -4.0647616451442255e-11,
                               8.9216910204564526e-13,
                               -1.9939295860721076e-14,
                               4.5189800296199182e-16};
  double power = u, sum = u - square / 4;
  for (const double term : kTerms) sum += term * (power *= square);
  return sum;
}

// Li2(1 - x) for x >= 0.
double SpenceOf(double x) {
  constexpr double kPiSquaredOver6 = 1.6449340668482264365;
  if (std::isnan(x) || x < 0) return kNan;
  if (x == 0) return kPiSquaredOver6;
  if (std::isinf(x)) return -kInfinity;
  if (x < 0.5) return kPiSquaredOver6 - std::log(x) * std::log1p(-x) - Dilogarithm(x);
  if (x <= 2) return Dilogarithm(1 - x);
  const double log = std::log(x);
  return -0.5 * log * log - SpenceOf(1 / x);
}

struct DawsonOf {
  static constexpr int kCost = 400;
  template <typename T>
  static T Do(T x) {
    return static_cast<T>(Dawson(x));
  }
};

struct ExpintOf {
  static constexpr int kCost = 100;
  template <typename T>
  static T Do(T x) {
    return static_cast<T>(ExponentialIntegral(x));
  }
};

struct FresnelCosine {
  static constexpr int kCost = 300;
  template <typename T>
  static T Do(T x) {
    return static_cast<T>(std::copysign(1.0, x) * Fresnel(std::abs(x)).real());
  }
};

struct FresnelSine {
  static constexpr int kCost = 300;
  template <typename T>
  static T Do(T x) {
    return static_cast<T>(std::copysign(1.0, x) * Fresnel(std::abs(x)).imag());
  }
};

struct SpenceFunction {
  static constexpr int kCost = 80;
  template <typename T>
  static T Do(T x) {
    return static_cast<T>(SpenceOf(x));
  }
};

// 1 - 2 x y
absl::StatusOr<Gradients> DawsnGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output x = op.input(0);
  const Output slope = b.Sub(b.ScalarLike(x, 1), b.Mul(b.ScalarLike(x, 2), b.Mul(x, op.output(0))));
  return Gradients{b.Mul(dy[0], slope)};
}

absl::StatusOr<Gradients> ExpintGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output x = op.input(0);
  return Gradients{b.Mul(dy[0], b.Div(b.Exp(x), x))};
}

Output HalfPiSquare(Builder& b, Output x) { return b.Mul(b.ScalarLike(x, M_PI / 2), b.Square(x)); }

absl::StatusOr<Gradients> FresnelCosGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Mul(dy[0], b.Op1("Cos", {HalfPiSquare(b, op.input(0))}))};
}

absl::StatusOr<Gradients> FresnelSinGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Mul(dy[0], b.Op1("Sin", {HalfPiSquare(b, op.input(0))}))};
}

// log(x) / (1 - x), and its limit -1 at 1.
absl::StatusOr<Gradients> SpenceGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output x = op.input(0), one = b.ScalarLike(x, 1);
  const Output slope =
      b.Where(b.Equal(x, one), b.ScalarLike(x, -1), b.Div(b.Log(x), b.Sub(one, x)));
  return Gradients{b.Mul(dy[0], slope)};
}

template <typename F>
Op& Integral(Op& op, absl::string_view doc, GradientFn gradient) {
  return WithUnary<F, Types<float, double>>(op.Doc(doc).Shape(SameAsInput0).Gradient(gradient));
}

}  // namespace

absl::Status RegisterSpecialIntegrals(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Integral<DawsonOf>(
      Op("Dawsn").Input("x: T").Output("y: T").Attr("T: {bfloat16, half, float, double}"),
      "Dawson's integral, elementwise.", DawsnGradient)));
  MR_RETURN_IF_ERROR(r.Add(Integral<ExpintOf>(
      Op("Expint").Input("x: T").Output("y: T").Attr("T: {bfloat16, half, float, double}"),
      "The exponential integral Ei, elementwise; NaN below 0.", ExpintGradient)));
  MR_RETURN_IF_ERROR(r.Add(Integral<FresnelCosine>(
      Op("FresnelCos").Input("x: T").Output("y: T").Attr("T: {bfloat16, half, float, double}"),
      "Fresnel's cosine integral, elementwise.", FresnelCosGradient)));
  MR_RETURN_IF_ERROR(r.Add(Integral<FresnelSine>(
      Op("FresnelSin").Input("x: T").Output("y: T").Attr("T: {bfloat16, half, float, double}"),
      "Fresnel's sine integral, elementwise.", FresnelSinGradient)));
  return r.Add(Integral<SpenceFunction>(
      Op("Spence").Input("x: T").Output("y: T").Attr("T: {bfloat16, half, float, double}"),
      "Spence's integral Li2(1 - x), elementwise; NaN below 0.", SpenceGradient));
}

}  // namespace millrace
