// Maximum, Minimum: NaN if either is NaN.
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/math/binary.h"

namespace millrace {
namespace {

struct Larger {
  template <typename T>
  static T Do(T x, T y) {
    return x < y || y != y ? y : x;
  }
};

struct Smaller {
  template <typename T>
  static T Do(T x, T y) {
    return y < x || y != y ? y : x;
  }
};

// The gradient goes to the one that was taken; to x where both are equal.
absl::StatusOr<Gradients> SelectGradient(Builder& b, const OpView& op, const Gradients& dz,
                                         const char* takes_x) {
  const Output x = op.input(0), y = op.input(1);
  const Output from_x = b.Op1(takes_x, {x, y});
  const Output zero = b.ScalarLike(dz[0], 0);
  const auto [dx, dy] =
      b.UnbroadcastGradients(x, b.Where(from_x, dz[0], zero), y, b.Where(from_x, zero, dz[0]));
  return Gradients{dx, dy};
}

absl::StatusOr<Gradients> MaximumGradient(Builder& b, const OpView& op, const Gradients& dz) {
  return SelectGradient(b, op, dz, "GreaterEqual");
}

absl::StatusOr<Gradients> MinimumGradient(Builder& b, const OpView& op, const Gradients& dz) {
  return SelectGradient(b, op, dz, "LessEqual");
}

}  // namespace

absl::Status RegisterMaximum(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(WithBinary<Larger, RealTypes>(
      Op("Maximum")
          .Input("x: T")
          .Input("y: T")
          .Output("z: T")
          .Attr("T: {bfloat16, half, float, double, int8, uint8, int16, uint16, int32, uint32, "
                "int64, uint64}")
          .Doc("The larger of x and y, elementwise; NaN if one is NaN; shapes broadcast.")
          .Shape(BroadcastInputs)
          .Gradient(MaximumGradient))));
  return r.Add(WithBinary<Smaller, RealTypes>(
      Op("Minimum")
          .Input("x: T")
          .Input("y: T")
          .Output("z: T")
          .Attr("T: {bfloat16, half, float, double, int8, uint8, int16, uint16, int32, uint32, "
                "int64, uint64}")
          .Doc("The smaller of x and y, elementwise; NaN if one is NaN; shapes broadcast.")
          .Shape(BroadcastInputs)
          .Gradient(MinimumGradient)));
}

}  // namespace millrace
