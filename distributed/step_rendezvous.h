// StepRendezvous: a step's rendezvous on one of several tasks.
//
// Tensors are pushed: the sender's task sends each to the task whose device receives it, which
// keeps it until it is asked for. An edge then costs one message and half a round trip; asking the
// sender first, as TensorFlow does, costs two messages and a whole one. In asynchronous training,
// where parameters go out and gradients come back in every step, that is the difference that
// counts. What may arrive early is bounded by what the step needs anyway.
#ifndef MILLRACE_DISTRIBUTED_STEP_RENDEZVOUS_H_
#define MILLRACE_DISTRIBUTED_STEP_RENDEZVOUS_H_

#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "core/base/mutex.h"
#include "core/runtime/rendezvous.h"
#include "distributed/worker_interface.h"

namespace millrace {

// The way to other tasks: the seam that tests put a fault behind. Thread-safe.
class TensorSender {
 public:
  virtual ~TensorSender() = default;
  // Has `value` arrive in the step's rendezvous on `task`. Never blocks. A failure that is found
  // later ends the steps that have to do with the task (LocalWorker::PeerLost).
  virtual absl::Status SendTensor(const TaskId& task, uint64_t step_id, const RendezvousKey& key,
                                  Received value) = 0;
};

// Thread-safe.
class StepRendezvous final : public Rendezvous {
 public:
  // `own_task` and `*sender` must outlive it.
  StepRendezvous(uint64_t step_id, absl::string_view own_task, TensorSender* sender)
      : step_id_(step_id), own_task_(own_task), sender_(sender) {}

  // Says which incarnations of other tasks take part. Once, before the step runs; `*peers` must
  // outlive it.
  using Peers = absl::flat_hash_map<std::string, TaskId>;
  void set_peers(const Peers* peers) { peers_ = peers; }

  // INTERNAL for a device of a task that does not take part.
  absl::Status Send(const RendezvousKey& key, const RendezvousEdge& edge, Received value) override;
  void RecvAsync(const RendezvousKey& key, const RendezvousEdge& edge, RecvDone done) override;
  void Abort(const absl::Status& status) override;

  // A tensor that another task sent.
  absl::Status Deliver(const RendezvousKey& key, Received value);

 private:
  const uint64_t step_id_;
  const absl::string_view own_task_;
  TensorSender* const sender_;
  const Peers* peers_ = nullptr;

  LocalRendezvous local_;
  Mutex mu_;
  absl::Status aborted_ ABSL_GUARDED_BY(mu_);
};

}  // namespace millrace

#endif  // MILLRACE_DISTRIBUTED_STEP_RENDEZVOUS_H_
