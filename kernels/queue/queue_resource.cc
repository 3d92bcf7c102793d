#include "kernels/queue/queue_resource.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/random_id.h"

namespace millrace {

struct Queue::Request {
  // Constant once submitted.
  bool is_put = false, up_to = false;
  int64_t wanted = 0;
  Cancellation* cancellation = nullptr;
  int64_t cancel_id = -1;
  PutDone put_done;
  TakeDone take_done;
  // Guarded by the queue's mutex until answered.
  std::vector<Element> elements;  // to put, or taken so far
  size_t put = 0;                 // how many of them are in the queue
  bool answered = false;
};

Queue::Queue(QueueOptions options)
    : options_(std::move(options)), random_(options_.seed, options_.seed2) {
  if (options_.shuffled && options_.seed == 0 && options_.seed2 == 0)
    random_ = Philox(RandomId(), RandomId());
}

void Queue::Put(std::vector<Element> elements, Cancellation* cancellation, PutDone done) {
  auto request = std::make_shared<Request>();
  request->is_put = true;
  request->elements = std::move(elements);
  request->cancellation = cancellation;
  request->put_done = std::move(done);
  Submit(std::move(request));
}

void Queue::Take(int64_t n, bool up_to, Cancellation* cancellation, TakeDone done) {
  auto request = std::make_shared<Request>();
  request->up_to = up_to;
  request->wanted = n;
  request->cancellation = cancellation;
  request->take_done = std::move(done);
  Submit(std::move(request));
}

void Queue::Submit(RequestPtr request) {
  bool cancelled = false;
  if (request->cancellation != nullptr) {
    // The queue outlives its waiting requests: closing it answers them.
    request->cancel_id = request->cancellation->Register([this, request] {
      Cancel(request,
             absl::CancelledError(absl::StrCat(options_.kind, " operation was cancelled")));
    });
    cancelled = request->cancel_id < 0;
  }
  Answers answers;
  {
    MutexLock lock(mu_);
    if (cancelled || request->answered) {
      if (!request->answered)
        answers.push_back({request, absl::CancelledError(
                                        absl::StrCat(options_.kind, " operation was cancelled"))});
      request->answered = true;
    } else if (request->is_put && closed_) {
      request->answered = true;
      answers.push_back({request, ClosedError()});
    } else {
      (request->is_put ? puts_ : takes_).push_back(request);
      Settle(&answers);
    }
  }
  Answer(std::move(answers));
}

void Queue::Cancel(const RequestPtr& request, absl::Status status) {
  Answers answers;
  {
    MutexLock lock(mu_);
    if (request->answered) return;
    request->answered = true;
    (request->is_put ? puts_ : takes_).remove(request);
    GiveBack(*request);
    request->cancel_id = -1;  // this is its callback
    answers.push_back({request, std::move(status)});
    Settle(&answers);
  }
  Answer(std::move(answers));
}

bool Queue::HasRoom() const {
  return options_.capacity < 0 || static_cast<int64_t>(elements_.size()) < options_.capacity;
}

bool Queue::HasElement() const {
  const int64_t kept = closed_ ? 0 : options_.min_after_dequeue;
  return static_cast<int64_t>(elements_.size()) > kept;
}

void Queue::PutOne(Element element) {
  if (!options_.by_priority) {
    elements_.push_back(std::move(element));
    return;
  }
  const auto priority = [](const Element& e) { return e[0].scalar<int64_t>(); };
  const auto at = std::upper_bound(
      elements_.begin(), elements_.end(), element,
      [&](const Element& a, const Element& b) { return priority(a) < priority(b); });
  elements_.insert(at, std::move(element));
}

Queue::Element Queue::TakeOne() {
  if (options_.shuffled) {
    const uint64_t bits = random_()[0];
    std::swap(elements_.front(), elements_[bits % elements_.size()]);
  }
  Element e = std::move(elements_.front());
  elements_.pop_front();
  return e;
}

void Queue::GiveBack(Request& request) {
  if (request.is_put) return;
  while (!request.elements.empty()) {
    elements_.push_front(std::move(request.elements.back()));
    request.elements.pop_back();
  }
}

// Moves what can be moved for the first put and the first take. True if anything was.
bool Queue::Advance(Answers* answers) {
  bool moved = false;
  if (!puts_.empty()) {
    Request& put = *puts_.front();
    for (; put.put < put.elements.size() && HasRoom(); ++put.put, moved = true) {
      PutOne(std::move(put.elements[put.put]));
    }
    if (put.put == put.elements.size()) {
      put.answered = true;
      answers->push_back({puts_.front(), absl::OkStatus()});
      puts_.pop_front();
      moved = true;
    }
  }
  if (!takes_.empty()) {
    Request& take = *takes_.front();
    for (; static_cast<int64_t>(take.elements.size()) < take.wanted && HasElement(); moved = true) {
      take.elements.push_back(TakeOne());
    }
    if (static_cast<int64_t>(take.elements.size()) == take.wanted) {
      take.answered = true;
      answers->push_back({takes_.front(), absl::OkStatus()});
      takes_.pop_front();
      moved = true;
    }
  }
  return moved;
}

void Queue::Settle(Answers* answers) {
  while (Advance(answers)) {
  }
  // Nothing will come any more.
  while (closed_ && puts_.empty() && !takes_.empty()) {
    const RequestPtr take = takes_.front();
    takes_.pop_front();
    take->answered = true;
    if (take->up_to && !take->elements.empty()) {
      answers->push_back({take, absl::OkStatus()});
      continue;
    }
    GiveBack(*take);
    answers->push_back({take, absl::OutOfRangeError(absl::StrCat(
                                  options_.kind, " '", options_.name,
                                  "' is closed and has insufficient elements (requested ",
                                  take->wanted, ", current size ", elements_.size(), ")"))});
    while (Advance(answers)) {
    }
  }
}

void Queue::Answer(Answers answers) {
  for (auto& [request, status] : answers) {
    // Waits for a cancellation that runs just now, which finds the request answered.
    if (request->cancellation != nullptr && request->cancel_id >= 0)
      request->cancellation->Deregister(request->cancel_id);
    if (request->is_put) {
      request->put_done(std::move(status));
    } else if (status.ok()) {
      request->take_done(std::move(request->elements));
    } else {
      request->take_done(std::move(status));
    }
  }
}

absl::Status Queue::ClosedError() const {
  return absl::CancelledError(absl::StrCat(options_.kind, " '", options_.name, "' is closed."));
}

absl::Status Queue::Shut(bool cancel_pending) {
  Answers answers;
  {
    MutexLock lock(mu_);
    if (closed_ && !cancel_pending)
      return absl::CancelledError(
          absl::StrCat(options_.kind, " '", options_.name, "' is already closed."));
    closed_ = true;
    if (cancel_pending) {
      for (const RequestPtr& put : puts_) {
        put->answered = true;
        answers.push_back({put, ClosedError()});
      }
      puts_.clear();
    }
    Settle(&answers);
  }
  Answer(std::move(answers));
  return absl::OkStatus();
}

void Queue::Close() {
  Answers answers;
  {
    MutexLock lock(mu_);
    closed_ = true;
    for (auto* list : {&puts_, &takes_}) {
      for (const RequestPtr& request : *list) {
        request->answered = true;
        answers.push_back({request, ClosedError()});
      }
      list->clear();
    }
  }
  Answer(std::move(answers));
}

bool Queue::closed() const {
  MutexLock lock(mu_);
  return closed_;
}

int64_t Queue::size() const {
  MutexLock lock(mu_);
  return static_cast<int64_t>(elements_.size());
}

}  // namespace millrace
