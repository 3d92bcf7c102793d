// Xlogy, Xlog1py, Xdivy: 0 where x is 0, whatever y.
#include <cmath>

#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/math/arithmetic.h"
#include "kernels/math/binary.h"

namespace millrace {
namespace {
struct XLogY {
  static constexpr int kCost = 12;
  template <typename T>
  static T Do(T x, T y) {
    return x == T(0) ? T(0) : Times(x, std::log(y));
  }
};

struct XLog1pY {
  static constexpr int kCost = 14;
  template <typename T>
  static T Do(T x, T y) {
    if (x == T(0)) return T(0);
    if constexpr (kIsComplex<T>) {
      const auto a = y.real(), b = y.imag();
      return Times(x, T(std::log1p(a * (2 + a) + b * b) / 2, std::atan2(b, 1 + a)));
    } else {
      return x * std::log1p(y);
    }
  }
};

struct XDivY {
  static constexpr int kCost = 4;
  template <typename T>
  static T Do(T x, T y) {
    return x == T(0) ? T(0) : x / y;
  }
};

// 1 where x is not 0, else 0.
Output NotZero(Builder& b, Output x) {
  return b.Cast(b.Op1("NotEqual", {x, b.ScalarLike(x, 0)}), b.dtype(x));
}

absl::StatusOr<Gradients> Unbroadcast(Builder& b, const OpView& op, Output dz, Output slope_x,
                                      Output slope_y) {
  const auto [dx, dy] =
      b.UnbroadcastGradients(op.input(0), b.Mul(slope_x, dz), op.input(1), b.Mul(slope_y, dz));
  return Gradients{dx, dy};
}

absl::StatusOr<Gradients> XlogyGradient(Builder& b, const OpView& op, const Gradients& dz) {
  const Output x = b.Conj(op.input(0)), y = b.Conj(op.input(1));
  return Unbroadcast(b, op, dz[0], b.Op1("Xlogy", {NotZero(b, x), y}), b.Op1("Xdivy", {x, y}));
}

absl::StatusOr<Gradients> Xlog1pyGradient(Builder& b, const OpView& op, const Gradients& dz) {
  const Output x = b.Conj(op.input(0)), y = b.Conj(op.input(1));
  const Output y_plus_1 = b.Add(y, b.ScalarLike(y, 1));
  return Unbroadcast(b, op, dz[0], b.Op1("Xlog1py", {NotZero(b, x), y}),
                     b.Op1("Xdivy", {x, y_plus_1}));
}

absl::StatusOr<Gradients> XdivyGradient(Builder& b, const OpView& op, const Gradients& dz) {
  const Output x = b.Conj(op.input(0)), y = b.Conj(op.input(1));
  return Unbroadcast(b, op, dz[0], b.Op1("Xdivy", {NotZero(b, x), y}),
                     b.Op1("Xdivy", {b.Neg(x), b.Square(y)}));
}

}  // namespace

absl::Status RegisterXlogy(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(WithBinary<XLogY, FloatingAndComplexTypes>(
      Op("Xlogy")
          .Input("x: T")
          .Input("y: T")
          .Output("z: T")
          .Attr("T: {half, bfloat16, float, double, complex64, complex128}")
          .Doc("x * log(y), and 0 where x is 0; shapes broadcast.")
          .Shape(BroadcastInputs)
          .Gradient(XlogyGradient))));
  MR_RETURN_IF_ERROR(r.Add(WithBinary<XLog1pY, FloatingAndComplexTypes>(
      Op("Xlog1py")
          .Input("x: T")
          .Input("y: T")
          .Output("z: T")
          .Attr("T: {half, bfloat16, float, double, complex64, complex128}")
          .Doc("x * log1p(y), and 0 where x is 0; shapes broadcast.")
          .Shape(BroadcastInputs)
          .Gradient(Xlog1pyGradient))));
  return r.Add(WithBinary<XDivY, FloatingAndComplexTypes>(
      Op("Xdivy")
          .Input("x: T")
          .Input("y: T")
          .Output("z: T")
          .Attr("T: {half, bfloat16, float, double, complex64, complex128}")
          .Doc("x / y, and 0 where x is 0; shapes broadcast.")
          .Shape(BroadcastInputs)
          .Gradient(XdivyGradient)));
}

}  // namespace millrace
