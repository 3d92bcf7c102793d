// EMBEDDING_LOOKUP: rows of a table.
#ifndef MILLRACE_MICRO_KERNELS_EMBEDDING_LOOKUP_H_
#define MILLRACE_MICRO_KERNELS_EMBEDDING_LOOKUP_H_

#include "micro/core/op.h"

namespace millrace::micro {

// rows [n] int32, table [vocabulary, ...], output [n, ...] of the table's type; or float32 of a
// table of int8 or int4 with one scale (or one a row). A row outside fails the invoke
// (kInvokeFailed).
extern const OpRegistration kEmbeddingLookupOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_EMBEDDING_LOOKUP_H_
