// Functions of one byte that cost more than a look-up: for a tensor with more elements than there
// are values, a table of all 256 is filled once an invoke, in scratch memory.
#ifndef MILLRACE_MICRO_KERNELS_COMMON_BYTE_TABLE_H_
#define MILLRACE_MICRO_KERNELS_COMMON_BYTE_TABLE_H_

#include <cstdint>

#include "micro/core/op.h"
#include "micro/kernels/common/elementwise.h"
#include "micro/kernels/common/quantization.h"
#include "micro/kernels/loops/byte_table.h"

namespace millrace::micro {

// A field of a kernel's op data.
class ByteTable {
 public:
  static constexpr int kValues = 256;

  // Asks for the scratch memory when the output is large enough.
  Status Prepare(const OpContext& context) {
    if (context.output().elements() <= kValues) return Status::kOk;
    return context.RequestScratch(kValues, &table_);
  }

  // out[i] = fn(in[i]); T: int8_t or uint8_t.
  template <typename T, typename Fn>
  void Run(const OpContext& context, const Fn& fn) const {
    if (table_ == nullptr) {
      RunElements<T, T>(context, fn);
      return;
    }
    uint8_t* const table = table_;
    for (int i = 0; i < kValues; ++i) {
      table[i] = static_cast<uint8_t>(fn(static_cast<T>(static_cast<uint8_t>(i))));
    }
    LookUpBytes(table, context.input_data<uint8_t>(0), context.output().elements(),
                context.output_data<uint8_t>());
  }

  // The same for a function of real numbers; low, high: ends of T.
  template <typename T, typename Fn>
  void RunReal(const OpContext& context, int32_t low, int32_t high, const Fn& fn) const {
    const TensorView input = context.input(0), output = context.output();
    const float scale = input.scale(), steps = 1.0f / output.scale();
    const int32_t in_zero = input.zero_point(), out_zero = output.zero_point();
    Run<T>(context, [=](T x) {
      const float real = fn(scale * static_cast<float>(x - in_zero));
      return static_cast<T>(Clamp(RoundToInt(real * steps) + out_zero, low, high));
    });
  }

 private:
  uint8_t* table_;
};

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_COMMON_BYTE_TABLE_H_
