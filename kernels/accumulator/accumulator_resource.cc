#include "kernels/accumulator/accumulator_resource.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "kernels/math/wide.h"

namespace millrace {

struct Accumulator::Request {
  int64_t required;
  Cancellation* cancellation;
  int64_t cancel_id = -1;
  TakeDone done;
  bool answered = false;  // guarded by the accumulator's mutex
};

absl::Status Accumulator::Apply(int64_t local_step, const Tensor& gradient) {
  if (gradient.dtype() != dtype_) {
    return absl::InvalidArgumentError(absl::StrCat("the accumulator holds ", DTypeName(dtype_),
                                                   ", the gradient is ",
                                                   DTypeName(gradient.dtype())));
  }
  if (!shape_.IsCompatibleWith(gradient.shape())) {
    return absl::InvalidArgumentError(absl::StrCat("Shape mismatch: expected ", shape_.ToString(),
                                                   ", got ", gradient.shape().ToString()));
  }
  absl::StatusOr<Tensor> result = Tensor();
  RequestPtr served;
  {
    MutexLock lock(mu_);
    if (local_step < global_step_) return absl::OkStatus();
    if (count_ > 0 && gradient.shape() != sum_shape_) {
      return absl::InvalidArgumentError(absl::StrCat("Shape mismatch: expected ",
                                                     sum_shape_.ToString(), ", got ",
                                                     gradient.shape().ToString()));
    }
    DispatchWide(dtype_, [&](auto tag) {
      mu_.AssertHeld();
      using W = typename decltype(tag)::type;
      std::vector<W> g = LoadWide<W>(gradient);
      if (count_ > 0) {
        const auto& sum = std::get<std::vector<W>>(sum_);
        for (size_t i = 0; i < g.size(); ++i) g[i] += sum[i];
      }
      sum_ = std::move(g);
    });
    sum_shape_ = gradient.shape();
    ++count_;
    served = Advance(&result);
  }
  if (served != nullptr) Answer(served, std::move(result));
  return absl::OkStatus();
}

absl::StatusOr<Tensor> Accumulator::Result() const {
  MR_ASSIGN_OR_RETURN(Tensor out, Tensor::Create(dtype_, sum_shape_));
  std::visit(
      [&](const auto& sum) {
        mu_.AssertHeld();
        auto values = sum;
        using W = typename std::decay_t<decltype(values)>::value_type;
        if (mean_) {
          for (W& v : values) v /= static_cast<W>(count_);
        }
        StoreWide(values, &out);
      },
      sum_);
  return out;
}

Accumulator::RequestPtr Accumulator::Advance(absl::StatusOr<Tensor>* result) {
  if (waiting_.empty() || count_ < waiting_.front()->required) return nullptr;
  const RequestPtr request = waiting_.front();
  waiting_.pop_front();
  request->answered = true;
  *result = Result();
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
  absl::StatusOr<Tensor> result = absl::CancelledError("TakeGrad was cancelled");
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

void Accumulator::Answer(const RequestPtr& request, absl::StatusOr<Tensor> result) {
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
