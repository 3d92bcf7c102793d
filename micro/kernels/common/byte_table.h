// Functions of one byte that cost more than a look-up: for a tensor with more elements than there
// are values, a table of all 256 is filled once an invoke, in scratch memory.
#ifndef MILLRACE_MICRO_KERNELS_COMMON_BYTE_TABLE_H_
#define MILLRACE_MICRO_KERNELS_COMMON_BYTE_TABLE_H_

#include <cstdint>

#include "micro/core/op.h"
#include "micro/kernels/common/elementwise.h"

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
    RunElements<uint8_t, uint8_t>(context, [table](uint8_t x) { return table[x]; });
  }

 private:
  uint8_t* table_;
};

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_COMMON_BYTE_TABLE_H_
