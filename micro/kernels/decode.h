// TFLM_DECODE: unpacks compressed constants right before the ops that use them.
#ifndef MILLRACE_MICRO_KERNELS_DECODE_H_
#define MILLRACE_MICRO_KERNELS_DECODE_H_

#include "micro/core/op.h"

namespace millrace::micro {

// For each output two constants: the encoded elements, and ancillary data that begins with 16
// bytes: the kind (0: look-up tables; others are not supported), the version (1), two reserved
// bytes, and for tables: their version (1), axis * 16 + bits of an index (1 .. 7), elements of a
// table; then tables of values of the output's type, one for each index along the axis, or one
// alone for axis 15. Encoded are indices, packed with the highest bit first. Outputs: any type of
// whole bytes.
extern const OpRegistration kTFLM_DECODEOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_DECODE_H_
