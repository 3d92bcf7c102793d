// Weights stored as indices into look-up tables, described by the metadata entry
// COMPRESSION_METADATA: a flatbuffer of its own that for each subgraph lists tensors, the buffer of
// their tables' values and the bits of an index. The tensor's own buffer holds the indices, packed
// in the order of its elements, the highest bit first, without gaps. A tensor with several scales
// has one table for each index along its quantised dimension, all of the same size; others have one
// table. Any constant of whole bytes that an op reads may be compressed, except where the op wants
// its value when it is prepared (axes, sizes).
//
//   MutableOpResolver<2> resolver;
//   resolver.SetDecompression(kLookUpWeights);
#ifndef MILLRACE_MICRO_CORE_LOOK_UP_WEIGHTS_H_
#define MILLRACE_MICRO_CORE_LOOK_UP_WEIGHTS_H_

#include "micro/core/decompression.h"
#include "micro/core/op.h"

namespace millrace::micro {

// kUnsupportedSchema: a newer version of the entry than 1; kUnsupported: an output of a subgraph is
// compressed; kUnsupportedType: elements below a byte; kInvalidQuantization: scales that do not say
// which table; kInvalidModel: all else. *error names subgraph and tensor.
Status VerifyLookUpWeights(const ModelView& model, Error* error);
bool IsLookUpWeight(const uint8_t* entry, int subgraph, int tensor);
// kInvokeFailed: an index lies outside of its table.
Status LookUpInputs(const uint8_t* entry, const OpContext& context);

// These three.
extern const Decompression kLookUpWeights;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_CORE_LOOK_UP_WEIGHTS_H_
