#include "core/runtime/run_step.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "core/base/mutex.h"
#include "core/base/random_id.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/base/timer.h"

namespace millrace {
namespace {

// Cancels the step when its time is over or the user's cancellation says so. While it lives.
class StepLimits {
 public:
  StepLimits(absl::Duration timeout, Cancellation* user, StepContext* step) : user_(user) {
    Cancellation* cancellation = step->cancellation;
    if (timeout < absl::InfiniteDuration()) {
      step->deadline = absl::Now() + timeout;
      timer_ = Timer::Default()->Schedule(timeout, [cancellation, timeout] {
        cancellation->Cancel(absl::DeadlineExceededError(
            absl::StrCat("The step took longer than ", absl::FormatDuration(timeout))));
      });
    }
    if (user == nullptr) return;
    user_id_ = user->Register([cancellation, user] { cancellation->Cancel(user->status()); });
    if (user_id_ < 0) cancellation->Cancel(user->status());
  }
  ~StepLimits() {
    if (timer_ >= 0) Timer::Default()->Cancel(timer_);
    if (user_id_ >= 0) user_->Deregister(user_id_);
  }
  StepLimits(const StepLimits&) = delete;
  StepLimits& operator=(const StepLimits&) = delete;

 private:
  Cancellation* const user_;
  int64_t timer_ = -1, user_id_ = -1;
};

// Waits for the plans of a step and puts their results together.
class Gathering {
 public:
  explicit Gathering(int plans) : pending_(plans) {}

  void Add(absl::StatusOr<std::vector<Tensor>> results) {
    MutexLock lock(&mu_);
    if (!results.ok()) {
      if (status_.ok()) status_ = results.status();
    } else {
      if (results_.size() < results->size()) results_.resize(results->size());
      for (size_t i = 0; i < results->size(); ++i) {
        if ((*results)[i].initialized()) results_[i] = std::move((*results)[i]);
      }
    }
    if (--pending_ == 0) finished_.SignalAll();
  }

  absl::StatusOr<std::vector<Tensor>> Wait() {
    MutexLock lock(&mu_);
    while (pending_ > 0) finished_.Wait(&mu_);
    if (!status_.ok()) return status_;
    return std::move(results_);
  }

 private:
  Mutex mu_;
  CondVar finished_;
  int pending_ ABSL_GUARDED_BY(mu_);
  absl::Status status_ ABSL_GUARDED_BY(mu_);
  std::vector<Tensor> results_ ABSL_GUARDED_BY(mu_);
};

// Runs the plans of several devices side by side.
absl::StatusOr<std::vector<Tensor>> RunPlans(const StepPlans& plans, StepContext* step,
                                             const std::vector<Tensor>& feeds) {
  LocalRendezvous rendezvous;
  step->rendezvous = &rendezvous;
  const int64_t id = step->cancellation->Register(
      [&rendezvous, step] { rendezvous.Abort(step->cancellation->status()); });
  if (id < 0) return step->cancellation->status();

  const int num_plans = static_cast<int>(plans.plans().size());
  Gathering gathering(num_plans);
  const auto start = [&](int i) {
    plans.plans()[i]->RunAsync(step, feeds,
                               [&gathering](auto results) { gathering.Add(std::move(results)); });
  };
  // The first one here. A device with queues only takes orders, so it is also served here, before
  // that.
  for (int i = num_plans - 1; i >= 0; --i) {
    Device* device = plans.plans()[i]->device();
    if (i > 0 && device->is_host()) {
      device->pool()->Schedule([start, i] { start(i); });
    } else {
      start(i);
    }
  }
  absl::StatusOr<std::vector<Tensor>> results = gathering.Wait();
  step->cancellation->Deregister(id);
  step->rendezvous = nullptr;
  return results;
}

absl::Status CheckResults(const StepPlans& plans, std::vector<Tensor>* results) {
  results->resize(plans.num_fetches());
  for (int i = 0; i < plans.num_fetches(); ++i) {
    Tensor& result = (*results)[i];
    if (!result.initialized()) {
      return absl::InternalError(
          absl::StrCat("Nothing came back for fetch '", plans.fetch(i), "'"));
    }
    // A fed buffer goes back to its owner when the step ends.
    if (result.borrowed()) {
      MR_ASSIGN_OR_RETURN(result, result.Owned());
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<Tensor>> RunStep(const StepPlans& plans, SessionState& session,
                                            const RunOptions& options, std::vector<Tensor> feeds,
                                            Cancellation* closing, RunMetadata* metadata) {
  MR_RETURN_IF_ERROR(plans.feeds().Check(feeds));
  Cancellation cancellation(closing);
  StepContext step;
  step.step_id = RandomId();
  step.cancellation = &cancellation;
  StatsCollector stats;
  if (options.trace) step.stats = &stats;
  std::optional<StepLimits> limits;
  const absl::Duration timeout = options.timeout < absl::InfiniteDuration()
                                     ? options.timeout
                                     : session.options.operation_timeout;
  if (timeout < absl::InfiniteDuration() || options.cancellation != nullptr) {
    limits.emplace(timeout, options.cancellation, &step);
  }
  absl::StatusOr<std::vector<Tensor>> results = plans.plans().size() == 1
                                                    ? plans.plans()[0]->Run(&step, std::move(feeds))
                                                    : RunPlans(plans, &step, feeds);
  limits.reset();
  if (step.container_used.load(std::memory_order_relaxed)) {
    for (Device* device : session.devices->devices()) device->resources().Clear(step.container());
  }
  if (metadata != nullptr) {
    metadata->step_id = step.step_id;
    metadata->step_stats = stats.Take();
  }
  if (!results.ok()) {
    // What ended the step, not what its end brought about elsewhere.
    const absl::Status first = cancellation.status();
    return first.ok() ? results.status() : first;
  }
  MR_RETURN_IF_ERROR(CheckResults(plans, &*results));
  return results;
}

}  // namespace millrace
