// NextAfter.
#include <cmath>

#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/math/binary.h"

namespace millrace {
namespace {

struct NextAfterOf {
  static constexpr int kCost = 5;
  template <typename T>
  static T Do(T x, T y) {
    return std::nextafter(x, y);
  }
};

// A step of the least size: x1's own gradient passes, x2 only says the direction.
absl::StatusOr<Gradients> NextAfterGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output x1 = op.input(0), x2 = op.input(1);
  const auto by_x1 = b.UnbroadcastGradients(x1, dy[0], x2, dy[0]).first;
  return Gradients{by_x1, b.ZerosLike(x2)};
}

}  // namespace

absl::Status RegisterNextAfter(Registry& r) {
  return r.Add(WithBinary<NextAfterOf, Types<float, double>>(
      Op("NextAfter")
          .Input("x1: T")
          .Input("x2: T")
          .Output("output: T")
          .Attr("T: {double, float} = DT_FLOAT")
          .Doc("The number after x1 in the direction of x2; shapes broadcast.")
          .Shape(BroadcastInputs)
          .Gradient(NextAfterGradient)));
}

}  // namespace millrace
