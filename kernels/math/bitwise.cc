// Logic and bits: LogicalNot, LogicalAnd, LogicalOr, Invert, BitwiseAnd, BitwiseOr, BitwiseXor,
// shifts, PopulationCount.
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/math/binary.h"
#include "kernels/math/unary.h"

namespace millrace {
namespace {
struct LogicalNot {
  static bool Do(bool x) { return !x; }
};
struct LogicalAnd {
  static bool Do(bool x, bool y) { return x & y; }
};
struct LogicalOr {
  static bool Do(bool x, bool y) { return x | y; }
};
struct Invert {
  template <typename T>
  static T Do(T x) {
    return static_cast<T>(~x);
  }
};
struct And {
  template <typename T>
  static T Do(T x, T y) {
    return static_cast<T>(x & y);
  }
};
struct Or {
  template <typename T>
  static T Do(T x, T y) {
    return static_cast<T>(x | y);
  }
};
struct Xor {
  template <typename T>
  static T Do(T x, T y) {
    return static_cast<T>(x ^ y);
  }
};

// A count outside [0, bits) is taken as the nearest in it.
template <typename T>
int ShiftCount(T y) {
  constexpr int kMost = static_cast<int>(8 * sizeof(T)) - 1;
  if constexpr (std::is_signed_v<T>) {
    if (y < 0) return 0;
  }
  return static_cast<uint64_t>(y) > static_cast<uint64_t>(kMost) ? kMost : static_cast<int>(y);
}

struct LeftShift {
  template <typename T>
  static T Do(T x, T y) {
    return static_cast<T>(static_cast<uint64_t>(x) << ShiftCount(y));
  }
};
struct RightShift {
  template <typename T>
  static T Do(T x, T y) {
    return static_cast<T>(x >> ShiftCount(y));
  }
};

struct PopulationCount {
  template <typename T>
  static uint8_t Do(T x) {
    return static_cast<uint8_t>(__builtin_popcountll(static_cast<std::make_unsigned_t<T>>(x)));
  }
};

}  // namespace

absl::Status RegisterBitwise(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("LogicalNot")
                .Input("x: bool")
                .Output("y: bool")
                .Doc("not x, elementwise.")
                .Shape(SameAsInput0)
                .NotDifferentiable()
                .AddKernel({"CPU", {}, {}, &unary_internal::Make<LogicalNot, bool>, nullptr})));
  MR_RETURN_IF_ERROR(
      r.Add(Op("LogicalAnd")
                .Input("x: bool")
                .Input("y: bool")
                .Output("z: bool")
                .Commutative()
                .Doc("x and y, elementwise; shapes broadcast.")
                .Shape(BroadcastInputs)
                .NotDifferentiable()
                .AddKernel({"CPU", {}, {}, &binary_internal::Make<LogicalAnd, bool>, nullptr})));
  MR_RETURN_IF_ERROR(
      r.Add(Op("LogicalOr")
                .Input("x: bool")
                .Input("y: bool")
                .Output("z: bool")
                .Commutative()
                .Doc("x or y, elementwise; shapes broadcast.")
                .Shape(BroadcastInputs)
                .NotDifferentiable()
                .AddKernel({"CPU", {}, {}, &binary_internal::Make<LogicalOr, bool>, nullptr})));
  MR_RETURN_IF_ERROR(r.Add(WithUnary<Invert, IntegerTypes>(
      Op("Invert")
          .Input("x: T")
          .Output("y: T")
          .Attr("T: {int8, int16, int32, int64, uint8, uint16, uint32, uint64}")
          .Doc("Every bit of x flipped, elementwise.")
          .Shape(SameAsInput0)
          .NotDifferentiable())));
  MR_RETURN_IF_ERROR(r.Add(WithBinary<And, IntegerTypes>(
      Op("BitwiseAnd")
          .Input("x: T")
          .Input("y: T")
          .Output("z: T")
          .Attr("T: {int8, int16, int32, int64, uint8, uint16, uint32, uint64}")
          .Commutative()
          .Doc("The bits set in both x and y, elementwise; shapes broadcast.")
          .Shape(BroadcastInputs)
          .NotDifferentiable())));
  MR_RETURN_IF_ERROR(r.Add(WithBinary<Or, IntegerTypes>(
      Op("BitwiseOr")
          .Input("x: T")
          .Input("y: T")
          .Output("z: T")
          .Attr("T: {int8, int16, int32, int64, uint8, uint16, uint32, uint64}")
          .Commutative()
          .Doc("The bits set in x or y, elementwise; shapes broadcast.")
          .Shape(BroadcastInputs)
          .NotDifferentiable())));
  MR_RETURN_IF_ERROR(r.Add(WithBinary<Xor, IntegerTypes>(
      Op("BitwiseXor")
          .Input("x: T")
          .Input("y: T")
          .Output("z: T")
          .Attr("T: {int8, int16, int32, int64, uint8, uint16, uint32, uint64}")
          .Commutative()
          .Doc("The bits set in one of x and y, elementwise; shapes broadcast.")
          .Shape(BroadcastInputs)
          .NotDifferentiable())));
  MR_RETURN_IF_ERROR(r.Add(WithBinary<LeftShift, IntegerTypes>(
      Op("LeftShift")
          .Input("x: T")
          .Input("y: T")
          .Output("z: T")
          .Attr("T: {int8, int16, int32, int64, uint8, uint16, uint32, uint64}")
          .Doc("x shifted left by y bits, elementwise; shapes broadcast.")
          .Shape(BroadcastInputs)
          .NotDifferentiable())));
  MR_RETURN_IF_ERROR(r.Add(WithBinary<RightShift, IntegerTypes>(
      Op("RightShift")
          .Input("x: T")
          .Input("y: T")
          .Output("z: T")
          .Attr("T: {int8, int16, int32, int64, uint8, uint16, uint32, uint64}")
          .Doc("x shifted right by y bits, keeping the sign, elementwise; shapes broadcast.")
          .Shape(BroadcastInputs)
          .NotDifferentiable())));
  return r.Add(WithUnary<PopulationCount, IntegerTypes>(
      Op("PopulationCount")
          .Input("x: T")
          .Output("y: uint8")
          .Attr("T: {int8, int16, int32, int64, uint8, uint16, uint32, uint64}")
          .Doc("The number of bits set, elementwise.")
          .Shape(SameAsInput0)
          .NotDifferentiable()));
}

}  // namespace millrace
