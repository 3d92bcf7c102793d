#include "distributed/step_table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace millrace {

Step::Step(uint64_t id, absl::string_view own_task, TensorSender* sender, int64_t created_ns)
    : id(id), created_ns(created_ns), rendezvous(id, own_task, sender) {
  context.step_id = id;
  context.rendezvous = &rendezvous;
  context.cancellation = &cancellation;
  callback_ = cancellation.Register([this] { rendezvous.Abort(cancellation.status()); });
}

Step::~Step() { cancellation.Deregister(callback_); }

absl::StatusOr<std::shared_ptr<Step>> StepTable::Start(uint64_t id, uint64_t session,
                                                       std::shared_ptr<const RegisteredGraph> graph,
                                                       int64_t now_ns) {
  MutexLock lock(&mu_);
  if (ended_.contains(id)) {
    return absl::AbortedError(absl::StrCat("step ", id, " was aborted before it began"));
  }
  std::shared_ptr<Step>& step = steps_[id];
  if (step == nullptr) step = std::make_shared<Step>(id, own_task_, sender_, now_ns);
  if (step->graph != nullptr) {
    return absl::AlreadyExistsError(absl::StrCat("step ", id, " is running already"));
  }
  step->session = session;
  step->rendezvous.set_peers(&graph->peers());
  step->graph = std::move(graph);
  ++num_running_;
  return step;
}

std::shared_ptr<Step> StepTable::ForDelivery(uint64_t id, int64_t now_ns) {
  MutexLock lock(&mu_);
  if (ended_.contains(id)) return nullptr;
  std::shared_ptr<Step>& step = steps_[id];
  if (step == nullptr) step = std::make_shared<Step>(id, own_task_, sender_, now_ns);
  return step;
}

void StepTable::Finish(uint64_t id) {
  std::shared_ptr<Step> step;
  {
    MutexLock lock(&mu_);
    const auto found = steps_.find(id);
    if (found == steps_.end()) return;
    step = std::move(found->second);
    steps_.erase(found);
    Remember(id);
  }
  step.reset();
  MutexLock lock(&mu_);
  --num_running_;
  finished_.SignalAll();
}

void StepTable::Remember(uint64_t id) {
  if (!ended_.insert(id).second) return;
  ended_order_.push_back(id);
  if (ended_order_.size() > kRemembered) {
    ended_.erase(ended_order_.front());
    ended_order_.pop_front();
  }
}

void StepTable::Abort(uint64_t id, const absl::Status& reason) {
  std::shared_ptr<Step> running;
  {
    MutexLock lock(&mu_);
    const auto found = steps_.find(id);
    if (found != steps_.end() && found->second->graph != nullptr) {
      running = found->second;
    } else {
      if (found != steps_.end()) steps_.erase(found);
      Remember(id);
    }
  }
  if (running != nullptr) running->cancellation.Cancel(reason);
}

template <typename Condition>
std::vector<std::shared_ptr<Step>> StepTable::Select(Condition condition) const {
  std::vector<std::shared_ptr<Step>> selected;
  MutexLock lock(&mu_);
  for (const auto& [id, step] : steps_) {
    if (step->graph != nullptr && condition(*step)) selected.push_back(step);
  }
  return selected;
}

void StepTable::AbortSession(uint64_t session, const absl::Status& reason) {
  const auto steps = Select([&](Step& s) {
    if (s.session != session) return false;
    s.session_over = true;
    return true;
  });
  for (const auto& step : steps) step->cancellation.Cancel(reason);
}

int StepTable::AbortPeer(absl::string_view task, const absl::Status& reason) {
  const auto steps = Select([&](Step& s) { return s.graph->peers().contains(task); });
  for (const auto& step : steps) step->cancellation.Cancel(reason);
  return static_cast<int>(steps.size());
}

void StepTable::AbortAll(const absl::Status& reason) {
  for (const auto& step : Select([](Step&) { return true; })) {
    step->cancellation.Cancel(reason);
  }
}

int StepTable::DropUnstarted(int64_t created_ns) {
  std::vector<std::shared_ptr<Step>> dropped;  // destroyed without the lock
  MutexLock lock(&mu_);
  for (auto it = steps_.begin(); it != steps_.end();) {
    const auto step = it++;
    if (step->second->graph != nullptr || step->second->created_ns >= created_ns) continue;
    dropped.push_back(std::move(step->second));
    Remember(step->first);
    steps_.erase(step);
  }
  return static_cast<int>(dropped.size());
}

bool StepTable::WaitForAborted(absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  MutexLock lock(&mu_);
  while (std::any_of(steps_.begin(), steps_.end(),
                     [](const auto& entry) { return entry.second->session_over; })) {
    if (finished_.WaitUntil(&mu_, deadline) && absl::Now() >= deadline) return false;
  }
  return true;
}

void StepTable::WaitUntilIdle() {
  MutexLock lock(&mu_);
  while (num_running_ > 0) finished_.Wait(&mu_);
}

}  // namespace millrace
