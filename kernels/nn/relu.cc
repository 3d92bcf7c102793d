// Relu, Relu6, and the ops that compute their gradients.
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/math/binary.h"
#include "kernels/math/unary.h"

namespace millrace {
namespace {

// NaN stays NaN.
struct Relu {
  template <typename T>
  static T Do(T x) {
    return x < T(0) ? T(0) : x;
  }
};

struct Relu6 {
  template <typename T>
  static T Do(T x) {
    return x < T(0) ? T(0) : x > T(6) ? T(6) : x;
  }
};

// `feature` may be Relu's input or its output. A product, so that a gradient that is not finite
// shows everywhere, as in TensorFlow.
struct ReluGrad {
  template <typename T>
  static T Do(T gradient, T feature) {
    return static_cast<T>(gradient * T(feature > T(0)));
  }
};

struct Relu6Grad {
  template <typename T>
  static T Do(T gradient, T feature) {
    return static_cast<T>(gradient * T(feature > T(0) && feature < T(6)));
  }
};

absl::StatusOr<Gradients> ReluGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Op1("ReluGrad", {dy[0], op.output(0)})};
}

absl::StatusOr<Gradients> Relu6Gradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Op1("Relu6Grad", {dy[0], op.output(0)})};
}

// Linear in the gradient, flat in the feature.
absl::StatusOr<Gradients> ReluGradGradient(Builder& b, const OpView& op, const Gradients& dz) {
  return Gradients{b.Op1(op.schema().name, {dz[0], op.input(1)}), b.ZerosLike(op.input(1))};
}

}  // namespace

absl::Status RegisterRelu(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(
      WithUnary<Relu, RealTypes>(Op("Relu")
                                     .Input("features: T")
                                     .Output("activations: T")
                                     .Attr("T: {float, double, int32, uint8, int16, int8, int64, "
                                           "bfloat16, uint16, half, uint32, uint64, qint8}")
                                     .Doc("max(x, 0), elementwise.")
                                     .Shape(SameAsInput0)
                                     .Gradient(ReluGradient))));
  MR_RETURN_IF_ERROR(r.Add(WithUnary<Relu6, RealTypes>(Op("Relu6")
                                                           .Input("features: T")
                                                           .Output("activations: T")
                                                           .Attr("T: realnumbertype")
                                                           .Doc("min(max(x, 0), 6), elementwise.")
                                                           .Shape(SameAsInput0)
                                                           .Gradient(Relu6Gradient))));
  MR_RETURN_IF_ERROR(r.Add(WithBinary<ReluGrad, RealTypes>(
      Op("ReluGrad")
          .Input("gradients: T")
          .Input("features: T")
          .Output("backprops: T")
          .Attr("T: realnumbertype")
          .Doc("The gradient of Relu: gradients where features > 0, else 0.")
          .Shape(MergeInputs)
          .Gradient(ReluGradGradient))));
  return r.Add(WithBinary<Relu6Grad, RealTypes>(
      Op("Relu6Grad")
          .Input("gradients: T")
          .Input("features: T")
          .Output("backprops: T")
          .Attr("T: realnumbertype")
          .Doc("The gradient of Relu6: gradients where 0 < features < 6, else 0.")
          .Shape(MergeInputs)
          .Gradient(ReluGradGradient)));
}

}  // namespace millrace
