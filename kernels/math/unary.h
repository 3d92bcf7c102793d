// Elementwise kernels of one input. An op gives a functor:
//
//   struct Expm1 {
//     static constexpr int kCost = 10;                                // of an element, in
//     additions; 1 if left out template <typename T> static T Do(T x) { return std::expm1(x); }
//     template <typename V> static V Vector(V x) { return vec::Expm1(x); }  // optional, for float
//     and double
//   };
//   r.Add(WithUnary<Expm1, FloatingAndComplexTypes>(Op("Expm1")...))
//
// The 16-bit floats are computed in float.
#pragma once

#include <immintrin.h>

#include <cstdint>
#include <memory>
#include <type_traits>

#include "absl/status/status.h"
#include "core/graph/op_schema.h"
#include "core/runtime/kernel.h"
#include "kernels/math/types.h"
#include "kernels/math/vector_math.h"

namespace millrace {

// y[i] = f(x[i]) for n elements; x and y may be the same memory.
using UnaryLoop = void (*)(const void* x, void* y, int64_t n);

class UnaryKernel final : public Kernel {
 public:
  struct Loops {
    UnaryLoop loop;  // over float where the tensors hold 16-bit floats
    DType in, out;   // of the tensors
    int64_t grain;   // elements worth a thread of their own
  };
  explicit UnaryKernel(const Loops& loops) : loops_(loops) {}

  absl::Status Compute(KernelContext& c) override;

 private:
  void Range(const char* in, char* out, int64_t n) const;

  const Loops loops_;
};

namespace unary_internal {

template <typename F, typename = void>
struct Cost {
  static constexpr int kValue = 1;
};
template <typename F>
struct Cost<F, std::void_t<decltype(F::kCost)>> {
  static constexpr int kValue = F::kCost;
};
template <typename F>
auto TestVector(int) -> decltype(F::Vector(__m256()), std::true_type());
template <typename F>
std::false_type TestVector(...);
template <typename F>
inline constexpr bool kHasVector = decltype(TestVector<F>(0))::value;

template <typename F, typename T>
void Loop(const void* x, void* y, int64_t n) {
  using Out = decltype(F::Do(std::declval<T>()));
  const T* in = static_cast<const T*>(x);
  Out* out = static_cast<Out*>(y);
  if constexpr (kHasVector<F> && (std::is_same_v<T, float> || std::is_same_v<T, double>)) {
    vec::Map(in, out, n, [](auto v) { return F::Vector(v); });
  } else {
#pragma GCC ivdep
    for (int64_t i = 0; i < n; ++i) out[i] = F::Do(in[i]);
  }
}

template <typename F, typename T>
std::unique_ptr<Kernel> Make() {
  using A = ArithmeticType<T>;
  using Out = decltype(F::Do(std::declval<A>()));
  constexpr DType out = std::is_same_v<Out, A> ? kDTypeOf<T> : kDTypeOf<Out>;
  return std::make_unique<UnaryKernel>(
      UnaryKernel::Loops{&Loop<F, A>, kDTypeOf<T>, out, 65536 / Cost<F>::kValue});
}

template <typename F, typename... Ts>
Op& Add(Op& op, const char* attr, Types<Ts...>) {
  (op.AddKernel({"CPU", {{attr, kDTypeOf<Ts>}}, {}, &Make<F, Ts>, nullptr}), ...);
  return op;
}

}  // namespace unary_internal

// `op` with a kernel for each type of TypeList as attribute `attr`.
template <typename F, typename TypeList>
Op& WithUnary(Op& op, const char* attr = "T") {
  return unary_internal::Add<F>(op, attr, TypeList());
}

}  // namespace millrace
