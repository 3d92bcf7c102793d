#include "kernels/accumulator/accumulator_resource.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace millrace {

struct Accumulator::Request {
  int64_t required;
  Cancellation* cancellation;
  int64_t cancel_id = -1;
  TakeDone done;
  bool answered = false;  // guarded by the accumulator's mutex
};

absl::Status Accumulator::Apply(int64_t local_step, const GradientTuple& gradient) {
  absl::StatusOr<GradientTuple> result = GradientTuple();
  RequestPtr served;
  {
    MutexLock lock(mu_);
    if (local_step < global_step_) return absl::OkStatus();
    MR_RETURN_IF_ERROR(sum_->Add(gradient));
    ++count_;
    served = Advance(&result);
  }
  if (served != nullptr) Answer(served, std::move(result));
  return absl::OkStatus();
}

Accumulator::RequestPtr Accumulator::Advance(absl::StatusOr<GradientTuple>* result) {
  if (waiting_.empty() || count_ < waiting_.front()->required) return nullptr;
  const RequestPtr request = waiting_.front();
  waiting_.pop_front();
  request->answered = true;
  *result = sum_->Result(mean_);
  sum_->Reset();
  count_ = 0;
  ++global_step_;
  return request;
}

void Accumulator::Take(int64_t required, Cancellation* cancellation, TakeDone done) {
  if (required < 1) {
    return done(absl::InvalidArgumentError(
        absl::StrCat("Argument num_required must be positive, got ", required)));
  }
  auto request = std::make_shared<Request>();
  request->required = required;
  request->cancellation = cancellation;
  request->done = std::move(done);
  bool cancelled = false;
  if (cancellation != nullptr) {
    request->cancel_id = cancellation->Register([this, request] {
      {
        MutexLock lock(mu_);
        if (request->answered) return;
        request->answered = true;
        request->cancel_id = -1;  // this is its callback
        waiting_.remove(request);
      }
      Answer(request, absl::CancelledError("TakeGrad was cancelled"));
    });
    cancelled = request->cancel_id < 0;
  }
  absl::StatusOr<GradientTuple> result = absl::CancelledError("TakeGrad was cancelled");
  RequestPtr served;
  {
    MutexLock lock(mu_);
    if (request->answered) return;
    if (cancelled) {
      request->answered = true;
      served = request;
    } else {
      waiting_.push_back(request);
      served = Advance(&result);
    }
  }
  if (served != nullptr) Answer(served, std::move(result));
}

void Accumulator::Answer(const RequestPtr& request, absl::StatusOr<GradientTuple> result) {
  // Waits for a cancellation that runs just now, which finds the request answered.
  if (request->cancellation != nullptr && request->cancel_id >= 0)
    request->cancellation->Deregister(request->cancel_id);
  request->done(std::move(result));
}

void Accumulator::SetGlobalStep(int64_t step) {
  MutexLock lock(mu_);
  global_step_ = step;
}

int64_t Accumulator::count() const {
  MutexLock lock(mu_);
  return count_;
}

void Accumulator::Close() {
  std::list<RequestPtr> waiting;
  {
    MutexLock lock(mu_);
    waiting.swap(waiting_);
    for (const RequestPtr& request : waiting) request->answered = true;
  }
  for (const RequestPtr& request : waiting)
    Answer(request, absl::CancelledError("the accumulator was closed"));
}

}  // namespace millrace
