// Mul, MulNoNan, SquaredDifference.
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/math/arithmetic.h"
#include "kernels/math/binary.h"

namespace millrace {
namespace {
struct Multiplying {
  template <typename T>
  static T Do(T x, T y) {
    return Times(x, y);
  }
};

struct MultiplyingNoNan {
  template <typename T>
  static T Do(T x, T y) {
    return y == T(0) ? T(0) : Times(x, y);
  }
};

struct SquaringDifference {
  template <typename T>
  static T Do(T x, T y) {
    const T d = Minus(x, y);
    return Times(Conjugate(d), d);
  }
};

absl::StatusOr<Gradients> MulGradient(Builder& b, const OpView& op, const Gradients& dz) {
  const Output x = op.input(0), y = op.input(1);
  const auto [dx, dy] =
      b.UnbroadcastGradients(x, b.Mul(dz[0], b.Conj(y)), y, b.Mul(b.Conj(x), dz[0]));
  return Gradients{dx, dy};
}

absl::StatusOr<Gradients> MulNoNanGradient(Builder& b, const OpView& op, const Gradients& dz) {
  const Output x = op.input(0), y = op.input(1);
  const auto [dx, dy] = b.UnbroadcastGradients(x, b.Op1("MulNoNan", {dz[0], b.Conj(y)}), y,
                                               b.Op1("MulNoNan", {b.Conj(x), dz[0]}));
  return Gradients{dx, dy};
}

absl::StatusOr<Gradients> SquaredDifferenceGradient(Builder& b, const OpView& op,
                                                    const Gradients& dz) {
  const Output x = op.input(0), y = op.input(1);
  const Output slope = b.Mul(b.Mul(b.ScalarLike(dz[0], 2), dz[0]), b.Sub(x, y));
  const auto [dx, dy] = b.UnbroadcastGradients(x, slope, y, b.Neg(slope));
  return Gradients{dx, dy};
}

}  // namespace

absl::Status RegisterMul(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(WithBinary<Multiplying, NumberTypes>(
      Op("Mul")
          .Input("x: T")
          .Input("y: T")
          .Output("z: T")
          .Attr("T: {bfloat16, half, float, double, uint8, int8, uint16, int16, int32, uint32, "
                "uint64, int64, complex64, complex128}")
          .Commutative()
          .Doc("x * y, elementwise; shapes broadcast.")
          .Shape(BroadcastInputs)
          .Gradient(MulGradient))));
  MR_RETURN_IF_ERROR(r.Add(WithBinary<MultiplyingNoNan, FloatingAndComplexTypes>(
      Op("MulNoNan")
          .Input("x: T")
          .Input("y: T")
          .Output("z: T")
          .Attr("T: {bfloat16, half, float, double, complex64, complex128}")
          .Doc("x * y, but 0 where y is 0 even if x is infinite or NaN; shapes broadcast.")
          .Shape(BroadcastInputs)
          .Gradient(MulNoNanGradient))));
  return r.Add(
      WithBinary<SquaringDifference, Join<FloatingAndComplexTypes, Types<int32_t, int64_t>>>(
          Op("SquaredDifference")
              .Input("x: T")
              .Input("y: T")
              .Output("z: T")
              .Attr("T: {bfloat16, half, float, double, int32, int64, complex64, complex128}")
              .Commutative()
              .Doc("conj(x - y) * (x - y), elementwise; shapes broadcast.")
              .Shape(BroadcastInputs)
              .Gradient(SquaredDifferenceGradient)));
}

}  // namespace millrace
