#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/runtime/run_step.h"
#include "core/runtime/session.h"
#include "core/runtime/step_plans.h"

namespace millrace {
namespace {

std::string KeyOf(const StepSignature& signature) {
  std::string key;
  for (const auto* names : {&signature.feeds, &signature.fetches, &signature.targets}) {
    for (const std::string& name : *names) absl::StrAppend(&key, name, ",");
    key += ';';
  }
  return key;
}

class LocalSession final : public Session {
 public:
  LocalSession(const SessionOptions& options, std::shared_ptr<Graph> graph,
               std::shared_ptr<DeviceSet> devices)
      : graph_(std::move(graph)) {
    state_.options = options;
    state_.devices = std::move(devices);
  }
  ~LocalSession() override { Close().IgnoreError(); }

  absl::StatusOr<std::vector<Tensor>> Run(const RunOptions& options, absl::Span<const Feed> feeds,
                                          absl::Span<const std::string> fetches,
                                          absl::Span<const std::string> targets,
                                          RunMetadata* metadata) override {
    StepSignature signature;
    std::vector<Tensor> values;
    for (const Feed& feed : feeds) {
      signature.feeds.push_back(feed.first);
      values.push_back(feed.second);
    }
    signature.fetches.assign(fetches.begin(), fetches.end());
    signature.targets.assign(targets.begin(), targets.end());
    MR_RETURN_IF_ERROR(CheckUsable());
    MR_ASSIGN_OR_RETURN(const std::shared_ptr<const StepPlans> plans, PlansFor(signature));
    return RunStep(*plans, state_, options, std::move(values), &closing_, metadata);
  }

  absl::StatusOr<CallableHandle> MakeCallable(const StepSignature& signature) override {
    MR_RETURN_IF_ERROR(CheckUsable());
    MR_ASSIGN_OR_RETURN(std::shared_ptr<const StepPlans> plans, PlansFor(signature));
    MutexLock lock(&mu_);
    const CallableHandle handle = next_callable_++;
    callables_[handle] = std::move(plans);
    return handle;
  }

  absl::StatusOr<std::vector<Tensor>> RunCallable(CallableHandle handle, const RunOptions& options,
                                                  absl::Span<const Tensor> feeds,
                                                  RunMetadata* metadata) override {
    MR_RETURN_IF_ERROR(CheckUsable());
    std::shared_ptr<const StepPlans> plans;
    {
      MutexLock lock(&mu_);
      const auto found = callables_.find(handle);
      if (found == callables_.end()) return NoCallable(handle);
      plans = found->second;
    }
    return RunStep(*plans, state_, options, std::vector<Tensor>(feeds.begin(), feeds.end()),
                   &closing_, metadata);
  }

  absl::Status ReleaseCallable(CallableHandle handle) override {
    std::shared_ptr<const StepPlans> dropped;  // destroyed outside the lock
    MutexLock lock(&mu_);
    const auto found = callables_.find(handle);
    if (found == callables_.end()) return NoCallable(handle);
    dropped = std::move(found->second);
    callables_.erase(found);
    return absl::OkStatus();
  }

  std::vector<DeviceInfo> ListDevices() override { return state_.devices->Infos(); }

  absl::Status Close() override {
    closing_.Cancel(absl::CancelledError("The session was closed"));
    return absl::OkStatus();
  }

 private:
  static absl::Status NoCallable(CallableHandle handle) {
    return absl::InvalidArgumentError(
        absl::StrCat("There is no callable ", handle, " (never made, or released)"));
  }

  absl::Status CheckUsable() const {
    if (ForkedAfterUse()) {
      return absl::FailedPreconditionError(
          "This process was forked from one that had used Millrace: its threads are not here. "
          "Start a new process instead (multiprocessing's spawn)");
    }
    return closing_.status();
  }

  // From the cache, or compiled. A graph that was changed meanwhile is compiled anew.
  absl::StatusOr<std::shared_ptr<const StepPlans>> PlansFor(const StepSignature& signature) {
    const std::string key = KeyOf(signature);
    MutexLock compiling(&compile_mu_);
    MutexLock graph_lock(&graph_->mu());
    std::shared_ptr<const StepPlans>& plans = cache_[key];
    if (plans != nullptr && plans->graph_version() == graph_->version()) return plans;
    absl::StatusOr<std::shared_ptr<const StepPlans>> compiled =
        StepPlans::Compile(*graph_, signature, &state_);
    if (!compiled.ok()) {
      cache_.erase(key);
      return compiled.status();
    }
    plans = *std::move(compiled);
    return plans;
  }

  const std::shared_ptr<Graph> graph_;
  Cancellation closing_;

  Mutex compile_mu_;
  SessionState state_;  // `functions` under compile_mu_, the rest constant or thread-safe
  absl::flat_hash_map<std::string, std::shared_ptr<const StepPlans>> cache_
      ABSL_GUARDED_BY(compile_mu_);

  Mutex mu_;
  CallableHandle next_callable_ ABSL_GUARDED_BY(mu_) = 0;
  absl::flat_hash_map<CallableHandle, std::shared_ptr<const StepPlans>> callables_
      ABSL_GUARDED_BY(mu_);
};

}  // namespace

absl::StatusOr<std::unique_ptr<Session>> NewLocalSession(const SessionOptions& options,
                                                         std::shared_ptr<Graph> graph,
                                                         std::shared_ptr<DeviceSet> devices) {
  if (graph == nullptr || devices == nullptr || devices->devices().empty()) {
    return absl::InvalidArgumentError("A session needs a graph and at least one device");
  }
  return std::make_unique<LocalSession>(options, std::move(graph), std::move(devices));
}

}  // namespace millrace
