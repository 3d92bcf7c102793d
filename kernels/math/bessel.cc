// The Bessel functions of order 0 and 1: BesselI0, BesselI0e, BesselI1, BesselI1e, BesselJ0,
// BesselJ1, BesselK0, BesselK0e, BesselK1, BesselK1e, BesselY0, BesselY1.
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/math/special_functions.h"
#include "kernels/math/unary.h"

namespace millrace {
namespace {

struct BesselI0 {
  static constexpr int kCost = 30;
  static float Do(float x) { return special::BesselI0(x); }
  static double Do(double x) { return special::BesselI0(x); }
};
struct BesselI0e {
  static constexpr int kCost = 30;
  static float Do(float x) { return special::BesselI0e(x); }
  static double Do(double x) { return special::BesselI0e(x); }
};
struct BesselI1 {
  static constexpr int kCost = 30;
  static float Do(float x) { return special::BesselI1(x); }
  static double Do(double x) { return special::BesselI1(x); }
};
struct BesselI1e {
  static constexpr int kCost = 30;
  static float Do(float x) { return special::BesselI1e(x); }
  static double Do(double x) { return special::BesselI1e(x); }
};
struct BesselJ0 {
  static constexpr int kCost = 30;
  static float Do(float x) { return special::BesselJ0(x); }
  static double Do(double x) { return special::BesselJ0(x); }
};
struct BesselJ1 {
  static constexpr int kCost = 30;
  static float Do(float x) { return special::BesselJ1(x); }
  static double Do(double x) { return special::BesselJ1(x); }
};
struct BesselK0 {
  static constexpr int kCost = 30;
  static float Do(float x) { return special::BesselK0(x); }
  static double Do(double x) { return special::BesselK0(x); }
};
struct BesselK0e {
  static constexpr int kCost = 30;
  static float Do(float x) { return special::BesselK0e(x); }
  static double Do(double x) { return special::BesselK0e(x); }
};
struct BesselK1 {
  static constexpr int kCost = 30;
  static float Do(float x) { return special::BesselK1(x); }
  static double Do(double x) { return special::BesselK1(x); }
};
struct BesselK1e {
  static constexpr int kCost = 30;
  static float Do(float x) { return special::BesselK1e(x); }
  static double Do(double x) { return special::BesselK1e(x); }
};
struct BesselY0 {
  static constexpr int kCost = 30;
  static float Do(float x) { return special::BesselY0(x); }
  static double Do(double x) { return special::BesselY0(x); }
};
struct BesselY1 {
  static constexpr int kCost = 30;
  static float Do(float x) { return special::BesselY1(x); }
  static double Do(double x) { return special::BesselY1(x); }
};

// The slope 1/2 that a function of order 1 has at 0, where the formula is 0 / 0.
Output HalfAtZero(Builder& b, Output x, Output slope) {
  return b.Where(b.Equal(x, b.ScalarLike(x, 0)), b.ScalarLike(x, 0.5), slope);
}

// The derivative of the op's function at x, where its value is y.
using Slope = Output (*)(Builder& b, Output x, Output y);

template <Slope slope>
absl::StatusOr<Gradients> BesselGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Mul(dy[0], slope(b, op.input(0), op.output(0)))};
}

Output SlopeI0(Builder& b, Output x, Output) { return b.Op1("BesselI1", {x}); }
Output SlopeI0e(Builder& b, Output x, Output y) {
  return b.Sub(b.Op1("BesselI1e", {x}), b.Mul(b.Op1("Sign", {x}), y));
}
Output SlopeI1(Builder& b, Output x, Output y) {
  return HalfAtZero(b, x, b.Sub(b.Op1("BesselI0", {x}), b.Div(y, x)));
}
Output SlopeI1e(Builder& b, Output x, Output y) {
  return HalfAtZero(b, x,
                    b.Sub(b.Op1("BesselI0e", {x}),
                          b.Mul(y, b.Add(b.Op1("Sign", {x}), b.Op1("Reciprocal", {x})))));
}
Output SlopeJ0(Builder& b, Output x, Output) { return b.Neg(b.Op1("BesselJ1", {x})); }
Output SlopeJ1(Builder& b, Output x, Output y) {
  return HalfAtZero(b, x, b.Sub(b.Op1("BesselJ0", {x}), b.Div(y, x)));
}
Output SlopeK0(Builder& b, Output x, Output) { return b.Neg(b.Op1("BesselK1", {x})); }
Output SlopeK0e(Builder& b, Output x, Output y) { return b.Sub(y, b.Op1("BesselK1e", {x})); }
Output SlopeK1(Builder& b, Output x, Output y) {
  return b.Neg(b.Add(b.Op1("BesselK0", {x}), b.Div(y, x)));
}
Output SlopeK1e(Builder& b, Output x, Output y) {
  return b.Sub(b.Sub(y, b.Div(y, x)), b.Op1("BesselK0e", {x}));
}
Output SlopeY0(Builder& b, Output x, Output) { return b.Neg(b.Op1("BesselY1", {x})); }
Output SlopeY1(Builder& b, Output x, Output y) {
  return b.Sub(b.Op1("BesselY0", {x}), b.Div(y, x));
}

template <typename F, Slope slope>
Op& Bessel(Op& op, absl::string_view doc) {
  return WithUnary<F, Types<half, float, double>>(
      op.Doc(doc).Shape(SameAsInput0).Gradient(BesselGradient<slope>));
}

}  // namespace

absl::Status RegisterBessel(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Bessel<BesselI0, SlopeI0>(
      Op("BesselI0").Input("x: T").Output("y: T").Attr("T: {bfloat16, half, float, double}"),
      "The modified Bessel function of the first kind of order 0, elementwise.")));
  MR_RETURN_IF_ERROR(r.Add(Bessel<BesselI0e, SlopeI0e>(
      Op("BesselI0e").Input("x: T").Output("y: T").Attr("T: {bfloat16, half, float, double}"),
      "The modified Bessel function of the first kind of order 0, times exp(-|x|), elementwise.")));
  MR_RETURN_IF_ERROR(r.Add(Bessel<BesselI1, SlopeI1>(
      Op("BesselI1").Input("x: T").Output("y: T").Attr("T: {bfloat16, half, float, double}"),
      "The modified Bessel function of the first kind of order 1, elementwise.")));
  MR_RETURN_IF_ERROR(r.Add(Bessel<BesselI1e, SlopeI1e>(
      Op("BesselI1e").Input("x: T").Output("y: T").Attr("T: {bfloat16, half, float, double}"),
      "The modified Bessel function of the first kind of order 1, times exp(-|x|), elementwise.")));
  MR_RETURN_IF_ERROR(r.Add(Bessel<BesselJ0, SlopeJ0>(
      Op("BesselJ0").Input("x: T").Output("y: T").Attr("T: {bfloat16, half, float, double}"),
      "The Bessel function of the first kind of order 0, elementwise.")));
  MR_RETURN_IF_ERROR(r.Add(Bessel<BesselJ1, SlopeJ1>(
      Op("BesselJ1").Input("x: T").Output("y: T").Attr("T: {bfloat16, half, float, double}"),
      "The Bessel function of the first kind of order 1, elementwise.")));
  MR_RETURN_IF_ERROR(r.Add(Bessel<BesselK0, SlopeK0>(
      Op("BesselK0").Input("x: T").Output("y: T").Attr("T: {bfloat16, half, float, double}"),
      "The modified Bessel function of the second kind of order 0, elementwise.")));
  MR_RETURN_IF_ERROR(r.Add(Bessel<BesselK0e, SlopeK0e>(
      Op("BesselK0e").Input("x: T").Output("y: T").Attr("T: {bfloat16, half, float, double}"),
      "The modified Bessel function of the second kind of order 0, times exp(x), elementwise.")));
  MR_RETURN_IF_ERROR(r.Add(Bessel<BesselK1, SlopeK1>(
      Op("BesselK1").Input("x: T").Output("y: T").Attr("T: {bfloat16, half, float, double}"),
      "The modified Bessel function of the second kind of order 1, elementwise.")));
  MR_RETURN_IF_ERROR(r.Add(Bessel<BesselK1e, SlopeK1e>(
      Op("BesselK1e").Input("x: T").Output("y: T").Attr("T: {bfloat16, half, float, double}"),
      "The modified Bessel function of the second kind of order 1, times exp(x), elementwise.")));
  MR_RETURN_IF_ERROR(r.Add(Bessel<BesselY0, SlopeY0>(
      Op("BesselY0").Input("x: T").Output("y: T").Attr("T: {bfloat16, half, float, double}"),
      "The Bessel function of the second kind of order 0, elementwise.")));
  return r.Add(Bessel<BesselY1, SlopeY1>(
      Op("BesselY1").Input("x: T").Output("y: T").Attr("T: {bfloat16, half, float, double}"),
      "The Bessel function of the second kind of order 1, elementwise."));
}

}  // namespace millrace
