// Tanh and Sigmoid, with the ops that compute their gradients from their results.
#include <cmath>

#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/math/binary.h"
#include "kernels/math/unary.h"

namespace millrace {
namespace {
struct Tanh {
  static constexpr int kCost = 12;
  template <typename T>
  static T Do(T x) {
    return std::tanh(x);
  }
  template <typename V>
  static V Vector(V x) {
    return vec::Tanh(x);
  }
};

struct Sigmoid {
  static constexpr int kCost = 12;
  template <typename T>
  static T Do(T x) {
    return T(1) / (T(1) + std::exp(-x));
  }
  static __m256 Vector(__m256 x) {
    const __m256 one = _mm256_set1_ps(1);
    return _mm256_div_ps(one, _mm256_add_ps(one, vec::Exp(_mm256_sub_ps(_mm256_setzero_ps(), x))));
  }
  static __m256d Vector(__m256d x) {
    const __m256d one = _mm256_set1_pd(1);
    return _mm256_div_pd(one, _mm256_add_pd(one, vec::Exp(_mm256_sub_pd(_mm256_setzero_pd(), x))));
  }
};

// dy (1 - y^2); a caller whose y is complex conjugates it first, as TensorFlow's do.
struct TanhGrad {
  template <typename T>
  static T Do(T y, T dy) {
    return dy * (T(1) - y * y);
  }
};

// dy y (1 - y)
struct SigmoidGrad {
  template <typename T>
  static T Do(T y, T dy) {
    return dy * y * (T(1) - y);
  }
};

absl::StatusOr<Gradients> TanhGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Op1("TanhGrad", {b.Conj(op.output(0)), dy[0]})};
}

absl::StatusOr<Gradients> SigmoidGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Op1("SigmoidGrad", {b.Conj(op.output(0)), dy[0]})};
}

// z = g (1 - y^2): dz/dy = -2 g y, dz/dg = 1 - y^2
absl::StatusOr<Gradients> TanhGradGradient(Builder& b, const OpView& op, const Gradients& dz) {
  const Output y = b.Conj(op.input(0)), g = b.Conj(op.input(1));
  return Gradients{b.Mul(b.Mul(dz[0], b.ScalarLike(g, -2)), b.Mul(g, y)),
                   b.Op1("TanhGrad", {y, dz[0]})};
}

// z = g y (1 - y): dz/dy = g (1 - 2 y)
absl::StatusOr<Gradients> SigmoidGradGradient(Builder& b, const OpView& op, const Gradients& dz) {
  const Output y = b.Conj(op.input(0)), g = b.Conj(op.input(1));
  const Output gb = b.Mul(dz[0], g);
  return Gradients{b.Sub(gb, b.Mul(b.ScalarLike(gb, 2), b.Mul(gb, y))),
                   b.Op1("SigmoidGrad", {y, dz[0]})};
}

}  // namespace

absl::Status RegisterTanhSigmoid(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(WithUnary<Tanh, FloatingAndComplexTypes>(
      Op("Tanh")
          .Input("x: T")
          .Output("y: T")
          .Attr("T: {bfloat16, half, float, double, complex64, complex128}")
          .Doc("Hyperbolic tangent, elementwise.")
          .Shape(SameAsInput0)
          .Gradient(TanhGradient))));
  MR_RETURN_IF_ERROR(r.Add(WithUnary<Sigmoid, FloatingAndComplexTypes>(
      Op("Sigmoid")
          .Input("x: T")
          .Output("y: T")
          .Attr("T: {bfloat16, half, float, double, complex64, complex128}")
          .Doc("1 / (1 + exp(-x)), elementwise.")
          .Shape(SameAsInput0)
          .Gradient(SigmoidGradient))));
  MR_RETURN_IF_ERROR(r.Add(WithBinary<TanhGrad, FloatingAndComplexTypes>(
      Op("TanhGrad")
          .Input("y: T")
          .Input("dy: T")
          .Output("z: T")
          .Attr("T: {bfloat16, half, float, double, complex64, complex128}")
          .Doc("The gradient of Tanh, dy * (1 - y * y), where y = tanh(x).")
          .Shape(MergeInputs)
          .Gradient(TanhGradGradient))));
  return r.Add(WithBinary<SigmoidGrad, FloatingAndComplexTypes>(
      Op("SigmoidGrad")
          .Input("y: T")
          .Input("dy: T")
          .Output("z: T")
          .Attr("T: {bfloat16, half, float, double, complex64, complex128}")
          .Doc("The gradient of Sigmoid, dy * y * (1 - y), where y = sigmoid(x).")
          .Shape(MergeInputs)
          .Gradient(SigmoidGradGradient)));
}

}  // namespace millrace
