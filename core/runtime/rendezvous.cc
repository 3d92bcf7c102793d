#include "core/runtime/rendezvous.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace millrace {

std::string RendezvousKey::DebugString() const {
  return absl::StrCat("edge ", edge, " of ", absl::Hex(sender_incarnation), ", frame ", frame,
                      ", iteration ", iteration);
}

// One side of an edge, waiting for the other. Stays, `met`, when both came, so that a second Send
// or Recv is found out.
struct LocalRendezvous::Item {
  bool sent = false;
  bool met = false;
  Received value;
  RecvDone receiver;
};

LocalRendezvous::LocalRendezvous() = default;

LocalRendezvous::~LocalRendezvous() { Abort(absl::CancelledError("The step has ended")); }

absl::Status LocalRendezvous::Send(const RendezvousKey& key, const RendezvousEdge& edge,
                                   Received value) {
  RecvDone receiver;
  {
    MutexLock lock(&mu_);
    if (!aborted_.ok()) return aborted_;
    std::unique_ptr<Item>& item = items_[key];
    if (item == nullptr) item = std::make_unique<Item>();
    if (item->sent) {
      return absl::InternalError(
          absl::StrCat("Tensor '", edge.tensor_name, "' was sent twice (", key.DebugString(), ")"));
    }
    item->sent = true;
    if (item->receiver == nullptr) {
      item->value = std::move(value);
      return absl::OkStatus();
    }
    item->met = true;
    receiver = std::move(item->receiver);
    item->receiver = nullptr;
  }
  receiver(std::move(value));
  return absl::OkStatus();
}

void LocalRendezvous::RecvAsync(const RendezvousKey& key, const RendezvousEdge& edge,
                                RecvDone done) {
  absl::Status status;
  Received value;
  {
    MutexLock lock(&mu_);
    status = aborted_;
    if (status.ok()) {
      std::unique_ptr<Item>& item = items_[key];
      if (item == nullptr) item = std::make_unique<Item>();
      if (item->met || item->receiver != nullptr) {
        status = absl::InternalError(absl::StrCat(
            "Tensor '", edge.tensor_name, "' was received twice (", key.DebugString(), ")"));
      } else if (!item->sent) {
        item->receiver = std::move(done);
        return;
      } else {
        item->met = true;
        value = std::move(item->value);
      }
    }
  }
  if (status.ok()) {
    done(std::move(value));
  } else {
    done(std::move(status));
  }
}

void LocalRendezvous::Abort(const absl::Status& status) {
  std::vector<RecvDone> waiting;
  {
    MutexLock lock(&mu_);
    if (!aborted_.ok()) return;
    aborted_ = status;
    for (auto& [key, item] : items_) {
      if (item->receiver != nullptr) waiting.push_back(std::move(item->receiver));
    }
    items_.clear();
  }
  for (RecvDone& done : waiting) done(status);
}

}  // namespace millrace
