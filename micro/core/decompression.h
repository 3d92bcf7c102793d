// Decompression: what an interpreter needs to run models whose weights are stored as something
// shorter than values. A resolver names one (resolver.h) beside its ops, so that it is linked where
// it is wanted only; look_up_weights.h has the one there is.
#ifndef MILLRACE_MICRO_CORE_DECOMPRESSION_H_
#define MILLRACE_MICRO_CORE_DECOMPRESSION_H_

#include "micro/core/schema.h"
#include "micro/core/status.h"

namespace millrace::micro {

class OpContext;

// The name of the metadata entry that says which tensors are compressed and how. An interpreter
// without decompression refuses models that have it.
inline constexpr char kCompressionEntry[] = "COMPRESSION_METADATA";

// A compressed tensor has no data until memory is planned, as if an op computed it: kernels do not
// know the difference. `entry`: the entry's bytes, verified.
struct Decompression {
  // Whether the entry fits the model, which is verified except that constants may have fewer bytes
  // than their shapes ask for; this checks that those are compressed.
  Status (*verify)(const ModelView& model, Error* error);
  bool (*is_compressed)(const uint8_t* entry, int subgraph, int tensor);
  // Before an op is invoked: makes the values of its compressed inputs.
  Status (*decompress_inputs)(const uint8_t* entry, const OpContext& context);
};

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_CORE_DECOMPRESSION_H_
