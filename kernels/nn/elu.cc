// Elu, Selu, Softplus, Softsign, and the ops that compute their gradients.
#include <cmath>

#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/math/binary.h"
#include "kernels/math/unary.h"

namespace millrace {
namespace {

struct Elu {
  static constexpr int kCost = 12;
  template <typename T>
  static T Do(T x) {
    return x < 0 ? std::expm1(x) : x;
  }
};

// In terms of Elu's output, where it is 1 + y below 0.
struct EluGrad {
  template <typename T>
  static T Do(T gradient, T y) {
    return y < 0 ? gradient * (y + 1) : gradient;
  }
};

// Klambauer et al., Self-Normalizing Neural Networks, 2017: the fixed point of mean 0 and
// variance 1.
constexpr double kSeluScale = 1.0507009873554804934193349852946;
constexpr double kSeluAlpha = 1.6732632423543772848170429916717;

struct Selu {
  static constexpr int kCost = 12;
  template <typename T>
  static T Do(T x) {
    return T(kSeluScale) * (x < 0 ? T(kSeluAlpha) * std::expm1(x) : x);
  }
};

struct SeluGrad {
  template <typename T>
  static T Do(T gradient, T y) {
    return y < 0 ? gradient * (y + T(kSeluScale * kSeluAlpha)) : gradient * T(kSeluScale);
  }
};

struct Softplus {
  static constexpr int kCost = 25;
  template <typename T>
  static T Do(T x) {
    return std::max(x, T(0)) + std::log1p(std::exp(-std::abs(x)));
  }
};

struct SoftplusGrad {
  static constexpr int kCost = 12;
  template <typename T>
  static T Do(T gradient, T x) {
    return gradient / (std::exp(-x) + T(1));
  }
};

struct Softsign {
  static constexpr int kCost = 3;
  template <typename T>
  static T Do(T x) {
    return x / (T(1) + std::abs(x));
  }
};

struct SoftsignGrad {
  static constexpr int kCost = 3;
  template <typename T>
  static T Do(T gradient, T x) {
    const T d = T(1) + std::abs(x);
    return gradient / (d * d);
  }
};

absl::StatusOr<Gradients> EluGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Op1("EluGrad", {dy[0], op.output(0)})};
}

absl::StatusOr<Gradients> SeluGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Op1("SeluGrad", {dy[0], op.output(0)})};
}

// EluGrad and SeluGrad: linear in the gradient, and in y below 0.
absl::StatusOr<Gradients> EluGradGradient(Builder& b, const OpView& op, const Gradients& dz) {
  const Output g = op.input(0), y = op.input(1);
  const Output below = b.Less(y, b.ScalarLike(y, 0));
  return Gradients{b.Op1(op.schema().name, {dz[0], y}),
                   b.Where(below, b.Mul(dz[0], g), b.ZerosLike(y))};
}

absl::StatusOr<Gradients> SoftplusGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Op1("SoftplusGrad", {dy[0], op.input(0)})};
}

// The derivative of sigmoid(x) is 1 / (exp(-x) + 2 + exp(x)).
absl::StatusOr<Gradients> SoftplusGradGradient(Builder& b, const OpView& op, const Gradients& dz) {
  const Output g = op.input(0), x = op.input(1);
  const Output spread = b.Add(b.Add(b.Exp(b.Neg(x)), b.ScalarLike(x, 2)), b.Exp(x));
  return Gradients{b.Op1("SoftplusGrad", {dz[0], x}), b.Div(b.Mul(dz[0], g), spread)};
}

absl::StatusOr<Gradients> SoftsignGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Op1("SoftsignGrad", {dy[0], op.input(0)})};
}

// z = g / (1 + |x|)^2: dz/dx = -2 sign(x) z / (1 + |x|)
absl::StatusOr<Gradients> SoftsignGradGradient(Builder& b, const OpView& op, const Gradients& dz) {
  const Output x = op.input(1);
  const Output d = b.Add(b.Op1("Abs", {x}), b.ScalarLike(x, 1));
  const Output slope = b.Div(b.Mul(b.Op1("Sign", {x}), op.output(0)), d);
  return Gradients{b.Op1("SoftsignGrad", {dz[0], x}),
                   b.Mul(b.Mul(dz[0], b.ScalarLike(x, -2)), slope)};
}

}  // namespace

absl::Status RegisterElu(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(WithUnary<Elu, FloatingTypes>(Op("Elu")
                                              .Input("features: T")
                                              .Output("activations: T")
                                              .Attr("T: {half, bfloat16, float, double}")
                                              .Doc("exp(x) - 1 where x < 0, else x.")
                                              .Shape(SameAsInput0)
                                              .Gradient(EluGradient))));
  MR_RETURN_IF_ERROR(
      r.Add(WithBinary<EluGrad, FloatingTypes>(Op("EluGrad")
                                                   .Input("gradients: T")
                                                   .Input("outputs: T")
                                                   .Output("backprops: T")
                                                   .Attr("T: {half, bfloat16, float, double}")
                                                   .Doc("The gradient of Elu, from its outputs.")
                                                   .Shape(MergeInputs)
                                                   .Gradient(EluGradGradient))));
  MR_RETURN_IF_ERROR(r.Add(
      WithUnary<Selu, FloatingTypes>(Op("Selu")
                                         .Input("features: T")
                                         .Output("activations: T")
                                         .Attr("T: {half, bfloat16, float, double}")
                                         .Doc("scale * (alpha * (exp(x) - 1) where x < 0, else x), "
                                              "with the constants that keep mean 0 and variance 1.")
                                         .Shape(SameAsInput0)
                                         .Gradient(SeluGradient))));
  MR_RETURN_IF_ERROR(
      r.Add(WithBinary<SeluGrad, FloatingTypes>(Op("SeluGrad")
                                                    .Input("gradients: T")
                                                    .Input("outputs: T")
                                                    .Output("backprops: T")
                                                    .Attr("T: {half, bfloat16, float, double}")
                                                    .Doc("The gradient of Selu, from its outputs.")
                                                    .Shape(MergeInputs)
                                                    .Gradient(EluGradGradient))));
  MR_RETURN_IF_ERROR(
      r.Add(WithUnary<Softplus, FloatingTypes>(Op("Softplus")
                                                   .Input("features: T")
                                                   .Output("activations: T")
                                                   .Attr("T: {half, bfloat16, float, double}")
                                                   .Doc("log(1 + exp(x)), elementwise.")
                                                   .Shape(SameAsInput0)
                                                   .Gradient(SoftplusGradient))));
  MR_RETURN_IF_ERROR(r.Add(WithBinary<SoftplusGrad, FloatingTypes>(
      Op("SoftplusGrad")
          .Input("gradients: T")
          .Input("features: T")
          .Output("backprops: T")
          .Attr("T: {half, bfloat16, float, double}")
          .Doc("The gradient of Softplus: gradients / (1 + exp(-features)).")
          .Shape(MergeInputs)
          .Gradient(SoftplusGradGradient))));
  MR_RETURN_IF_ERROR(
      r.Add(WithUnary<Softsign, FloatingTypes>(Op("Softsign")
                                                   .Input("features: T")
                                                   .Output("activations: T")
                                                   .Attr("T: {half, bfloat16, float, double}")
                                                   .Doc("x / (1 + |x|), elementwise.")
                                                   .Shape(SameAsInput0)
                                                   .Gradient(SoftsignGradient))));
  return r.Add(WithBinary<SoftsignGrad, FloatingTypes>(
      Op("SoftsignGrad")
          .Input("gradients: T")
          .Input("features: T")
          .Output("backprops: T")
          .Attr("T: {half, bfloat16, float, double}")
          .Doc("The gradient of Softsign: gradients / (1 + |features|)^2.")
          .Shape(MergeInputs)
          .Gradient(SoftsignGradGradient)));
}

}  // namespace millrace
