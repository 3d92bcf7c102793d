// Rendezvous: the one way a tensor crosses from a device or process to another within a step.
#ifndef MILLRACE_CORE_RUNTIME_RENDEZVOUS_H_
#define MILLRACE_CORE_RUNTIME_RENDEZVOUS_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/mutex.h"
#include "core/tensor/tensor.h"

namespace millrace {

// An edge crossed in one step. Within a step's rendezvous: the sender's incarnation (a restarted
// task can never answer for its old self), the edge, and the loop frame and iteration.
struct RendezvousKey {
  uint64_t sender_incarnation = 0;
  uint64_t edge = 0;
  uint64_t frame = 0;
  int64_t iteration = 0;

  bool operator==(const RendezvousKey& o) const {
    return sender_incarnation == o.sender_incarnation && edge == o.edge && frame == o.frame &&
           iteration == o.iteration;
  }
  template <typename H>
  friend H AbslHashValue(H h, const RendezvousKey& k) {
    return H::combine(std::move(h), k.sender_incarnation, k.edge, k.frame, k.iteration);
  }
  std::string DebugString() const;
};

// Where an edge leads, from the attributes of its `_Send` and `_Recv`.
struct RendezvousEdge {
  std::string send_device, recv_device;  // full names
  std::string tensor_name;               // for messages
};

struct Received {
  Tensor tensor;         // in host memory
  bool is_dead = false;  // sent by a branch not taken
};

// Thread-safe. Belongs to one step. Each key is sent once and received once, in either order.
class Rendezvous {
 public:
  using RecvDone = absl::AnyInvocable<void(absl::StatusOr<Received>)>;

  virtual ~Rendezvous() = default;
  // Never blocks. INTERNAL for a key sent twice; the abort status after Abort.
  virtual absl::Status Send(const RendezvousKey& key, const RendezvousEdge& edge,
                            Received value) = 0;
  // `done` runs exactly once: with the tensor, or with the status of Abort.
  virtual void RecvAsync(const RendezvousKey& key, const RendezvousEdge& edge, RecvDone done) = 0;
  // Ends all waiting and later calls with `status`; the first call wins. REQUIRES: !status.ok().
  virtual void Abort(const absl::Status& status) = 0;
};

class LocalRendezvous final : public Rendezvous {
 public:
  LocalRendezvous();
  ~LocalRendezvous() override;  // what still waits is ended with CANCELLED
  absl::Status Send(const RendezvousKey& key, const RendezvousEdge& edge, Received value) override;
  void RecvAsync(const RendezvousKey& key, const RendezvousEdge& edge, RecvDone done) override;
  void Abort(const absl::Status& status) override;

 private:
  struct Item;
  Mutex mu_;
  absl::Status aborted_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<RendezvousKey, std::unique_ptr<Item>> items_ ABSL_GUARDED_BY(mu_);
};

}  // namespace millrace

#endif  // MILLRACE_CORE_RUNTIME_RENDEZVOUS_H_
