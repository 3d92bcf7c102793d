#include "distributed/tensor_links.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/failpoint.h"
#include "core/base/status.h"
#include "core/graph/device_name.h"
#include "distributed/local_socket.h"
#include "distributed/methods.h"
#include "protos/worker_service.pb.h"

namespace millrace {

struct TensorLinks::Link {
  uint64_t incarnation = 0;
  std::unique_ptr<StreamClient> stream;
};

struct TensorLinks::Shared {
  // Held while `on_lost` runs, so that Close waits for it.
  Mutex callback_mu;
  OnLost on_lost ABSL_GUARDED_BY(callback_mu);

  Mutex mu;
  bool closed ABSL_GUARDED_BY(mu) = false;
  absl::flat_hash_map<std::string, std::shared_ptr<Link>> links ABSL_GUARDED_BY(mu);

  // The stream of a link is over. The link may have been replaced meanwhile.
  void Ended(const std::string& task, const std::weak_ptr<Link>& weak, const absl::Status& status) {
    {
      MutexLock lock(&mu);
      const auto found = links.find(task);
      const std::shared_ptr<Link> link = weak.lock();
      if (closed || link == nullptr || found == links.end() || found->second != link) return;
      links.erase(found);
    }
    MutexLock lock(&callback_mu);
    if (on_lost) on_lost(task, status);
  }
};

TensorLinks::TensorLinks(TaskId self, ClusterSpec cluster, Credentials credentials)
    : self_(std::move(self)),
      cluster_(std::move(cluster)),
      credentials_(std::move(credentials)),
      shared_(std::make_shared<Shared>()) {}

TensorLinks::~TensorLinks() { Close(); }

void TensorLinks::set_on_lost(OnLost on_lost) {
  MutexLock lock(&shared_->callback_mu);
  shared_->on_lost = std::move(on_lost);
}

void TensorLinks::Close() {
  std::vector<std::shared_ptr<Link>> links;
  {
    MutexLock lock(&shared_->mu);
    shared_->closed = true;
    for (auto& [task, link] : shared_->links) links.push_back(std::move(link));
    shared_->links.clear();
  }
  links.clear();
  MutexLock lock(&shared_->callback_mu);
  shared_->on_lost = nullptr;
}

absl::StatusOr<std::shared_ptr<TensorLinks::Link>> TensorLinks::LinkTo(const TaskId& task) {
  std::shared_ptr<Link> replaced;  // destroyed without the lock
  MutexLock lock(&shared_->mu);
  if (shared_->closed) {
    return absl::CancelledError(absl::StrCat(self_.name, " is shutting down"));
  }
  std::shared_ptr<Link>& link = shared_->links[task.name];
  if (link != nullptr && link->incarnation == task.incarnation) return link;
  replaced = std::move(link);
  auto name = DeviceName::Parse(task.name);
  auto address = name.ok() && name->job && name->task
                     ? cluster_.Address(*name->job, *name->task)
                     : absl::InvalidArgumentError(absl::StrCat(task.name, " is not a task's name"));
  if (!address.ok()) {
    shared_->links.erase(task.name);
    return address.status();
  }
  link = std::make_shared<Link>();
  link->incarnation = task.incarnation;
  // Whoever sent the tensor's step knows the task, so it is up and its socket can be looked for.
  const std::string reach = credentials_.encrypted ? *address : PreferLocalSocket(*address);
  link->stream = std::make_unique<StreamClient>(
      NewChannel(reach, credentials_), absl::StrCat(task.name, " at ", *address),
      methods::kSendTensors,
      [shared = shared_, task = task.name, weak = std::weak_ptr<Link>(link)](
          const absl::Status& status) { shared->Ended(task, weak, status); });
  LinkHello hello;
  hello.set_sender_task(self_.name);
  hello.set_sender_incarnation(self_.incarnation);
  hello.set_receiver_incarnation(task.incarnation);
  MR_RETURN_IF_ERROR(link->stream->Send(WireMessage::Of(hello)));
  return link;
}

absl::Status TensorLinks::SendTensor(const TaskId& task, uint64_t step_id, const RendezvousKey& key,
                                     Received value) {
  MR_RETURN_IF_ERROR(MILLRACE_FAILPOINT("tensor_links:send"));
  MR_ASSIGN_OR_RETURN(const std::shared_ptr<Link> link, LinkTo(task));
  TensorHeader header;
  header.set_step_id(step_id);
  header.set_sender_incarnation(key.sender_incarnation);
  header.set_edge(key.edge);
  header.set_frame(key.frame);
  header.set_iteration(key.iteration);
  header.set_is_dead(value.is_dead);
  std::vector<Tensor> tensors;
  if (!value.is_dead) tensors.push_back(std::move(value.tensor));
  return link->stream->Send(WireMessage::Of(header, std::move(tensors)));
}

}  // namespace millrace
