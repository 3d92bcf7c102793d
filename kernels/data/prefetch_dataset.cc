// PrefetchDataset: a thread of its own makes elements before they are asked for.
#include <deque>

#include "core/base/mutex.h"
#include "core/base/notification.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/registry.h"
#include "kernels/data/dataset.h"

namespace millrace {
namespace {

absl::Status Cancelled() { return absl::CancelledError("the iterator was closed"); }

// The thread sleeps while the buffer is full. Requests that find the buffer empty are kept and
// answered by the thread.
class PrefetchIterator final : public DatasetIterator {
 public:
  PrefetchIterator(std::unique_ptr<DatasetIterator> input, int64_t buffer_size,
                   Cancellation* cancellation)
      : input_(std::move(input)), buffer_size_(buffer_size), cancellation_(cancellation) {
    cancel_id_ = cancellation_->Register([this] { Stop(); });
    if (cancel_id_ < 0) Stop();
    thread_ = ThreadPool::Create("prefetch", 1);
    thread_->Schedule([this] { Produce(); });
  }
  ~PrefetchIterator() override {
    cancellation_->Deregister(cancel_id_);
    Stop();
    thread_ = nullptr;  // joins
  }

  bool is_async() const override { return true; }

  void NextAsync(std::shared_ptr<NextRequest> request) override {
    NextResult result;
    {
      MutexLock lock(mu_);
      if (!stopped_ && !ended_ && buffer_.empty()) {
        waiters_.push_back(std::move(request));
        return;
      }
      if (!request->Claim()) return;
      if (stopped_) {
        result.status = Cancelled();
      } else if (buffer_.empty()) {
        result.end = true;
      } else {
        result = std::move(buffer_.front());
        buffer_.pop_front();
        room_.Signal();
      }
    }
    request->done(std::move(result));
  }

  NextResult Next() override {
    NextResult result;
    Notification arrived;
    auto request = std::make_shared<NextRequest>();
    request->done = [&](NextResult r) {
      result = std::move(r);
      arrived.Notify();
    };
    NextAsync(std::move(request));
    arrived.WaitForNotification();
    return result;
  }

 private:
  using Waiters = std::deque<std::shared_ptr<NextRequest>>;

  void Stop() {
    Waiters waiters;
    {
      MutexLock lock(mu_);
      stopped_ = true;
      waiters.swap(waiters_);
      room_.SignalAll();
    }
    for (const auto& waiter : waiters) {
      if (waiter->Claim()) waiter->done({Cancelled()});
    }
  }

  void Produce() {
    for (;;) {
      {
        MutexLock lock(mu_);
        while (!stopped_ && static_cast<int64_t>(buffer_.size()) >= buffer_size_) room_.Wait(&mu_);
        if (stopped_) return;
      }
      NextResult next = input_->Next();
      if (next.end) {
        End();
        return;
      }
      Deliver(std::move(next));
    }
  }

  // To the first who still wants it, else into the buffer.
  void Deliver(NextResult next) {
    std::shared_ptr<NextRequest> waiter;
    {
      MutexLock lock(mu_);
      while (!waiters_.empty() && waiter == nullptr) {
        if (waiters_.front()->Claim()) waiter = std::move(waiters_.front());
        waiters_.pop_front();
      }
      if (waiter == nullptr) {
        buffer_.push_back(std::move(next));
        return;
      }
    }
    waiter->done(std::move(next));
  }

  void End() {
    Waiters waiters;
    {
      MutexLock lock(mu_);
      ended_ = true;
      waiters.swap(waiters_);
    }
    for (const auto& waiter : waiters) {
      if (!waiter->Claim()) continue;
      NextResult end;
      end.end = true;
      waiter->done(std::move(end));
    }
  }

  const std::unique_ptr<DatasetIterator> input_;
  const int64_t buffer_size_;
  Cancellation* const cancellation_;
  int64_t cancel_id_ = -1;

  Mutex mu_;
  CondVar room_;
  std::deque<NextResult> buffer_ ABSL_GUARDED_BY(mu_);
  Waiters waiters_ ABSL_GUARDED_BY(mu_);
  bool ended_ ABSL_GUARDED_BY(mu_) = false;
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;

  std::unique_ptr<ThreadPool> thread_;
};

class PrefetchDatasetImpl final : public Dataset {
 public:
  PrefetchDatasetImpl(DatasetPtr input, int64_t buffer_size)
      : input_(std::move(input)), buffer_size_(buffer_size) {}
  absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext& context) const override {
    MR_ASSIGN_OR_RETURN(auto input, input_->MakeIterator(context));
    if (buffer_size_ == 0) return input;
    return std::make_unique<PrefetchIterator>(std::move(input), buffer_size_, context.cancellation);
  }
  int64_t Cardinality() const override { return input_->Cardinality(); }

 private:
  const DatasetPtr input_;
  const int64_t buffer_size_;
};

class PrefetchKernel final : public DatasetKernel {
  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override {
    constexpr int64_t kAutotune = -1, kAutotunedSize = 2;
    MR_ASSIGN_OR_RETURN(DatasetPtr input, DatasetFrom(c.input(0)));
    MR_ASSIGN_OR_RETURN(int64_t buffer_size, Int64Input(c, 1, "buffer_size"));
    if (buffer_size < kAutotune) {
      return absl::InvalidArgumentError(
          absl::StrCat("buffer_size must be >= 0 or -1, got ", buffer_size));
    }
    if (buffer_size == kAutotune) buffer_size = kAutotunedSize;
    return std::make_shared<PrefetchDatasetImpl>(std::move(input), buffer_size);
  }
};

}  // namespace

absl::Status RegisterPrefetchDataset(Registry& r) {
  return r.Add(
      Op("PrefetchDataset")
          .Input("input_dataset: variant")
          .Input("buffer_size: int64")
          .Output("handle: variant")
          .Attr("output_types: list(type) >= 1")
          .Attr("output_shapes: list(shape) >= 1")
          .Attr("slack_period: int = 0")
          .Attr("legacy_autotune: bool = true")
          .Attr("buffer_size_min: int = 0")
          .Attr("metadata: string = ''")
          .Doc("The input's elements, up to buffer_size of them made ahead by a background thread.")
          .Shape(ScalarOutputs)
          .NotDifferentiable()
          .Cpu<PrefetchKernel>());
}

}  // namespace millrace
