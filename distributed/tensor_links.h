// TensorLinks: the streams on which a task's tensors go to other tasks.
#ifndef MILLRACE_DISTRIBUTED_TENSOR_LINKS_H_
#define MILLRACE_DISTRIBUTED_TENSOR_LINKS_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "core/base/mutex.h"
#include "distributed/channel.h"
#include "distributed/cluster_spec.h"
#include "distributed/step_rendezvous.h"
#include "distributed/stream_client.h"

namespace millrace {

// Thread-safe. One stream, over a connection of its own, a task that tensors were sent to; made
// when first needed, and again after a failure.
class TensorLinks final : public TensorSender {
 public:
  // `on_lost` hears of streams that broke: on a thread of gRPC's, not after Close has returned.
  using OnLost = std::function<void(const std::string& task, const absl::Status& status)>;
  TensorLinks(TaskId self, ClusterSpec cluster, Credentials credentials);
  ~TensorLinks() override;  // as Close

  // Before the first tensor.
  void set_on_lost(OnLost on_lost);

  absl::Status SendTensor(const TaskId& task, uint64_t step_id, const RendezvousKey& key,
                          Received value) override;
  // Ends all streams; what was not sent yet is dropped. Later tensors are refused.
  void Close();

 private:
  // What callbacks of streams share with this object, which they may outlive.
  struct Shared;
  struct Link;

  absl::StatusOr<std::shared_ptr<Link>> LinkTo(const TaskId& task);

  const TaskId self_;
  const ClusterSpec cluster_;
  const Credentials credentials_;
  const std::shared_ptr<Shared> shared_;
};

}  // namespace millrace

#endif  // MILLRACE_DISTRIBUTED_TENSOR_LINKS_H_
