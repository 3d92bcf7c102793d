// Session: runs steps of a graph. The local implementation is here; distributed/ has one over
// remote workers.
#ifndef MILLRACE_CORE_RUNTIME_SESSION_H_
#define MILLRACE_CORE_RUNTIME_SESSION_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "core/base/cancellation.h"
#include "core/graph/graph.h"
#include "core/passes/pipeline.h"
#include "core/runtime/device.h"
#include "core/runtime/stats.h"
#include "core/tensor/tensor.h"

namespace millrace {

struct SessionOptions {
  bool allow_soft_placement = true;
  bool log_device_placement = false;
  bool fold_constants = true;  // also deduplicates
  bool inline_functions = true;
  absl::Duration operation_timeout = absl::InfiniteDuration();  // default of RunOptions.timeout
  std::string container;  // default container of the session's resources; "" is the device's
};

struct RunOptions {
  absl::Duration timeout = absl::InfiniteDuration();
  Cancellation* cancellation = nullptr;  // cancels the step; may be null
  bool trace = false;                    // fill RunMetadata.step_stats
};

struct RunMetadata {
  uint64_t step_id = 0;
  std::vector<NodeStats> step_stats;
};

// Thread-safe: steps run concurrently.
class Session {
 public:
  using CallableHandle = int64_t;
  using Feed = std::pair<std::string, Tensor>;

  virtual ~Session() = default;

  // Outputs in the order of `fetches`. DEADLINE_EXCEEDED after the timeout, CANCELLED when
  // cancelled or closed.
  virtual absl::StatusOr<std::vector<Tensor>> Run(const RunOptions& options,
                                                  absl::Span<const Feed> feeds,
                                                  absl::Span<const std::string> fetches,
                                                  absl::Span<const std::string> targets,
                                                  RunMetadata* metadata) = 0;
  // Compiles a step once; feeds are then given in the signature's order.
  virtual absl::StatusOr<CallableHandle> MakeCallable(const StepSignature& signature) = 0;
  virtual absl::StatusOr<std::vector<Tensor>> RunCallable(CallableHandle handle,
                                                          const RunOptions& options,
                                                          absl::Span<const Tensor> feeds,
                                                          RunMetadata* metadata) = 0;
  virtual absl::Status ReleaseCallable(CallableHandle handle) = 0;
  // (name, type, memory limit or -1, incarnation) of every device.
  virtual std::vector<DeviceInfo> ListDevices() = 0;
  // Ends running steps with CANCELLED, then refuses further ones. Idempotent.
  virtual absl::Status Close() = 0;
};

// A session in this process. The graph may grow while the session lives (under Graph::mu()); what
// is added later can be run later. Plans are cached by (feeds, fetches, targets).
absl::StatusOr<std::unique_ptr<Session>> NewLocalSession(const SessionOptions& options,
                                                         std::shared_ptr<Graph> graph,
                                                         std::shared_ptr<DeviceSet> devices);

}  // namespace millrace

#endif  // MILLRACE_CORE_RUNTIME_SESSION_H_
