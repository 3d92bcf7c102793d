#include "distributed/master_session.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/status.h"

namespace millrace {
namespace {

std::string SignatureKey(const StepSignature& signature) {
  // No name holds a zero byte or a line's end.
  return absl::StrCat(absl::StrJoin(signature.feeds, "\n"), absl::string_view("\0", 1),
                      absl::StrJoin(signature.fetches, "\n"), absl::string_view("\0", 1),
                      absl::StrJoin(signature.targets, "\n"));
}

absl::Status ClosedError() { return absl::CancelledError("the session is closed"); }

}  // namespace

MasterSession::MasterSession(const SessionOptions& options, std::shared_ptr<Graph> graph,
                             ClusterLinksOptions links)
    : options_(options), graph_(std::move(graph)), links_([&] {
        links.on_lost = [this](const TaskId& task, const absl::Status& status) {
          TaskLost(task, status);
        };
        return std::move(links);
      }()) {}

MasterSession::~MasterSession() { Close().IgnoreError(); }

absl::Status MasterSession::Connect(absl::Duration patience) {
  return links_.Connect({}, absl::Now() + patience, nullptr);
}

absl::Time MasterSession::Deadline(const RunOptions& options) const {
  const absl::Duration timeout = std::min(options.timeout, options_.operation_timeout);
  return absl::Now() + timeout;
}

absl::StatusOr<std::vector<Tensor>> MasterSession::Run(const RunOptions& options,
                                                       absl::Span<const Feed> feeds,
                                                       absl::Span<const std::string> fetches,
                                                       absl::Span<const std::string> targets,
                                                       RunMetadata* metadata) {
  const absl::Time deadline = Deadline(options);
  StepSignature signature;
  std::vector<Tensor> values;
  for (const Feed& feed : feeds) {
    signature.feeds.push_back(feed.first);
    values.push_back(feed.second);
  }
  signature.fetches.assign(fetches.begin(), fetches.end());
  signature.targets.assign(targets.begin(), targets.end());
  MR_ASSIGN_OR_RETURN(PlanPtr plan, GetPlan(std::move(signature), deadline, options.cancellation));
  return RunPlan(std::move(plan), options, deadline, values, metadata);
}

absl::StatusOr<MasterSession::PlanPtr> MasterSession::GetPlan(StepSignature signature,
                                                              absl::Time deadline,
                                                              Cancellation* cancellation) {
  const std::string key = SignatureKey(signature);
  const auto find = [&]() -> absl::StatusOr<PlanPtr> {
    MutexLock lock(&mu_);
    if (closed_) return ClosedError();
    const auto found = plans_.find(key);
    return found == plans_.end() ? nullptr : found->second;
  };
  MR_ASSIGN_OR_RETURN(PlanPtr plan, find());
  if (plan != nullptr) return plan;
  MutexLock compile_lock(&compile_mu_);
  MR_ASSIGN_OR_RETURN(plan, find());
  if (plan != nullptr) return plan;
  MR_ASSIGN_OR_RETURN(plan, CompileMasterPlan(*graph_, signature, options_, &links_,
                                              folding_devices_->host(), deadline, cancellation));
  MutexLock lock(&mu_);
  plans_.emplace(key, plan);
  return plan;
}

absl::Status MasterSession::AddRun(const std::shared_ptr<StepRun>& run) {
  MutexLock lock(&mu_);
  if (closed_) return ClosedError();
  runs_.insert(run);
  return absl::OkStatus();
}

void MasterSession::RemoveRun(const std::shared_ptr<StepRun>& run) {
  MutexLock lock(&mu_);
  runs_.erase(run);
  if (runs_.empty()) idle_.SignalAll();
}

absl::StatusOr<std::vector<Tensor>> MasterSession::RunPlan(PlanPtr plan, const RunOptions& options,
                                                           absl::Time deadline,
                                                           absl::Span<const Tensor> feeds,
                                                           RunMetadata* metadata) {
  MR_RETURN_IF_ERROR(plan->feeds.Check(feeds));
  const auto run = std::make_shared<StepRun>(plan, deadline, options.trace);
  MR_RETURN_IF_ERROR(AddRun(run));
  int64_t registration = -1;
  absl::Status refused;
  // Asked after AddRun: a task lost later ends the run through TaskLost.
  for (const auto& part : plan->parts) refused.Update(part.link->health());
  if (options.cancellation != nullptr) {
    registration =
        options.cancellation->Register([&] { run->Fail(options.cancellation->status()); });
    if (registration < 0) refused.Update(options.cancellation->status());
  }
  absl::StatusOr<std::vector<Tensor>> result;
  std::vector<NodeStats> stats;
  if (!refused.ok()) {
    result = refused;
  } else {
    run->Start(feeds);
    result = run->Wait(&stats);
  }
  if (registration >= 0) options.cancellation->Deregister(registration);
  RemoveRun(run);
  if (metadata != nullptr) {
    metadata->step_id = run->step_id();
    metadata->step_stats = std::move(stats);
  }
  return result;
}

std::vector<std::shared_ptr<StepRun>> MasterSession::Runs() const {
  MutexLock lock(&mu_);
  return {runs_.begin(), runs_.end()};
}

void MasterSession::TaskLost(const TaskId& task, const absl::Status& status) {
  for (const auto& run : Runs()) {
    if (run->plan().Uses(task.name)) run->Fail(status);
  }
}

absl::StatusOr<Session::CallableHandle> MasterSession::MakeCallable(
    const StepSignature& signature) {
  MR_ASSIGN_OR_RETURN(PlanPtr plan,
                      GetPlan(signature, absl::Now() + options_.operation_timeout, nullptr));
  MutexLock lock(&mu_);
  callables_.emplace(next_callable_, std::move(plan));
  return next_callable_++;
}

absl::StatusOr<std::vector<Tensor>> MasterSession::RunCallable(CallableHandle handle,
                                                               const RunOptions& options,
                                                               absl::Span<const Tensor> feeds,
                                                               RunMetadata* metadata) {
  PlanPtr plan;
  {
    MutexLock lock(&mu_);
    if (closed_) return ClosedError();
    const auto found = callables_.find(handle);
    if (found == callables_.end()) {
      return absl::InvalidArgumentError(absl::StrCat("there is no callable ", handle));
    }
    plan = found->second;
  }
  return RunPlan(std::move(plan), options, Deadline(options), feeds, metadata);
}

absl::Status MasterSession::ReleaseCallable(CallableHandle handle) {
  MutexLock lock(&mu_);
  if (callables_.erase(handle) == 1) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("there is no callable ", handle));
}

std::vector<DeviceInfo> MasterSession::ListDevices() {
  std::vector<DeviceInfo> devices;
  for (const auto& link : links_.Connected()) {
    devices.insert(devices.end(), link->devices.begin(), link->devices.end());
  }
  return devices;
}

absl::Status MasterSession::Close() {
  {
    MutexLock lock(&mu_);
    closed_ = true;
  }
  for (const auto& run : Runs()) run->Fail(ClosedError());
  {
    MutexLock lock(&mu_);
    while (!runs_.empty()) idle_.Wait(&mu_);
    plans_.clear();
    callables_.clear();
  }
  links_.Close();
  return absl::OkStatus();
}

}  // namespace millrace
