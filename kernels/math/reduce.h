// Reductions over any axes. An op gives a reducer:
//
//   struct SumReducer {
//     template <typename A> static A Init();            // what combining starts with
//     template <typename A> static A Map(A x);          // an element before it is combined
//     template <typename A> static A Combine(A x, A y);
//     template <typename A> static A Finish(A x, int64_t count);  // of `count` elements
//   };
//   r.Add(WithReduction<SumReducer, NumberTypes>(Op("Sum")...))
//
// Elements are combined in an order that depends on the shapes alone, so results do not depend on
// the number of threads; the 16-bit floats are combined in float.
#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/graph/op_schema.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/types.h"

namespace millrace {

// The axes in `axes` (a scalar or vector of int32 or int64; negative ones count from the end), as
// one flag a dimension. INVALID_ARGUMENT for an axis that is out of range or named twice.
absl::StatusOr<absl::InlinedVector<bool, 8>> ReductionAxes(const Tensor& axes, int rank);

// Loops over elements x, and accumulators.
struct ReduceLoops {
  void (*init)(int64_t n, void* acc);
  void (*row)(const void* x, int64_t n, void* acc);      // n elements into one accumulator
  void (*columns)(const void* x, int64_t n, void* acc);  // n elements into as many
  void (*merge)(const void* other, int64_t n, void* acc);
  void (*finish)(const void* acc, int64_t n, int64_t count, void* out);
  size_t element_size, acc_size;
};

// Reduces x over the dimensions flagged into `out`, which holds the elements of the result in
// row-major order.
absl::Status Reduce(KernelContext& c, const ReduceLoops& loops, const Tensor& x,
                    absl::Span<const bool> reduced, void* out);

class ReduceKernel final : public Kernel {
 public:
  explicit ReduceKernel(const ReduceLoops& loops) : loops_(loops) {}

  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("keep_dims", &keep_dims_); }
  absl::Status Compute(KernelContext& c) override;

 private:
  const ReduceLoops loops_;
  bool keep_dims_ = false;
};

namespace reduce_internal {

template <typename R, typename T>
struct LoopsOf {
  using A = ArithmeticType<T>;

  static void Init(int64_t n, void* acc) {
    A* a = static_cast<A*>(acc);
    for (int64_t i = 0; i < n; ++i) a[i] = R::template Init<A>();
  }

  static void Row(const void* x, int64_t n, void* acc) {
    const T* in = static_cast<const T*>(x);
    A total = *static_cast<A*>(acc);
    int64_t i = 0;
    constexpr int kLanes = 32;
    if (n >= kLanes) {
      A lanes[kLanes];
      for (int j = 0; j < kLanes; ++j) lanes[j] = R::Map(static_cast<A>(in[j]));
      for (i = kLanes; i + kLanes <= n; i += kLanes) {
        for (int j = 0; j < kLanes; ++j)
          lanes[j] = R::Combine(lanes[j], R::Map(static_cast<A>(in[i + j])));
      }
      for (int width = kLanes / 2; width > 0; width /= 2) {
        for (int j = 0; j < width; ++j) lanes[j] = R::Combine(lanes[j], lanes[j + width]);
      }
      total = R::Combine(total, lanes[0]);
    }
    for (; i < n; ++i) total = R::Combine(total, R::Map(static_cast<A>(in[i])));
    *static_cast<A*>(acc) = total;
  }

  static void Columns(const void* x, int64_t n, void* acc) {
    const T* in = static_cast<const T*>(x);
    A* a = static_cast<A*>(acc);
#pragma GCC ivdep
    for (int64_t i = 0; i < n; ++i) a[i] = R::Combine(a[i], R::Map(static_cast<A>(in[i])));
  }

  static void Merge(const void* other, int64_t n, void* acc) {
    const A* in = static_cast<const A*>(other);
    A* a = static_cast<A*>(acc);
#pragma GCC ivdep
    for (int64_t i = 0; i < n; ++i) a[i] = R::Combine(a[i], in[i]);
  }

  static void Finish(const void* acc, int64_t n, int64_t count, void* out) {
    const A* a = static_cast<const A*>(acc);
    T* y = static_cast<T*>(out);
    for (int64_t i = 0; i < n; ++i) y[i] = static_cast<T>(R::Finish(a[i], count));
  }
};

template <typename R, typename T>
ReduceLoops LoopsFor() {
  using L = LoopsOf<R, T>;
  return {&L::Init, &L::Row, &L::Columns, &L::Merge, &L::Finish, sizeof(T), sizeof(typename L::A)};
}

template <typename R, typename T>
std::unique_ptr<Kernel> Make() {
  return std::make_unique<ReduceKernel>(LoopsFor<R, T>());
}

template <typename R, typename... Ts>
Op& Add(Op& op, Types<Ts...>) {
  (op.AddKernel({"CPU", {{"T", kDTypeOf<Ts>}}, {}, &Make<R, Ts>, nullptr}), ...);
  return op;
}

}  // namespace reduce_internal

// `op` with a kernel for each type of TypeList as attribute T.
template <typename R, typename TypeList>
Op& WithReduction(Op& op) {
  return reduce_internal::Add<R>(op, TypeList());
}

}  // namespace millrace
