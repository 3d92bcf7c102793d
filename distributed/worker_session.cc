#include "distributed/worker_session.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace millrace {

uint64_t WorkerSession::AddGraph(std::shared_ptr<const RegisteredGraph> graph) {
  MutexLock lock(&mu_);
  graphs_.emplace(next_handle_, std::move(graph));
  return next_handle_++;
}

absl::StatusOr<std::shared_ptr<const RegisteredGraph>> WorkerSession::Graph(uint64_t handle) const {
  MutexLock lock(&mu_);
  const auto found = graphs_.find(handle);
  if (found != graphs_.end()) return found->second;
  return absl::NotFoundError(absl::StrCat("there is no graph with the handle ", handle));
}

absl::Status WorkerSession::RemoveGraph(uint64_t handle) {
  std::shared_ptr<const RegisteredGraph> removed;  // destroyed without the lock
  MutexLock lock(&mu_);
  const auto found = graphs_.find(handle);
  if (found == graphs_.end()) {
    return absl::NotFoundError(absl::StrCat("there is no graph with the handle ", handle));
  }
  removed = std::move(found->second);
  graphs_.erase(found);
  return absl::OkStatus();
}

bool WorkerSession::BeginRun(int64_t sequence, int64_t acknowledged, RunDone* done) {
  if (sequence <= 0) return true;
  absl::StatusOr<RunGraphReply> answer;
  {
    MutexLock lock(&mu_);
    acknowledged_ = std::max(acknowledged_, acknowledged);
    for (auto it = replies_.begin(); it != replies_.end() && it->first <= acknowledged_;) {
      it = it->second.ready ? replies_.erase(it) : std::next(it);
    }
    const auto found = replies_.find(sequence);
    if (found == replies_.end()) {
      if (sequence > acknowledged_ && replies_.size() < kMaxReplies) {
        replies_.emplace(sequence, Reply());
        return true;
      }
      answer = sequence > acknowledged_
                   ? absl::ResourceExhaustedError("too many steps without an acknowledged reply")
                   : absl::AbortedError(absl::StrCat("the reply to run ", sequence,
                                                     " was acknowledged and is forgotten"));
    } else if (!found->second.ready) {
      found->second.waiting.push_back(std::move(*done));
      return false;
    } else {
      answer = found->second.value;
    }
  }
  (*done)(std::move(answer));
  return false;
}

void WorkerSession::EndRun(int64_t sequence, absl::StatusOr<RunGraphReply> reply, RunDone done) {
  if (sequence <= 0) {
    done(std::move(reply));
    return;
  }
  std::vector<RunDone> waiting;
  {
    MutexLock lock(&mu_);
    Reply& kept = replies_[sequence];
    kept.ready = true;
    kept.value = reply;
    waiting = std::move(kept.waiting);
  }
  for (RunDone& other : waiting) other(reply);
  done(std::move(reply));
}

}  // namespace millrace
