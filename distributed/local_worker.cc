#include "distributed/local_worker.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/failpoint.h"
#include "core/base/logging.h"
#include "core/base/metrics.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"

namespace millrace {
namespace {

// How long an aborted step may take to end before new sessions are refused.
constexpr absl::Duration kAbortPatience = absl::Seconds(10);

}  // namespace

LocalWorker::LocalWorker(LocalWorkerOptions options)
    : options_(std::move(options)), steps_(options_.task.name, options_.sender) {}

LocalWorker::~LocalWorker() {
  Stop(absl::CancelledError(absl::StrCat(options_.task.name, " was closed")));
}

void LocalWorker::GetStatus(absl::Duration patience, Done<TaskStatus> done) {
  done(TaskStatus{options_.task, options_.devices->Infos(), options_.cluster});
}

void LocalWorker::OpenSession(const OpenSessionRequest& request, StatusDone done) {
  const int64_t now = options_.clock->NowNanos();
  CheckForStandstill(now);
  FenceOff(request.client);
  absl::Status status;
  // What the new session reads is final: no step of one that is over changes it later.
  if (!steps_.WaitForAborted(kAbortPatience)) {
    status = absl::UnavailableError(
        absl::StrCat(options_.task.name, " is still busy with a step of a session that is over"));
  } else if (request.worker_incarnation != options_.task.incarnation) {
    status = absl::AbortedError(
        absl::StrCat(options_.task.name, " was restarted; the session must be created again"));
  } else {
    MutexLock lock(&mu_);
    status = stopped_;
    if (status.ok()) {
      auto& session = sessions_[request.session];
      if (session == nullptr) {
        session =
            std::make_shared<WorkerSession>(request.session, request.client, request.leased, now);
      }
    }
  }
  done(status);
}

void LocalWorker::FenceOff(const TaskId& client) {
  if (client.incarnation == 0) return;
  std::vector<std::shared_ptr<WorkerSession>> stale;
  {
    MutexLock lock(&mu_);
    for (const auto& [id, session] : sessions_) {
      if (session->client.name == client.name &&
          session->client.incarnation != client.incarnation) {
        stale.push_back(session);
      }
    }
  }
  for (const auto& session : stale) {
    MR_LOG(WARNING) << options_.task.name << ": " << client.name << " was restarted";
    EndSession(session, absl::AbortedError(absl::StrCat(client.name, " was restarted")));
  }
}

absl::StatusOr<std::shared_ptr<WorkerSession>> LocalWorker::FindSession(uint64_t id) {
  const int64_t now = options_.clock->NowNanos();
  CheckForStandstill(now);
  MutexLock lock(&mu_);
  MR_RETURN_IF_ERROR(stopped_);
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) {
    return absl::AbortedError(absl::StrCat(
        options_.task.name, " does not know the session (any more): its client was silent, or the ",
        "task was restarted or stood still; the session must be created again"));
  }
  found->second->last_heard_ns.store(now, std::memory_order_relaxed);
  return found->second;
}

void LocalWorker::CloseSession(uint64_t id, StatusDone done) {
  std::shared_ptr<WorkerSession> session;
  {
    MutexLock lock(&mu_);
    const auto found = sessions_.find(id);
    if (found != sessions_.end()) session = found->second;
  }
  if (session != nullptr) EndSession(session, absl::CancelledError("the session was closed"));
  done(absl::OkStatus());
}

void LocalWorker::Heartbeat(uint64_t session, Done<HeartbeatReply> done) {
  done(HeartbeatReply{options_.task.incarnation, FindSession(session).ok()});
}

void LocalWorker::RegisterGraph(RegisterGraphRequest request, Done<uint64_t> done) {
  done([&]() -> absl::StatusOr<uint64_t> {
    MR_ASSIGN_OR_RETURN(const auto session, FindSession(request.session));
    MutexLock lock(&session->register_mu);
    MR_ASSIGN_OR_RETURN(auto graph, RegisteredGraph::Create(std::move(request), options_.registry,
                                                            options_.devices, &session->kernels));
    return session->AddGraph(std::move(graph));
  }());
}

void LocalWorker::DeregisterGraph(uint64_t session, uint64_t handle, StatusDone done) {
  auto found = FindSession(session);
  done(found.ok() ? (*found)->RemoveGraph(handle) : found.status());
}

void LocalWorker::RunGraph(RunGraphRequest request, Done<RunGraphReply> done) {
  auto found = FindSession(request.session);
  if (!found.ok()) {
    done(found.status());
    return;
  }
  std::shared_ptr<WorkerSession> session = *std::move(found);
  const int64_t sequence = request.sequence;
  if (!session->BeginRun(sequence, request.acknowledged, &done)) return;

  auto started = StartStep(request, *session);
  if (!started.ok()) {
    session->EndRun(sequence, started.status(), std::move(done));
    return;
  }
  std::shared_ptr<Step> step = *std::move(started);
  std::shared_ptr<StatsCollector> stats;
  if (request.trace) stats = std::make_shared<StatsCollector>();
  step->context.stats = stats.get();
  auto finish = [this, session, sequence, step, stats,
                 done = std::move(done)](absl::StatusOr<RunGraphReply> reply) mutable {
    if (reply.ok() && stats != nullptr) reply->stats = stats->Take();
    if (step->context.container_used.load(std::memory_order_relaxed)) {
      const std::string container = step->context.container();
      for (Device* device : options_.devices->devices()) device->resources().Clear(container);
    }
    const uint64_t id = step->id;
    step.reset();
    session->EndRun(sequence, std::move(reply), std::move(done));
    session.reset();
    steps_.Finish(id);  // After the last step the worker may go.
  };
  step->graph->RunAsync(&step->context, std::move(request.feeds), std::move(finish));
}

absl::StatusOr<std::shared_ptr<Step>> LocalWorker::StartStep(const RunGraphRequest& request,
                                                             const WorkerSession& session) {
  MR_RETURN_IF_ERROR(MILLRACE_FAILPOINT("worker:run_graph"));
  MR_ASSIGN_OR_RETURN(auto graph, session.Graph(request.handle));
  MR_ASSIGN_OR_RETURN(
      std::shared_ptr<Step> step,
      steps_.Start(request.step_id, session.id, std::move(graph), options_.clock->NowNanos()));
  // Either EndSession saw the step in the table, or this sees what EndSession said.
  if (session.ended.load()) {
    steps_.Finish(request.step_id);
    return absl::AbortedError("the session ended before the step began");
  }
  if (request.timeout < absl::InfiniteDuration()) {
    step->context.deadline = options_.clock->Now() + request.timeout;
  }
  return step;
}

void LocalWorker::AbortStep(uint64_t step_id, const absl::Status& reason, StatusDone done) {
  steps_.Abort(step_id, reason);
  done(absl::OkStatus());
}

void LocalWorker::Reset(const std::vector<std::string>& containers, StatusDone done) {
  for (Device* device : options_.devices->devices()) {
    ResourceManager& resources = device->resources();
    for (const std::string& container : containers) resources.Clear(container);
    if (containers.empty()) resources.Clear(resources.default_container());
  }
  done(absl::OkStatus());
}

void LocalWorker::Shutdown(const std::string& reason, StatusDone done) {
  done(absl::OkStatus());
  if (options_.on_shutdown) options_.on_shutdown(reason);
}

void LocalWorker::Deliver(uint64_t step_id, const RendezvousKey& key, Received value) {
  const int64_t now = options_.clock->NowNanos();
  CheckForStandstill(now);
  std::shared_ptr<Step> step = steps_.ForDelivery(step_id, now);
  if (step == nullptr) return;
  ComputePool()->Schedule([step = std::move(step), key, value = std::move(value)]() mutable {
    const absl::Status status = step->rendezvous.Deliver(key, std::move(value));
    if (status.code() == absl::StatusCode::kInternal) step->cancellation.Cancel(status);
  });
}

void LocalWorker::PeerLost(const std::string& task, const absl::Status& status) {
  const int aborted = steps_.AbortPeer(task, status);
  if (aborted > 0) {
    MR_LOG(WARNING) << options_.task.name << ": " << aborted << " running steps end: " << status;
  }
}

std::vector<std::shared_ptr<WorkerSession>> LocalWorker::LeasedSessions() const {
  std::vector<std::shared_ptr<WorkerSession>> leased;
  MutexLock lock(&mu_);
  for (const auto& [id, session] : sessions_) {
    if (session->leased) leased.push_back(session);
  }
  return leased;
}

void LocalWorker::CheckForStandstill(int64_t now_ns) {
  // Less than the silence after which clients give a task up (HeartbeatOptions).
  const int64_t limit = absl::ToInt64Nanoseconds(options_.lease) * 2 / 3;
  const auto stood_still = [&] {
    const int64_t last = last_tick_ns_.load(std::memory_order_acquire);
    return last != 0 && now_ns - last > limit;
  };
  if (!stood_still()) return;
  // Who comes second waits until the sessions are over.
  MutexLock lock(&standstill_mu_);
  if (!stood_still()) return;
  const std::string text =
      absl::StrCat(options_.task.name, " stood still for ",
                   (now_ns - last_tick_ns_.load()) / 1000000, " ms; its sessions are over");
  MR_LOG(WARNING) << text;
  Metrics::Default()->counter("millrace_worker_standstills_total")->Increment();
  for (const auto& session : LeasedSessions()) EndSession(session, absl::AbortedError(text));
  last_tick_ns_.store(now_ns, std::memory_order_release);
}

void LocalWorker::Tick() {
  const int64_t now = options_.clock->NowNanos();
  CheckForStandstill(now);
  last_tick_ns_.store(now, std::memory_order_release);
  const int64_t lease = absl::ToInt64Nanoseconds(options_.lease);
  for (const auto& session : LeasedSessions()) {
    const int64_t silence = now - session->last_heard_ns.load(std::memory_order_relaxed);
    if (silence <= lease) continue;
    const std::string text =
        absl::StrCat(options_.task.name, " has ended the session: client ", session->client.name,
                     " was silent for ", silence / 1000000, " ms");
    MR_LOG(WARNING) << text;
    Metrics::Default()->counter("millrace_worker_expired_sessions_total")->Increment();
    EndSession(session, absl::AbortedError(text));
  }
  steps_.DropUnstarted(now - absl::ToInt64Nanoseconds(options_.early_tensors));
}

void LocalWorker::EndSession(const std::shared_ptr<WorkerSession>& session,
                             const absl::Status& status) {
  {
    MutexLock lock(&mu_);
    sessions_.erase(session->id);
  }
  session->ended.store(true);
  steps_.AbortSession(session->id, status);
}

void LocalWorker::Stop(const absl::Status& status) {
  {
    MutexLock lock(&mu_);
    if (stopped_.ok()) stopped_ = status;
    for (const auto& [id, session] : sessions_) session->ended.store(true);
    sessions_.clear();
  }
  steps_.AbortAll(status);
  steps_.WaitUntilIdle();
}

}  // namespace millrace
