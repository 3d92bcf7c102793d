#include "distributed/step_run.h"

#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/random_id.h"
#include "core/base/status.h"

namespace millrace {

StepRun::StepRun(std::shared_ptr<const MasterPlan> plan, absl::Time deadline, bool trace)
    : plan_(std::move(plan)),
      step_id_(RandomId()),
      deadline_(deadline),
      trace_(trace),
      ended_(plan_->parts.size(), false),
      left_(plan_->parts.size()),
      fetches_(plan_->num_fetches) {
  for (const auto& part : plan_->parts) local_left_ += part.link->is_local;
}

void StepRun::Start(absl::Span<const Tensor> feeds) {
  for (size_t i = 0; i < plan_->parts.size(); ++i) {
    const MasterPlan::Part& part = plan_->parts[i];
    RunGraphRequest request;
    request.session = plan_->session;
    request.handle = part.handle;
    request.step_id = step_id_;
    request.trace = trace_;
    if (deadline_ < absl::InfiniteFuture()) request.timeout = deadline_ - absl::Now();
    for (const int index : part.feeds) request.feeds.emplace_back(index, feeds[index]);
    int64_t sequence = 0;
    if (!part.link->is_local) {
      const SequenceWindow::Number number = part.link->sequences.Begin();
      request.sequence = sequence = number.sequence;
      request.acknowledged = number.acknowledged;
    }
    part.link->worker()->RunGraph(std::move(request), [self = shared_from_this(), i, sequence](
                                                          absl::StatusOr<RunGraphReply> reply) {
      if (sequence != 0) self->plan_->parts[i].link->sequences.End(sequence);
      self->PartDone(i, std::move(reply));
    });
  }
}

void StepRun::PartDone(size_t part, absl::StatusOr<RunGraphReply> reply) {
  const bool is_local = plan_->parts[part].link->is_local;
  // Why a call was cut off is said best by who found the task lost.
  absl::Status failure = reply.status();
  if (!failure.ok()) {
    const absl::Status health = plan_->parts[part].link->health();
    if (!health.ok()) failure = health;
  } else {
    MutexLock lock(&mu_);
    for (auto& [index, value] : reply->fetches) {
      if (index >= 0 && index < static_cast<int>(fetches_.size())) {
        fetches_[index] = std::move(value);
      }
    }
    stats_.insert(stats_.end(), std::make_move_iterator(reply->stats.begin()),
                  std::make_move_iterator(reply->stats.end()));
  }
  if (!failure.ok()) Fail(failure);
  MutexLock lock(&mu_);
  ended_[part] = true;
  --left_;
  local_left_ -= is_local;
  if (left_ == 0 || (local_left_ == 0 && !status_.ok())) changed_.SignalAll();
}

void StepRun::Fail(const absl::Status& status) {
  std::vector<TaskLink*> to_abort;
  {
    MutexLock lock(&mu_);
    if (!status_.ok() || left_ == 0) return;
    status_ = status;
    for (size_t i = 0; i < ended_.size(); ++i) {
      if (!ended_[i] && plan_->parts[i].link->health().ok()) {
        to_abort.push_back(plan_->parts[i].link.get());
      }
    }
    changed_.SignalAll();
  }
  for (TaskLink* link : to_abort) {
    link->worker()->AbortStep(step_id_, status, [](const absl::Status&) {});
  }
}

absl::StatusOr<std::vector<Tensor>> StepRun::Wait(std::vector<NodeStats>* stats) {
  bool late = false;
  {
    MutexLock lock(&mu_);
    while (left_ > 0 && status_.ok() && !late) late = changed_.WaitUntil(&mu_, deadline_);
    late = late && left_ > 0 && status_.ok();
  }
  if (late) Fail(absl::DeadlineExceededError("the step did not end within its timeout"));
  MutexLock lock(&mu_);
  while (left_ > 0 && (status_.ok() || local_left_ > 0)) changed_.Wait(&mu_);
  MR_RETURN_IF_ERROR(status_);
  if (stats != nullptr) *stats = std::move(stats_);
  for (size_t i = 0; i < fetches_.size(); ++i) {
    if (!fetches_[i].initialized()) {
      return absl::InternalError(absl::StrCat("no task returned fetch ", i));
    }
    // A fed buffer goes back to its owner when the step ends.
    if (fetches_[i].borrowed()) {
      MR_ASSIGN_OR_RETURN(fetches_[i], fetches_[i].Owned());
    }
  }
  return std::move(fetches_);
}

}  // namespace millrace
