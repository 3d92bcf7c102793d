// Calls of traced functions: straight to the function's plan, without a node of its own.
#ifndef MILLRACE_CORE_EAGER_FUNCTION_H_
#define MILLRACE_CORE_EAGER_FUNCTION_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/base/mutex.h"
#include "core/eager/execute.h"
#include "core/graph/node_def.h"

namespace millrace {

// A function of the context's library, ready to be called. Thread-safe.
class EagerFunction {
 public:
  // NOT_FOUND without such a function or device. `context` must outlive it. `device` as for
  // EagerContext::Execute.
  static absl::StatusOr<std::shared_ptr<EagerFunction>> Create(EagerContext* context,
                                                               std::string name,
                                                               absl::string_view device = "");

  const std::string& name() const { return name_; }
  const FunctionSpec& spec() const { return *spec_; }

  // Runs it on flat `inputs`, one an argument (captured tensors and variables' handles included).
  // When a tape of `tapes` (may be null) records the call, the function's forward version runs, of
  // which the tapes keep what the gradient needs. INVALID_ARGUMENT for wrong inputs; else the first
  // error of a node, which is named with the user's line.
  absl::StatusOr<EagerTensors> Call(TapeStack* tapes, absl::Span<const EagerTensor> inputs,
                                    Cancellation* cancellation = nullptr);

 private:
  // A plan and what a tape has to know to differentiate it: the function itself, or its version for
  // `order` tapes.
  struct Version {
    std::shared_ptr<const Plan> plan;
    std::shared_ptr<const AttrMap> call_attrs;  // of the op on the tape
  };

  EagerFunction(EagerContext* context, std::string name, std::shared_ptr<const FunctionSpec> spec,
                Device* device)
      : context_(context), name_(std::move(name)), spec_(std::move(spec)), device_(device) {}
  absl::Status CheckInputs(absl::Span<const EagerTensor> inputs) const;
  absl::StatusOr<Version> GetVersion(int order);

  EagerContext* const context_;
  const std::string name_;
  const std::shared_ptr<const FunctionSpec> spec_;
  Device* const device_;
  Mutex mu_;
  std::vector<Version> versions_ ABSL_GUARDED_BY(mu_);  // by order
};

}  // namespace millrace

#endif  // MILLRACE_CORE_EAGER_FUNCTION_H_
