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

// The op data of a CONCATENATION that may join them.
struct JoinedLists {
  const ListPart** parts;  // of the inputs, nullptr for ordinary ones; nullptr: all are
};

// How CONCATENATION joins along axis 0. slice.cc defines it, so that where nothing cuts lists (then
// its address is nullptr) nothing of it is linked.
struct ListJoin {
  // Finds out which inputs are parts. If any is: the rows of all are as long as the output's.
  Status (*prepare)(const OpContext& context, JoinedLists* lists);
  Status (*invoke)(const OpContext& context, const JoinedLists& lists);
};
extern const ListJoin kListJoin __attribute__((weak));

Status PrepareListJoin(const OpContext& context, JoinedLists* lists);
Status JoinLists(const OpContext& context, const JoinedLists& lists);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_COMMON_LIST_PART_H_
