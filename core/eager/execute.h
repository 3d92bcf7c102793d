// Immediate execution as a program sees it: ops run and are recorded by the tapes that are open.
#ifndef MILLRACE_CORE_EAGER_EXECUTE_H_
#define MILLRACE_CORE_EAGER_EXECUTE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/eager/context.h"
#include "core/eager/eager_tensor.h"
#include "core/eager/tape.h"
#include "core/graph/attr.h"

namespace millrace {

// The open tapes of one thread of a program, outermost first; each records what it wants. Used by
// one thread. Tapes outlive their stay.
class TapeStack {
 public:
  void Push(GradientTape* tape) { tapes_.push_back(tape); }
  void Remove(GradientTape* tape);  // no-op if it is not there
  bool empty() const { return tapes_.empty(); }
  absl::Span<GradientTape* const> tapes() const { return tapes_; }
  // Every open tape watches `x` (a trainable variable's handle when it is read).
  void Watch(const EagerTensor& x);
  // How many tapes would record an op with these inputs.
  int CountWanting(absl::Span<const EagerTensor> inputs) const;

 private:
  std::vector<GradientTape*> tapes_;
};

struct ExecuteOptions {
  absl::string_view device;              // as for EagerContext::Execute
  Cancellation* cancellation = nullptr;  // may be null
};

// EagerContext::Execute on tensors with identities. An op that calls functions is run, when a tape
// records it, with the additional outputs that its gradient needs; those are kept by the tapes and
// not returned. `tapes` may be null.
absl::StatusOr<EagerTensors> ExecuteOp(EagerContext* context, TapeStack* tapes,
                                       absl::string_view op, absl::Span<const EagerTensor> inputs,
                                       const AttrMap& attrs = {},
                                       const ExecuteOptions& options = {});

}  // namespace millrace

#endif  // MILLRACE_CORE_EAGER_EXECUTE_H_
