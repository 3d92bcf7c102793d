// Reciprocal and its old name Inv, with the ops that compute their gradients from their results.
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/math/binary.h"
#include "kernels/math/unary.h"

namespace millrace {
namespace {
struct Reciprocal {
  static constexpr int kCost = 3;
  template <typename T>
  static T Do(T x) {
    return T(1) / x;
  }
};

// -dy y^2
struct ReciprocalGrad {
  template <typename T>
  static T Do(T y, T dy) {
    if constexpr (kIsComplex<T>) {
      return -dy * std::conj(y) * std::conj(y);
    } else {
      return -dy * y * y;
    }
  }
};

absl::StatusOr<Gradients> ReciprocalGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Op1("ReciprocalGrad", {op.output(0), dy[0]})};
}

// z = -g y^2: dz/dy = -2 g y, dz/dg = -y^2
absl::StatusOr<Gradients> ReciprocalGradGradient(Builder& b, const OpView& op,
                                                 const Gradients& dz) {
  const Output y = b.Conj(op.input(0)), g = b.Conj(op.input(1));
  return Gradients{b.Mul(b.Mul(dz[0], b.ScalarLike(g, -2)), b.Mul(g, y)),
                   b.Op1("ReciprocalGrad", {op.input(0), dz[0]})};
}

}  // namespace

absl::Status RegisterReciprocal(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(WithUnary<Reciprocal, FloatingAndComplexTypes>(
      Op("Reciprocal")
          .Input("x: T")
          .Output("y: T")
          .Attr("T: {bfloat16, half, float, double, int8, int16, int32, int64, complex64, "
                "complex128}")
          .Doc("1 / x, elementwise.")
          .Shape(SameAsInput0)
          .Gradient(ReciprocalGradient))));
  MR_RETURN_IF_ERROR(r.Add(WithUnary<Reciprocal, FloatingAndComplexTypes>(
      Op("Inv")
          .Input("x: T")
          .Output("y: T")
          .Attr("T: {bfloat16, half, float, double, int8, int16, int32, int64, complex64, "
                "complex128}")
          .Doc("1 / x, elementwise: the old name of Reciprocal.")
          .Shape(SameAsInput0)
          .Gradient(ReciprocalGradient))));
  MR_RETURN_IF_ERROR(r.Add(WithBinary<ReciprocalGrad, FloatingAndComplexTypes>(
      Op("ReciprocalGrad")
          .Input("y: T")
          .Input("dy: T")
          .Output("z: T")
          .Attr("T: {bfloat16, half, float, double, complex64, complex128}")
          .Doc("The gradient of Reciprocal, -dy * y * y, where y = 1 / x.")
          .Shape(MergeInputs)
          .Gradient(ReciprocalGradGradient))));
  return r.Add(WithBinary<ReciprocalGrad, FloatingAndComplexTypes>(
      Op("InvGrad")
          .Input("y: T")
          .Input("dy: T")
          .Output("z: T")
          .Attr("T: {bfloat16, half, float, double, complex64, complex128}")
          .Doc("The gradient of Inv, -dy * y * y, where y = 1 / x.")
          .Shape(MergeInputs)
          .Gradient(ReciprocalGradGradient)));
}

}  // namespace millrace
