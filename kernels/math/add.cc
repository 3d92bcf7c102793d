// Add, AddV2, Sub.
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/math/arithmetic.h"
#include "kernels/math/binary.h"

namespace millrace {
namespace {
struct Adding {
  template <typename T>
  static T Do(T x, T y) {
    return Plus(x, y);
  }
};

struct Subtracting {
  template <typename T>
  static T Do(T x, T y) {
    return Minus(x, y);
  }
};

// Strings are concatenated.
struct Concatenating {
  static constexpr int kCost = 30;
  static std::string Do(const std::string& x, const std::string& y) { return x + y; }
};

absl::StatusOr<Gradients> AddGradient(Builder& b, const OpView& op, const Gradients& dz) {
  const auto [dx, dy] = b.UnbroadcastGradients(op.input(0), dz[0], op.input(1), dz[0]);
  return Gradients{dx, dy};
}

absl::StatusOr<Gradients> SubGradient(Builder& b, const OpView& op, const Gradients& dz) {
  const auto [dx, dy] = b.UnbroadcastGradients(op.input(0), dz[0], op.input(1), b.Neg(dz[0]));
  return Gradients{dx, dy};
}

}  // namespace

absl::Status RegisterAdd(Registry& r) {
  using Old = Join<FloatingAndComplexTypes, SignedTypes, Types<uint8_t>>;
  MR_RETURN_IF_ERROR(r.Add(WithBinary<Concatenating, Types<std::string>>(WithBinary<Adding, Old>(
      Op("Add")
          .Input("x: T")
          .Input("y: T")
          .Output("z: T")
          .Attr("T: {bfloat16, half, float, double, uint8, int8, int16, int32, int64, complex64, "
                "complex128, string}")
          .Doc("x + y, elementwise; shapes broadcast. Strings are concatenated.")
          .Shape(BroadcastInputs)
          .Gradient(AddGradient)))));
  MR_RETURN_IF_ERROR(r.Add(WithBinary<Adding, NumberTypes>(
      Op("AddV2")
          .Input("x: T")
          .Input("y: T")
          .Output("z: T")
          .Attr("T: {bfloat16, half, float, double, uint8, uint16, uint32, uint64, int8, int16, "
                "int32, int64, complex64, complex128}")
          .Commutative()
          .Aggregate()
          .Doc("x + y, elementwise; shapes broadcast.")
          .Shape(BroadcastInputs)
          .Gradient(AddGradient))));
  return r.Add(WithBinary<Subtracting, NumberTypes>(
      Op("Sub")
          .Input("x: T")
          .Input("y: T")
          .Output("z: T")
          .Attr("T: {bfloat16, half, float, double, uint8, int8, uint16, int16, int32, int64, "
                "complex64, complex128, uint32, uint64}")
          .Doc("x - y, elementwise; shapes broadcast.")
          .Shape(BroadcastInputs)
          .Gradient(SubGradient)));
}

}  // namespace millrace
