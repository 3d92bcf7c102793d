#include "kernels/data/iterator_resource.h"

#include <deque>
#include <utility>

#include "core/base/cancellation.h"
#include "core/base/own_thread.h"
#include "core/base/status.h"

namespace millrace {

// One pass over a dataset. An iterator without NextAsync is advanced by one task at a time, on a
// thread of its own: what a dataset calls may take elements of other iterators.
class IteratorResource::Run : public std::enable_shared_from_this<Run> {
 public:
  static absl::StatusOr<std::shared_ptr<Run>> Create(const Dataset& dataset, Device* device) {
    auto run = std::make_shared<Run>();
    MR_ASSIGN_OR_RETURN(run->iterator_, dataset.MakeIterator({device, &run->cancellation_}));
    return run;
  }
  ~Run() { Stop(); }

  void NextAsync(std::shared_ptr<NextRequest> request) {
    if (iterator_->is_async()) return iterator_->NextAsync(std::move(request));
    {
      MutexLock lock(mu_);
      requests_.push_back(std::move(request));
      if (advancing_) return;
      advancing_ = true;
    }
    RunOnOwnThread([self = shared_from_this()] { self->Advance(); });
  }

  void Stop() { cancellation_.Cancel(absl::CancelledError("the iterator was closed")); }

 private:
  void Advance() {
    for (;;) {
      std::shared_ptr<NextRequest> request;
      {
        MutexLock lock(mu_);
        if (requests_.empty()) {
          advancing_ = false;
          return;
        }
        request = std::move(requests_.front());
        requests_.pop_front();
      }
      if (!request->Claim()) continue;
      if (cancellation_.IsCancelled()) {
        request->done({cancellation_.status()});
      } else {
        request->done(iterator_->Next());
      }
    }
  }

  Cancellation cancellation_;  // outlives the iterator
  std::unique_ptr<DatasetIterator> iterator_;

  Mutex mu_;
  std::deque<std::shared_ptr<NextRequest>> requests_ ABSL_GUARDED_BY(mu_);
  bool advancing_ ABSL_GUARDED_BY(mu_) = false;
};

absl::Status IteratorResource::Start(DatasetPtr dataset, Device* device) {
  MR_ASSIGN_OR_RETURN(std::shared_ptr<Run> run, Run::Create(*dataset, device));
  Replace(std::move(run));
  return absl::OkStatus();
}

void IteratorResource::NextAsync(std::shared_ptr<NextRequest> request) {
  std::shared_ptr<Run> run;
  {
    MutexLock lock(mu_);
    run = run_;
  }
  if (run != nullptr) return run->NextAsync(std::move(request));
  if (!request->Claim()) return;
  request->done({absl::FailedPreconditionError(
      "GetNext() failed because the iterator has not been initialized. Ensure that you have run "
      "the initializer operation for this "
      "iterator before getting the next element.")});
}

void IteratorResource::Replace(std::shared_ptr<Run> run) {
  {
    MutexLock lock(mu_);
    run_.swap(run);
  }
  // The old one is stopped, and its threads joined, without the lock.
  if (run != nullptr) run->Stop();
}

void IteratorResource::Close() { Replace(nullptr); }

}  // namespace millrace
