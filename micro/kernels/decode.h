// TFLM_DECODE: unpacks compressed constants right before the ops that use them.
#ifndef MILLRACE_MICRO_KERNELS_DECODE_H_
#define MILLRACE_MICRO_KERNELS_DECODE_H_

#include "micro/core/op.h"

namespace millrace::micro {

// For each output two constants: the encoded elements, and ancillary data that begins with 16
// bytes: the kind, the version (1), two reserved bytes, the kind's version (1). Bits are packed
// with the highest first. Outputs: any type of whole bytes.
//   Kind 0, look-up tables: then axis * 16 + bits of an index (1 .. 7), elements of a table; behind
//   the header tables of values of the output's type, one for each index along the axis, or one
//   alone for axis 15. Encoded are indices.
//   Kind 2, pruning: encoded is a bit for each element, set where it was kept; behind the header
//   are the values that were. The others are 0, or the zero point.
//   Kind 1, Huffman codes: then (bits read first - 1) * 16, and 1 for tables of uint32, not uint16;
//   behind the header the tables (DecodeHuffman says how they are read). Encoded are codes; outputs
//   int8, or int16 by tables of uint32.
// Kinds of an application's own are not supported.
extern const OpRegistration kTFLM_DECODEOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_DECODE_H_
