// Elementwise kernels of two inputs, which broadcast. An op gives a functor:
//
//   struct Sub {
//     template <typename T> static T Do(T x, T y) { return x - y; }
//   };
//   r.Add(WithBinary<Sub, NumberTypes>(Op("Sub")...))
//
// kCost and Vector are as in unary.h. Where the values of an input decide whether the op is defined
// (division by zero), `static const char* Check(const T* x, int64_t nx, const T* y, int64_t ny)`
// gives the message of the error, or null.
#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>

#include "absl/status/status.h"
#include "core/graph/op_schema.h"
#include "core/runtime/kernel.h"
#include "kernels/math/types.h"
#include "kernels/math/unary.h"
#include "kernels/math/vector_math.h"

namespace millrace {

// out[i] = f(x[i * x_step], y[i * y_step]) for n elements; a step is 0 or 1. `out` may be an input
// whose step is 1.
using BinaryLoop = void (*)(const void* x, int64_t x_step, const void* y, int64_t y_step, void* out,
                            int64_t n);
using BinaryCheck = const char* (*)(const void* x, int64_t nx, const void* y, int64_t ny);

class BinaryKernel final : public Kernel {
 public:
  struct Loops {
    BinaryLoop loop;  // over float where the tensors hold 16-bit floats
    DType in, out;    // of the tensors
    int64_t grain;    // elements worth a thread of their own
    BinaryCheck check;
  };
  explicit BinaryKernel(const Loops& loops) : loops_(loops) {}

  // Honours "incompatible_shape_error" where the op has it.
  absl::Status Init(KernelConstruction& c) override;
  absl::Status Compute(KernelContext& c) override;

 private:
  absl::Status ComputeBroadcast(KernelContext& c, const char* x, const char* y) const;
  void Range(const char* x, int64_t x_step, const char* y, int64_t y_step, char* out,
             int64_t n) const;

  const Loops loops_;
  // An op that takes a gradient beside the value it is of does not broadcast.
  bool broadcasts_ = true;
  // The code of what `loops_.check` finds.
  absl::StatusCode undefined_ = absl::StatusCode::kInvalidArgument;
  // What Equal and NotEqual answer for shapes that do not broadcast, when they were told not to
  // fail.
  bool tolerant_ = false, answer_if_incompatible_ = false;
};

namespace binary_internal {

template <typename F, typename T, typename = void>
struct CheckOf {
  static constexpr BinaryCheck kValue = nullptr;
};
template <typename F, typename T>
struct CheckOf<
    F, T,
    std::void_t<decltype(F::Check(std::declval<const T*>(), 0, std::declval<const T*>(), 0))>> {
  static const char* Call(const void* x, int64_t nx, const void* y, int64_t ny) {
    return F::Check(static_cast<const T*>(x), nx, static_cast<const T*>(y), ny);
  }
  static constexpr BinaryCheck kValue = &Call;
};

template <typename F>
auto TestVector(int) -> decltype(F::Vector(__m256(), __m256()), std::true_type());
template <typename F>
std::false_type TestVector(...);
template <typename F>
inline constexpr bool kHasVector = decltype(TestVector<F>(0))::value;

template <typename F, typename T>
void VectorLoop(const T* x, int64_t x_step, const T* y, int64_t y_step, T* out, int64_t n) {
  constexpr int kLanes = 32 / sizeof(T);
  T a[kLanes], b[kLanes];
  for (int64_t i = 0; i < n; i += kLanes) {
    const int m = static_cast<int>(n - i < kLanes ? n - i : kLanes);
    for (int j = 0; j < kLanes; ++j) {
      const int64_t at = i + (j < m ? j : 0);
      a[j] = x[at * x_step];
      b[j] = y[at * y_step];
    }
    vec::Store(a, F::Vector(vec::Load(a), vec::Load(b)));
    for (int j = 0; j < m; ++j) out[i + j] = a[j];
  }
}

template <typename F, typename T>
void Loop(const void* x, int64_t x_step, const void* y, int64_t y_step, void* out, int64_t n) {
  using Out = decltype(F::Do(std::declval<T>(), std::declval<T>()));
  const T* a = static_cast<const T*>(x);
  const T* b = static_cast<const T*>(y);
  Out* o = static_cast<Out*>(out);
  if constexpr (kHasVector<F> && (std::is_same_v<T, float> || std::is_same_v<T, double>)) {
    VectorLoop<F, T>(a, x_step, b, y_step, o, n);
  } else if (x_step == 1 && y_step == 1) {
#pragma GCC ivdep
    for (int64_t i = 0; i < n; ++i) o[i] = F::Do(a[i], b[i]);
  } else if (x_step == 1) {
    const T s = b[0];
#pragma GCC ivdep
    for (int64_t i = 0; i < n; ++i) o[i] = F::Do(a[i], s);
  } else if (y_step == 1) {
    const T s = a[0];
#pragma GCC ivdep
    for (int64_t i = 0; i < n; ++i) o[i] = F::Do(s, b[i]);
  } else {
    const Out v = F::Do(a[0], b[0]);
    for (int64_t i = 0; i < n; ++i) o[i] = v;
  }
}

template <typename F, typename T>
std::unique_ptr<Kernel> Make() {
  using A = ArithmeticType<T>;
  using Out = decltype(F::Do(std::declval<A>(), std::declval<A>()));
  constexpr DType out = std::is_same_v<Out, A> ? kDTypeOf<T> : kDTypeOf<Out>;
  return std::make_unique<BinaryKernel>(BinaryKernel::Loops{&Loop<F, A>, kDTypeOf<T>, out,
                                                            65536 / unary_internal::Cost<F>::kValue,
                                                            CheckOf<F, T>::kValue});
}

template <typename F, typename... Ts>
Op& Add(Op& op, const char* attr, Types<Ts...>) {
  (op.AddKernel({"CPU", {{attr, kDTypeOf<Ts>}}, {}, &Make<F, Ts>, nullptr}), ...);
  return op;
}

}  // namespace binary_internal

// `op` with a kernel for each type of TypeList as attribute `attr`.
template <typename F, typename TypeList>
Op& WithBinary(Op& op, const char* attr = "T") {
  return binary_internal::Add<F>(op, attr, TypeList());
}

}  // namespace millrace
