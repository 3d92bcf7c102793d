// Queue: elements handed from step to step, first in first out, by priority or shuffled.
#ifndef MILLRACE_KERNELS_QUEUE_QUEUE_RESOURCE_H_
#define MILLRACE_KERNELS_QUEUE_QUEUE_RESOURCE_H_

#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/cancellation.h"
#include "core/base/mutex.h"
#include "core/base/philox.h"
#include "core/runtime/resource.h"
#include "core/tensor/tensor.h"

namespace millrace {

struct QueueOptions {
  std::string kind;  // "FIFOQueue", ..., for messages
  std::string name;
  std::vector<DType> dtypes;
  std::vector<PartialShape> shapes;  // one a component, or empty: any
  int64_t capacity = -1;             // below 0: no limit
  int64_t min_after_dequeue = 0;     // shuffled queues keep so many while open
  bool shuffled = false;
  bool by_priority = false;  // the element with the least component 0, an int64 scalar, comes first
  bool padded = false;       // elements of different shapes are padded when taken many at a time
  uint64_t seed = 0, seed2 = 0;
};

// Thread-safe. Requests wait their turn without a thread; each is answered once, from any thread,
// without the lock. A cancelled request is answered CANCELLED, and what it had taken goes back.
class Queue final : public Resource {
 public:
  static constexpr char kTypeName[] = "Queue";
  absl::string_view type_name() const override { return kTypeName; }

  using Element = std::vector<Tensor>;
  using PutDone = absl::AnyInvocable<void(absl::Status)>;
  using TakeDone = absl::AnyInvocable<void(absl::StatusOr<std::vector<Element>>)>;

  explicit Queue(QueueOptions options);
  ~Queue() override { Close(); }

  const QueueOptions& options() const { return options_; }

  // Adds the elements, in order, as there is room. CANCELLED if the queue is closed.
  void Put(std::vector<Element> elements, Cancellation* cancellation, PutDone done);
  // Takes `n` elements; with `up_to`, fewer if the queue is closed, but not none. OUT_OF_RANGE if
  // it is closed and has not enough.
  void Take(int64_t n, bool up_to, Cancellation* cancellation, TakeDone done);
  // Nothing more may be put. Puts that wait still go through, unless they are to be cancelled.
  // CANCELLED if it was closed already.
  absl::Status Shut(bool cancel_pending);
  bool closed() const;
  int64_t size() const;

  // Everybody who waits is answered CANCELLED.
  void Close() override;

 private:
  struct Request;
  using RequestPtr = std::shared_ptr<Request>;
  using Answers = std::vector<std::pair<RequestPtr, absl::Status>>;

  void Submit(RequestPtr request);
  void Cancel(const RequestPtr& request, absl::Status status);
  bool Advance(Answers* answers) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Settle(Answers* answers) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void GiveBack(Request& request) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void PutOne(Element element) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Element TakeOne() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool HasRoom() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool HasElement() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::Status ClosedError() const;
  static void Answer(Answers answers);

  const QueueOptions options_;
  mutable Mutex mu_;
  std::deque<Element> elements_ ABSL_GUARDED_BY(mu_);
  std::list<RequestPtr> puts_ ABSL_GUARDED_BY(mu_), takes_ ABSL_GUARDED_BY(mu_);
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
  Philox random_ ABSL_GUARDED_BY(mu_);
};

}  // namespace millrace

#endif  // MILLRACE_KERNELS_QUEUE_QUEUE_RESOURCE_H_
