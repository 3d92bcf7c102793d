// RunStep: one run of a compiled step in this process.
#ifndef MILLRACE_CORE_RUNTIME_RUN_STEP_H_
#define MILLRACE_CORE_RUNTIME_RUN_STEP_H_

#include <vector>

#include "absl/status/statusor.h"
#include "core/base/cancellation.h"
#include "core/runtime/session.h"
#include "core/runtime/step_plans.h"

namespace millrace {

// Blocks until the step has ended on all its devices. `closing` cancels it, as do the options. See
// Session::Run.
absl::StatusOr<std::vector<Tensor>> RunStep(const StepPlans& plans, SessionState& session,
                                            const RunOptions& options, std::vector<Tensor> feeds,
                                            Cancellation* closing, RunMetadata* metadata);

}  // namespace millrace

#endif  // MILLRACE_CORE_RUNTIME_RUN_STEP_H_
