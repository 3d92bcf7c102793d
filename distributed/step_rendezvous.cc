#include "distributed/step_rendezvous.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "distributed/cluster_spec.h"

namespace millrace {

absl::Status StepRendezvous::Send(const RendezvousKey& key, const RendezvousEdge& edge,
                                  Received value) {
  const absl::string_view task = TaskOfDevice(edge.recv_device);
  if (task == own_task_) return local_.Send(key, edge, std::move(value));
  {
    MutexLock lock(&mu_);
    MR_RETURN_IF_ERROR(aborted_);
  }
  const auto peer = peers_ == nullptr ? Peers::const_iterator() : peers_->find(task);
  if (peers_ == nullptr || peer == peers_->end()) {
    return absl::InternalError(absl::StrCat("tensor ", edge.tensor_name, " goes to ",
                                            edge.recv_device, ", whose task is not in the step"));
  }
  const absl::Status status = sender_->SendTensor(peer->second, step_id_, key, std::move(value));
  return Annotate(status, absl::StrCat("sending ", edge.tensor_name));
}

void StepRendezvous::RecvAsync(const RendezvousKey& key, const RendezvousEdge& edge,
                               RecvDone done) {
  local_.RecvAsync(key, edge, std::move(done));
}

void StepRendezvous::Abort(const absl::Status& status) {
  {
    MutexLock lock(&mu_);
    if (aborted_.ok()) aborted_ = status;
  }
  local_.Abort(status);
}

absl::Status StepRendezvous::Deliver(const RendezvousKey& key, Received value) {
  return local_.Send(key, RendezvousEdge(), std::move(value));
}

}  // namespace millrace
