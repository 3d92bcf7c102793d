// VerifyModel: whether the bytes are a model that may be read without further checks.
#ifndef MILLRACE_MICRO_CORE_VERIFIER_H_
#define MILLRACE_MICRO_CORE_VERIFIER_H_

#include <cstddef>
#include <cstdint>

#include "micro/core/decompression.h"
#include "micro/core/status.h"
#include "micro/core/tensor_view.h"

namespace millrace::micro {

constexpr size_t kModelAlignment = 8;

// kOk means, for the reader of flatbuffer.h and schema.h: every table, vector and string that they
// reach lies inside the bytes and is aligned; indices of buffers, tensors, operator codes are in
// range (an op's input may be -1: absent); a shape has at most kMaxRank dimensions, none negative,
// and its bytes fit an int32; a constant has the bytes its type and shape ask for, or is
// compressed; an op's output is neither a constant, nor a variable, nor one of its own inputs; a
// subgraph's input is no constant. Not checked, as they depend on the op: options beyond their
// table's frame, counts of scales, and subgraph numbers. On failure *error says why. kUnsupported:
// the model's weights are compressed and decompression is nullptr.
Status VerifyModel(const uint8_t* bytes, size_t size, Error* error,
                   const Decompression* decompression = nullptr);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_CORE_VERIFIER_H_
