// Atan2.
#include <cmath>

#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/math/binary.h"

namespace millrace {
namespace {

struct ArcTangent {
  static constexpr int kCost = 20;
  template <typename T>
  static T Do(T y, T x) {
    return std::atan2(y, x);
  }
  template <typename V>
  static V Vector(V y, V x) {
    return vec::Atan2(y, x);
  }
};

// dy = dz x / (x^2 + y^2), dx = -dz y / (x^2 + y^2)
absl::StatusOr<Gradients> Atan2Gradient(Builder& b, const OpView& op, const Gradients& dz) {
  const Output y = op.input(0), x = op.input(1);
  const Output scaled = b.Div(dz[0], b.Add(b.Square(x), b.Square(y)));
  const auto [dy, dx] = b.UnbroadcastGradients(y, b.Mul(x, scaled), x, b.Mul(b.Neg(y), scaled));
  return Gradients{dy, dx};
}

}  // namespace

absl::Status RegisterAtan2(Registry& r) {
  return r.Add(WithBinary<ArcTangent, FloatingTypes>(
      Op("Atan2")
          .Input("y: T")
          .Input("x: T")
          .Output("z: T")
          .Attr("T: {bfloat16, half, float, double}")
          .Doc("The angle of the point (x, y) in radians, elementwise; shapes broadcast.")
          .Shape(BroadcastInputs)
          .Gradient(Atan2Gradient)));
}

}  // namespace millrace
