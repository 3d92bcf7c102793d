// Pow.
#include <cmath>

#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/math/arithmetic.h"
#include "kernels/math/binary.h"

namespace millrace {
namespace {
template <typename T>
T IntegerPower(T x, T y) {
  T power = 1;
  for (auto rest = static_cast<std::make_unsigned_t<T>>(y); rest > 0;
       rest = static_cast<decltype(rest)>(rest >> 1)) {
    if (rest & 1) power = WrappingMul(power, x);
    x = WrappingMul(x, x);
  }
  return power;
}

struct Power {
  static constexpr int kCost = 30;
  template <typename T>
  static T Do(T x, T y) {
    if constexpr (std::is_integral_v<T>) {
      return IntegerPower(x, y);
    } else if constexpr (kIsComplex<T>) {
      if (x == T(0)) return y == T(0) ? T(1) : T(0);
      return std::pow(x, y);
    } else {
      return std::pow(x, y);
    }
  }
  template <typename V>
  static V Vector(V x, V y) {
    return vec::Pow(x, y);
  }
  template <typename T>
  static const char* Check(const T*, int64_t nx, const T* y, int64_t ny) {
    if constexpr (std::is_integral_v<T> && std::is_signed_v<T>) {
      for (int64_t i = 0; i < ny && nx > 0; ++i) {
        if (y[i] < 0) return "Integers to negative integer powers are not allowed";
      }
    }
    return nullptr;
  }
};

// dx = dz y x^(y-1), dy = dz z log(x), where log(x) is taken as 0 for x <= 0 (for complex x: for x
// = 0).
absl::StatusOr<Gradients> PowGradient(Builder& b, const OpView& op, const Gradients& dz) {
  const Output x = b.Conj(op.input(0)), y = b.Conj(op.input(1)), z = b.Conj(op.output(0));
  const Output one = b.ScalarLike(y, 1), zero = b.ScalarLike(x, 0);
  const Output defined = IsComplex(b.dtype(x)) ? b.Op1("NotEqual", {x, zero}) : b.Greater(x, zero);
  const Output safe_x = b.Where(defined, x, b.OnesLike(x));
  const Output log_x = b.Where(defined, b.Log(safe_x), b.ZerosLike(x));
  const auto [dx, dy] =
      b.UnbroadcastGradients(op.input(0), b.Mul(dz[0], b.Mul(y, b.Pow(x, b.Sub(y, one)))),
                             op.input(1), b.Mul(dz[0], b.Mul(z, log_x)));
  return Gradients{dx, dy};
}

}  // namespace

absl::Status RegisterPow(Registry& r) {
  return r.Add(WithBinary<Power, Join<FloatingAndComplexTypes, SignedTypes>>(
      Op("Pow")
          .Input("x: T")
          .Input("y: T")
          .Output("z: T")
          .Attr("T: {bfloat16, float, half, double, int8, int16, int32, int64, complex64, "
                "complex128}")
          .Doc("x to the power y, elementwise; shapes broadcast. INVALID_ARGUMENT for a negative "
               "integer y.")
          .Shape(BroadcastInputs)
          .Gradient(PowGradient)));
}

}  // namespace millrace
