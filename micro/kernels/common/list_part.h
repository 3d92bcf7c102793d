// Parts of lists that loops fill: how many rows a part has is known while invoking only, so that
// its tensor says something else (converters write 1). SLICE cuts such parts, into memory of their
// own as large as the list; CONCATENATION joins them with the rows between them.
#ifndef MILLRACE_MICRO_KERNELS_COMMON_LIST_PART_H_
#define MILLRACE_MICRO_KERNELS_COMMON_LIST_PART_H_

#include <cstdint>

#include "micro/core/op.h"

namespace millrace::micro {

// The op data of a SLICE that cuts one.
struct ListPart {
  void* memory;
  int32_t row_elements;
  int32_t rows;  // of the last invoke; never more than the memory holds
};

// What SLICE cuts into input i; nullptr when that is an ordinary tensor. While an op is prepared.
const ListPart* ListPartOf(const OpContext& context, int i);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_COMMON_LIST_PART_H_
