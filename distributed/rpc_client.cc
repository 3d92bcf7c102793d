#include "distributed/rpc_client.h"

#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <chrono>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "distributed/status_codec.h"

namespace millrace {

// Calls in flight. A call leaves before it goes, under the lock, so whom a holder of the lock sees
// lives.
struct RpcClient::Calls {
  Mutex mu;
  absl::Status closed ABSL_GUARDED_BY(mu);
  absl::flat_hash_set<ClientCall*> live ABSL_GUARDED_BY(mu);
};

// Owns itself: goes when gRPC is through with it.
class RpcClient::ClientCall final
    : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  ClientCall(std::shared_ptr<Calls> calls, std::string peer, MessageWriter request, Done done)
      : calls_(std::move(calls)),
        peer_(std::move(peer)),
        request_(std::move(request)),
        done_(std::move(done)) {}

  void Start(grpc::GenericStub* stub, const std::string& method, const Options& options) {
    if (options.timeout < absl::Hours(24 * 365)) {
      context_.set_deadline(std::chrono::system_clock::now() +
                            absl::ToChronoNanoseconds(options.timeout));
    }
    context_.set_wait_for_ready(options.wait_for_ready);
    context_.set_initial_metadata_corked(true);
    stub->PrepareBidiStreamingCall(&context_, method, {}, this);
    StartRead(&incoming_);
    WriteNext();
    StartCall();
  }

  void Refuse(const absl::Status& status) { done_(status); }

  void OnWriteDone(bool ok) override {
    if (ok && !request_.done()) WriteNext();
  }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    std::vector<WireMessage> messages;
    const absl::Status status = reader_.Add(incoming_, &messages);
    incoming_.Clear();
    if (status.ok() && messages.empty()) {
      StartRead(&incoming_);
    } else if (status.ok()) {
      reply_ = std::move(messages[0]);
    } else {
      reply_ = status;
      context_.TryCancel();
    }
  }

  void OnDone(const grpc::Status& status) override {
    absl::Status cancelled;
    {
      MutexLock lock(&calls_->mu);
      calls_->live.erase(this);
      cancelled = cancelled_;
    }
    done_(Result(status, cancelled));
    delete this;
  }

  void Cancel(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(calls_->mu) {
    if (cancelled_.ok()) cancelled_ = status;
    context_.TryCancel();
  }

 private:
  void WriteNext() {
    FrameBuilder frame;
    frame.Add(&request_);
    outgoing_ = frame.Finish();
    if (request_.done()) {
      StartWriteLast(&outgoing_, grpc::WriteOptions());
    } else {
      StartWrite(&outgoing_);
    }
  }

  absl::StatusOr<WireMessage> Result(const grpc::Status& status, const absl::Status& cancelled) {
    // A reply that came is the truth, however the call ended after it.
    if (reply_.ok() || reply_.status().code() != absl::StatusCode::kUnknown)
      return std::move(reply_);
    if (!cancelled.ok()) return cancelled;
    if (status.ok()) return absl::InternalError(absl::StrCat(peer_, " sent no reply"));
    return Annotate(StatusFromGrpc(status), peer_);
  }

  const std::shared_ptr<Calls> calls_;
  const std::string peer_;
  grpc::ClientContext context_;
  MessageWriter request_;
  MessageReader reader_;
  grpc::ByteBuffer outgoing_, incoming_;
  absl::StatusOr<WireMessage> reply_;  // UNKNOWN until it is there
  absl::Status cancelled_ ABSL_GUARDED_BY(calls_->mu);
  Done done_;
};

RpcClient::RpcClient(std::shared_ptr<grpc::Channel> channel, std::string peer)
    : peer_(std::move(peer)), stub_(std::move(channel)), calls_(std::make_shared<Calls>()) {}

RpcClient::~RpcClient() { Close(absl::CancelledError(absl::StrCat(peer_, ": closed"))); }

void RpcClient::Call(const std::string& method, WireMessage request, const Options& options,
                     Done done) {
  auto writer = MessageWriter::Create(std::move(request), /*id=*/0);
  if (!writer.ok()) {
    done(writer.status());
    return;
  }
  auto call = std::make_unique<ClientCall>(calls_, peer_, *std::move(writer), std::move(done));
  absl::Status closed;
  {
    // Started under the lock, so that Close finds it started.
    MutexLock lock(&calls_->mu);
    closed = calls_->closed;
    if (closed.ok()) {
      calls_->live.insert(call.get());
      call.release()->Start(&stub_, method, options);
    }
  }
  if (!closed.ok()) call->Refuse(closed);
}

void RpcClient::Close(const absl::Status& status) {
  MutexLock lock(&calls_->mu);
  if (!calls_->closed.ok()) return;
  calls_->closed = status;
  for (ClientCall* call : calls_->live) call->Cancel(status);
}

}  // namespace millrace
