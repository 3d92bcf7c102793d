// Walking tensors element by element. The walk over broadcast operands is in one place and not
// templated: a kernel adds only a function for one row.
#ifndef MILLRACE_MICRO_KERNELS_COMMON_ELEMENTWISE_H_
#define MILLRACE_MICRO_KERNELS_COMMON_ELEMENTWISE_H_

#include <cstdint>

#include "micro/core/op.h"
#include "micro/core/status.h"
#include "micro/kernels/common/independent.h"

namespace millrace::micro {

// Both inputs of one type, whose shapes broadcast to the output's. kUnsupportedType or
// kInvalidShape by context.Fail.
Status CheckPairs(const OpContext& context);
// The same, and the output is of their type.
Status CheckPairsOfOneType(const OpContext& context);
// The output has as many elements as the input.
Status CheckElements(const OpContext& context);
// The same, and is of the input's type.
Status CheckElementsOfOneType(const OpContext& context);
// kUnsupportedType, by context.Fail: no kernel for the types of this op's inputs and outputs.
Status NoKernelForType(const OpContext& context);

// A row of two operands; a stride is 1, or 0 where the operand is repeated.
struct PairRow {
  const void* a;
  const void* b;
  void* out;
  int32_t a_stride;
  int32_t b_stride;
  int32_t count;
};

// Calls function(data, row) for each innermost row of the output of an op that CheckPairs accepted.
void ForEachPairRow(const OpContext& context, const void* data,
                    void (*function)(const void* data, const PairRow& row));

// out[i] = fn(a[i], b[i]) with broadcasting. fn is copied, so that what it holds by value stays in
// registers.
template <typename In, typename Out, typename Fn>
void RunPairs(const OpContext& context, const Fn& fn) {
  ForEachPairRow(context, &fn, [](const void* data, const PairRow& row) {
    const Fn f = *static_cast<const Fn*>(data);
    const In* a = static_cast<const In*>(row.a);
    const In* b = static_cast<const In*>(row.b);
    Out* out = static_cast<Out*>(row.out);
    const int32_t count = row.count;
    if constexpr (kHasRoomForLoops) {
      if (row.b_stride == 0) {
        const In y = *b;
        MR_INDEPENDENT
        for (int32_t i = 0; i < count; ++i) out[i] = f(a[i], y);
      } else if (row.a_stride == 0) {
        const In x = *a;
        MR_INDEPENDENT
        for (int32_t i = 0; i < count; ++i) out[i] = f(x, b[i]);
      } else {
        MR_INDEPENDENT
        for (int32_t i = 0; i < count; ++i) out[i] = f(a[i], b[i]);
      }
    } else {
      for (int32_t i = 0; i < count; ++i, a += row.a_stride, b += row.b_stride) {
        out[i] = f(*a, *b);
      }
    }
  });
}

// out[i] = fn(in[i])
template <typename In, typename Out, typename Fn>
void RunElements(const OpContext& context, const Fn& fn) {
  const In* in = context.input_data<In>(0);
  Out* out = context.output_data<Out>();
  const int32_t count = context.output().elements();
  const auto f = fn;
  MR_INDEPENDENT
  for (int32_t i = 0; i < count; ++i) out[i] = f(in[i]);
}

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_COMMON_ELEMENTWISE_H_
