// MemoryReport: what an interpreter's memory is used for.
#ifndef MILLRACE_MICRO_CORE_MEMORY_REPORT_H_
#define MILLRACE_MICRO_CORE_MEMORY_REPORT_H_

#include <cstddef>

#include "micro/core/arena.h"

namespace millrace::micro {

// Bytes of the arena, by what they are for.
struct MemoryReport {
  size_t tensor_pointers = 0;  // one a tensor
  size_t op_tables = 0;        // ops by code, op data pointers, subgraphs
  size_t op_data = 0;          // what kernels asked for
  size_t variables = 0;        // variable tensors and resource variables
  size_t padding = 0;          // between these
  size_t lasting = 0;          // the sum of the above
  size_t planned = 0;          // activations and scratch memory
  size_t bookkeeping = 0;      // the planned end while ops were prepared
  size_t total() const {
    const size_t near_end = planned > bookkeeping ? planned : bookkeeping;
    return (near_end + lasting + Arena::kAlignment - 1) / Arena::kAlignment * Arena::kAlignment;
  }
};

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_CORE_MEMORY_REPORT_H_
