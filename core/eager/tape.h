// GradientTape: remembers what was computed from watched tensors, and differentiates it backwards
// with the gradient functions that graphs use.
#ifndef MILLRACE_CORE_EAGER_TAPE_H_
#define MILLRACE_CORE_EAGER_TAPE_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/eager/eager_tensor.h"
#include "core/graph/attr.h"
#include "core/graph/op_schema.h"

namespace millrace {

class EagerContext;
class TapeStack;

using EagerTensors = absl::InlinedVector<EagerTensor, 3>;

// dL/dx: not valid (none), dense, or IndexedSlices (`values` are rows to be added at `indices`).
struct EagerGradient {
  EagerTensor values, indices, dense_shape;
  bool valid() const { return values.valid(); }
  bool sparse() const { return indices.valid(); }
};

// An op as it ran. The schema outlives the tape.
struct TapeEntry {
  const OpSchema* schema = nullptr;
  std::shared_ptr<const AttrMap> attrs;  // complete
  EagerTensors inputs, outputs;
};

// Used by one thread at a time.
class GradientTape {
 public:
  explicit GradientTape(bool persistent = false) : persistent_(persistent) {}

  bool persistent() const { return persistent_; }
  // No effect for types that have no gradients.
  void Watch(const EagerTensor& x);
  bool IsWatched(int64_t id) const { return watched_.contains(id); }
  // True if an op with these inputs belongs on the tape.
  bool Wants(absl::Span<const EagerTensor> inputs) const;
  // Its outputs are watched from now on. REQUIRES: Wants(entry.inputs).
  void Record(TapeEntry entry);
  // Forgets everything.
  void Reset();

  // d(sum of targets)/d(source) for each source; `output_gradients` is empty or one a target (not
  // valid: ones). Entries are not valid where targets do not depend on a source. What is computed
  // is itself recorded by the tapes in `outer` (may be null). A tape that is not persistent is
  // empty afterwards; a second call is FAILED_PRECONDITION. INVALID_ARGUMENT for a target that is
  // not of a floating or complex type, or an output gradient of the wrong dtype or shape;
  // UNIMPLEMENTED naming the op without a gradient.
  absl::StatusOr<std::vector<EagerGradient>> Gradient(
      EagerContext* context, TapeStack* outer, absl::Span<const EagerTensor> targets,
      absl::Span<const EagerTensor> sources, absl::Span<const EagerTensor> output_gradients = {});

 private:
  const bool persistent_;
  bool used_ = false;
  absl::flat_hash_set<int64_t> watched_;
  std::vector<TapeEntry> entries_;
};

}  // namespace millrace

#endif  // MILLRACE_CORE_EAGER_TAPE_H_
