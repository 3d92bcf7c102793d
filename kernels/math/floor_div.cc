// FloorDiv, TruncateDiv and the remainders FloorMod, Mod, TruncateMod.
#include <cmath>

#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/math/arithmetic.h"
#include "kernels/math/binary.h"
#include "kernels/math/integer_div.h"

namespace millrace {
namespace {
// The part the functors share: a cost, and the check for zero divisors.
struct DivisionBase {
  static constexpr int kCost = 6;
  template <typename T>
  static const char* Check(const T*, int64_t nx, const T* y, int64_t ny) {
    if constexpr (std::is_integral_v<T>) {
      return CheckDivisor(y, nx == 0 ? 0 : ny);
    } else {
      return nullptr;
    }
  }
};

struct FloorDividing : DivisionBase {
  template <typename T>
  static T Do(T x, T y) {
    if constexpr (std::is_integral_v<T>) {
      const T quotient = IntegerQuotient(x, y);
      const bool down = (x < 0) != (y < 0) && IntegerRemainder(x, y) != 0;
      return down ? static_cast<T>(quotient - 1) : quotient;
    } else {
      return std::floor(x / y);
    }
  }
};

struct TruncateDividing : DivisionBase {
  template <typename T>
  static T Do(T x, T y) {
    if constexpr (std::is_integral_v<T>) {
      return IntegerQuotient(x, y);
    } else {
      return std::trunc(x / y);
    }
  }
};

// The sign of the divisor.
struct FloorRemainder : DivisionBase {
  template <typename T>
  static T Do(T x, T y) {
    T rest;
    if constexpr (std::is_integral_v<T>) {
      rest = IntegerRemainder(x, y);
    } else {
      rest = std::fmod(x, y);
    }
    return rest != 0 && (rest < 0) != (y < 0) ? static_cast<T>(rest + y) : rest;
  }
};

// The sign of the dividend.
struct TruncateRemainder : DivisionBase {
  template <typename T>
  static T Do(T x, T y) {
    if constexpr (std::is_integral_v<T>) {
      return IntegerRemainder(x, y);
    } else {
      return std::fmod(x, y);
    }
  }
};

// z = x - floor(x / y) y
absl::StatusOr<Gradients> FloorModGradient(Builder& b, const OpView& op, const Gradients& dz) {
  const Output x = op.input(0), y = op.input(1);
  const Output slope = b.Neg(b.Op1("FloorDiv", {x, y}));
  const auto [dx, dy] = b.UnbroadcastGradients(x, dz[0], y, b.Mul(dz[0], slope));
  return Gradients{dx, dy};
}

}  // namespace

absl::Status RegisterFloorDiv(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(WithBinary<FloorDividing, RealTypes>(
      Op("FloorDiv")
          .Input("x: T")
          .Input("y: T")
          .Output("z: T")
          .Attr("T: {bfloat16, half, float, double, uint8, int8, uint16, int16, int32, uint32, "
                "uint64, int64, complex64, complex128}")
          .Doc("floor(x / y), elementwise; shapes broadcast. INVALID_ARGUMENT for an integer 0 in "
               "y.")
          .Shape(BroadcastInputs)
          .NotDifferentiable())));
  MR_RETURN_IF_ERROR(r.Add(WithBinary<TruncateDividing, RealTypes>(
      Op("TruncateDiv")
          .Input("x: T")
          .Input("y: T")
          .Output("z: T")
          .Attr("T: {bfloat16, half, float, double, uint8, int8, uint16, int16, int32, uint32, "
                "uint64, int64, complex64, complex128}")
          .Doc("x / y toward zero, elementwise; shapes broadcast. INVALID_ARGUMENT for an integer "
               "0 in y.")
          .Shape(BroadcastInputs)
          .NotDifferentiable())));
  MR_RETURN_IF_ERROR(r.Add(WithBinary<FloorRemainder, RealTypes>(
      Op("FloorMod")
          .Input("x: T")
          .Input("y: T")
          .Output("z: T")
          .Attr("T: {int8, int16, int32, int64, uint8, uint16, uint32, uint64, bfloat16, half, "
                "float, double}")
          .Doc("x - floor(x / y) * y, elementwise; shapes broadcast. INVALID_ARGUMENT for an "
               "integer 0 in y.")
          .Shape(BroadcastInputs)
          .Gradient(FloorModGradient))));
  using Old = Types<int32_t, int64_t, float, double>;
  MR_RETURN_IF_ERROR(r.Add(WithBinary<TruncateRemainder, Old>(
      Op("Mod")
          .Input("x: T")
          .Input("y: T")
          .Output("z: T")
          .Attr("T: {int32, int64, half, half, bfloat16, float, double}")
          .Doc("The remainder of division toward zero, elementwise; shapes broadcast. "
               "INVALID_ARGUMENT for an integer 0 in y.")
          .Shape(BroadcastInputs)
          .NotDifferentiable())));
  return r.Add(WithBinary<TruncateRemainder, Old>(
      Op("TruncateMod")
          .Input("x: T")
          .Input("y: T")
          .Output("z: T")
          .Attr("T: {int32, int64, bfloat16, half, float, double}")
          .Doc("The remainder of division toward zero, elementwise; shapes broadcast. "
               "INVALID_ARGUMENT for an integer 0 in y.")
          .Shape(BroadcastInputs)
          .NotDifferentiable()));
}

}  // namespace millrace
