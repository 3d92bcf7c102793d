// Monitor: state under a mutex, and requests that wait, without a thread, until it lets them
// through.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "core/base/cancellation.h"
#include "core/base/mutex.h"

namespace millrace {

// Thread-safe. Requests are tried in the order in which they came, again after each change. Each is
// answered once, from any thread, without the lock.
template <typename State>
class Monitor {
 public:
  // Called under the lock: how the request ends, or nullopt to wait on. Has no effect in that case.
  using Attempt = absl::AnyInvocable<std::optional<absl::Status>(State&)>;
  using Done = absl::AnyInvocable<void(absl::Status)>;

  explicit Monitor(State state = State()) : state_(std::move(state)) {}
  ~Monitor() { Close(); }

  void Submit(Cancellation* cancellation, Attempt attempt, Done done) {
    auto request = std::make_shared<Request>();
    request->attempt = std::move(attempt);
    request->done = std::move(done);
    request->cancellation = cancellation;
    bool cancelled = false;
    if (cancellation != nullptr) {
      request->cancel_id = cancellation->Register([this, request] { Cancel(request); });
      cancelled = request->cancel_id < 0;
    }
    Answers answers;
    {
      MutexLock lock(mu_);
      if (request->answered) return;
      if (cancelled || closed_) {
        Finish(request, absl::CancelledError("the step was cancelled"), &answers);
      } else {
        waiting_.push_back(request);
        Settle(&answers);
      }
    }
    Answer(std::move(answers));
  }

  // f(state) under the lock; then what waits is tried again.
  template <typename F>
  auto Change(F f) {
    Answers answers;
    auto result = [&] {
      MutexLock lock(mu_);
      auto value = f(state_);
      Settle(&answers);
      return value;
    }();
    Answer(std::move(answers));
    return result;
  }

  // Everybody who waits, and who comes later, is answered CANCELLED.
  void Close() {
    Answers answers;
    {
      MutexLock lock(mu_);
      closed_ = true;
      for (const RequestPtr& request : waiting_)
        Finish(request, absl::CancelledError("the resource was closed"), &answers);
      waiting_.clear();
    }
    Answer(std::move(answers));
  }

 private:
  struct Request {
    Attempt attempt;
    Done done;
    Cancellation* cancellation = nullptr;
    int64_t cancel_id = -1;
    bool answered = false;  // guarded by the monitor's mutex
  };
  using RequestPtr = std::shared_ptr<Request>;
  using Answers = std::vector<std::pair<RequestPtr, absl::Status>>;

  static void Finish(const RequestPtr& request, absl::Status status, Answers* answers) {
    request->answered = true;
    answers->push_back({request, std::move(status)});
  }

  void Settle(Answers* answers) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    for (auto it = waiting_.begin(); it != waiting_.end();) {
      std::optional<absl::Status> status = (*it)->attempt(state_);
      if (!status.has_value()) {
        ++it;
        continue;
      }
      Finish(*it, *std::move(status), answers);
      waiting_.erase(it);
      it = waiting_.begin();  // what changed may let an earlier one through
    }
  }

  void Cancel(const RequestPtr& request) {
    Answers answers;
    {
      MutexLock lock(mu_);
      if (request->answered) return;
      request->cancel_id = -1;  // this is its callback
      waiting_.remove(request);
      Finish(request, absl::CancelledError("the step was cancelled"), &answers);
    }
    Answer(std::move(answers));
  }

  static void Answer(Answers answers) {
    for (auto& [request, status] : answers) {
      // Waits for a cancellation that runs just now, which finds the request answered.
      if (request->cancellation != nullptr && request->cancel_id >= 0)
        request->cancellation->Deregister(request->cancel_id);
      request->done(std::move(status));
    }
  }

  mutable Mutex mu_;
  State state_ ABSL_GUARDED_BY(mu_);
  std::list<RequestPtr> waiting_ ABSL_GUARDED_BY(mu_);
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace millrace
