#include "distributed/heartbeat.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace millrace {
namespace {

// Ticks further apart than this mean that this process stood still, or nearly so.
constexpr int64_t kStandstillNs = 1'000'000'000;

}  // namespace

// Shared with the heartbeats under way, which may outlive the monitor.
struct HeartbeatMonitor::Peer {
  TaskId task;
  std::shared_ptr<WorkerInterface> worker;

  Mutex mu;
  bool waiting ABSL_GUARDED_BY(mu) = false;    // for an answer
  int64_t sent_ns ABSL_GUARDED_BY(mu) = 0;     // when the last one went out
  int64_t heard_ns ABSL_GUARDED_BY(mu) = 0;    // when the last good answer came
  int64_t refused_ns ABSL_GUARDED_BY(mu) = 0;  // since when connections are refused; 0: not
  absl::Status refusal ABSL_GUARDED_BY(mu);    // how
  absl::Status verdict ABSL_GUARDED_BY(mu);    // what an answer gave away
};

HeartbeatMonitor::HeartbeatMonitor(uint64_t session, const HeartbeatOptions& options, Clock* clock,
                                   OnLost on_lost)
    : session_(session), options_(options), clock_(clock), on_lost_(std::move(on_lost)) {}

HeartbeatMonitor::~HeartbeatMonitor() = default;

void HeartbeatMonitor::Watch(const TaskId& task, std::shared_ptr<WorkerInterface> worker) {
  auto peer = std::make_shared<Peer>();
  peer->task = task;
  peer->worker = std::move(worker);
  {
    MutexLock lock(&peer->mu);
    peer->heard_ns = clock_->NowNanos();
  }
  MutexLock lock(&mu_);
  peers_[task.name] = std::move(peer);
}

void HeartbeatMonitor::Tick() {
  const int64_t now = clock_->NowNanos();
  const int64_t gap = last_tick_ns_ == 0 ? 0 : now - last_tick_ns_;
  last_tick_ns_ = now;
  const int64_t excused = gap > kStandstillNs ? gap : 0;

  std::vector<std::shared_ptr<Peer>> peers;
  {
    MutexLock lock(&mu_);
    for (const auto& [name, peer] : peers_) peers.push_back(peer);
  }
  for (const auto& peer : peers) {
    if (absl::Status verdict = Judge(peer.get(), now, excused); !verdict.ok()) {
      {
        MutexLock lock(&mu_);
        peers_.erase(peer->task.name);
      }
      on_lost_(peer->task, verdict);
    } else {
      Send(peer, now);
    }
  }
}

absl::Status HeartbeatMonitor::Judge(Peer* peer, int64_t now_ns, int64_t excused_ns) {
  MutexLock lock(&peer->mu);
  if (!peer->verdict.ok()) return peer->verdict;
  peer->heard_ns += excused_ns;
  if (peer->refused_ns != 0) peer->refused_ns += excused_ns;
  if (peer->refused_ns != 0 &&
      now_ns - peer->refused_ns >= absl::ToInt64Nanoseconds(options_.refused)) {
    return absl::UnavailableError(absl::StrCat(
        "task ", peer->task.name, " is dead or cannot be reached: ", peer->refusal.message()));
  }
  if (now_ns - peer->heard_ns >= absl::ToInt64Nanoseconds(options_.silence)) {
    return absl::UnavailableError(absl::StrCat("task ", peer->task.name, " has not answered for ",
                                               (now_ns - peer->heard_ns) / 1000000,
                                               " ms: it is frozen or cut off"));
  }
  return absl::OkStatus();
}

void HeartbeatMonitor::Send(const std::shared_ptr<Peer>& peer, int64_t now_ns) {
  {
    MutexLock lock(&peer->mu);
    if (peer->waiting) return;
    // Where connections are refused, look again soon.
    const int64_t interval = absl::ToInt64Nanoseconds(options_.interval);
    if (now_ns - peer->sent_ns < (peer->refused_ns != 0 ? interval / 4 : interval)) return;
    peer->waiting = true;
    peer->sent_ns = now_ns;
  }
  peer->worker->Heartbeat(session_, [peer, clock = clock_](absl::StatusOr<HeartbeatReply> reply) {
    const int64_t now = clock->NowNanos();
    MutexLock lock(&peer->mu);
    peer->waiting = false;
    if (!reply.ok()) {
      peer->refusal = reply.status();
      if (peer->refused_ns == 0) peer->refused_ns = now;
      return;
    }
    peer->refused_ns = 0;
    peer->heard_ns = now;
    if (reply->incarnation != peer->task.incarnation) {
      peer->verdict = absl::AbortedError(absl::StrCat(
          "task ", peer->task.name, " was restarted; the session must be created again"));
    } else if (!reply->session_known) {
      peer->verdict = absl::AbortedError(absl::StrCat(
          "task ", peer->task.name, " has ended this session: it had not heard from this ",
          "client, or stood still itself; the session must be created again"));
    }
  });
}

}  // namespace millrace
