// Div, RealDiv, DivNoNan. (FloorDiv and TruncateDiv are in integer_div.cc.)
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/math/arithmetic.h"
#include "kernels/math/binary.h"
#include "kernels/math/integer_div.h"

namespace millrace {
namespace {
// Integers are divided toward zero.
struct Dividing {
  static constexpr int kCost = 3;
  template <typename T>
  static T Do(T x, T y) {
    if constexpr (std::is_integral_v<T>) {
      return IntegerQuotient(x, y);
    } else {
      return x / y;
    }
  }
  template <typename T>
  static const char* Check(const T*, int64_t nx, const T* y, int64_t ny) {
    if constexpr (std::is_integral_v<T>) {
      return CheckDivisor(y, nx == 0 ? 0 : ny);
    } else {
      return nullptr;
    }
  }
};

struct DividingNoNan {
  static constexpr int kCost = 4;
  template <typename T>
  static T Do(T x, T y) {
    return y == T(0) ? T(0) : x / y;
  }
};

// dx = dz / y, dy = -dz x / y^2
template <bool no_nan>
absl::StatusOr<Gradients> DivGradient(Builder& b, const OpView& op, const Gradients& dz) {
  const auto divide = [&](Output n, Output d) {
    return no_nan ? b.Op1("DivNoNan", {n, d}) : b.Div(n, d);
  };
  const Output x = b.Conj(op.input(0)), y = b.Conj(op.input(1));
  const Output slope = b.Mul(dz[0], divide(divide(b.Neg(x), y), y));
  const auto [dx, dy] = b.UnbroadcastGradients(op.input(0), divide(dz[0], y), op.input(1), slope);
  return Gradients{dx, dy};
}

}  // namespace

absl::Status RegisterDiv(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(WithBinary<Dividing, NumberTypes>(
      Op("Div")
          .Input("x: T")
          .Input("y: T")
          .Output("z: T")
          .Attr("T: {bfloat16, half, float, double, uint8, int8, uint16, int16, int32, uint32, "
                "uint64, int64, complex64, complex128}")
          .Doc("x / y, elementwise, toward zero for integers; shapes broadcast. INVALID_ARGUMENT "
               "for an integer 0 in y.")
          .Shape(BroadcastInputs)
          .Gradient(DivGradient<false>))));
  MR_RETURN_IF_ERROR(r.Add(WithBinary<Dividing, FloatingAndComplexTypes>(
      Op("RealDiv")
          .Input("x: T")
          .Input("y: T")
          .Output("z: T")
          .Attr("T: {bfloat16, half, float, double, uint8, int8, uint16, int16, int32, uint32, "
                "uint64, int64, complex64, complex128}")
          .Doc("x / y, elementwise; shapes broadcast.")
          .Shape(BroadcastInputs)
          .Gradient(DivGradient<false>))));
  return r.Add(WithBinary<DividingNoNan, FloatingAndComplexTypes>(
      Op("DivNoNan")
          .Input("x: T")
          .Input("y: T")
          .Output("z: T")
          .Attr("T: {half, float, bfloat16, double, complex64, complex128}")
          .Doc("x / y, but 0 where y is 0; shapes broadcast.")
          .Shape(BroadcastInputs)
          .Gradient(DivGradient<true>)));
}

}  // namespace millrace
