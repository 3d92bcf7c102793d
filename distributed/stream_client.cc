#include "distributed/stream_client.h"

#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/client_callback.h>

#include <deque>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "distributed/status_codec.h"

namespace millrace {

// Kept alive by its client and, from StartCall to OnDone, by itself.
class StreamClient::Stream final
    : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  Stream(std::shared_ptr<grpc::Channel> channel, std::string peer, OnEnd on_end)
      : peer_(std::move(peer)), stub_(std::move(channel)), on_end_(std::move(on_end)) {}

  void Start(const std::string& method, std::shared_ptr<Stream> self) {
    self_ = std::move(self);
    stub_.PrepareBidiStreamingCall(&context_, method, {}, this);
    AddHold();  // Writes come from outside the reactor's callbacks.
    StartRead(&incoming_);
    StartCall();
  }

  absl::Status Send(WireMessage message) {
    MutexLock lock(&mu_);
    if (!ended_.ok()) return ended_;
    MR_ASSIGN_OR_RETURN(MessageWriter writer, MessageWriter::Create(std::move(message), next_id_));
    ++next_id_;
    (writer.remaining() <= kSmallBytes ? small_ : large_).push_back(std::move(writer));
    WriteIfIdle();
    return absl::OkStatus();
  }

  void OnWriteDone(bool ok) override {
    MutexLock lock(&mu_);
    writing_ = false;
    if (ok) {
      WriteIfIdle();
    } else {
      End(absl::UnavailableError(absl::StrCat(peer_, ": the connection was lost")));
    }
  }

  // The receiver never writes: a read ends when the stream does. Why it did, OnDone hears.
  void OnReadDone(bool ok) override {
    MutexLock lock(&mu_);
    End(absl::UnavailableError(absl::StrCat(peer_, ": the connection was lost")));
  }

  void OnDone(const grpc::Status& status) override {
    absl::Status reason;
    {
      MutexLock lock(&mu_);
      // What the receiver said is better than that it hung up.
      const bool said = !status.ok() && status.error_code() != grpc::StatusCode::CANCELLED;
      if (said && !closed_by_us_) ended_ = Annotate(StatusFromGrpc(status), peer_);
      reason = ended_;
      small_.clear();
      large_.clear();
    }
    on_end_(reason);
    self_.reset();
  }

  void CloseByUs() {
    MutexLock lock(&mu_);
    if (!ended_.ok()) return;
    closed_by_us_ = true;
    context_.TryCancel();
    End(absl::CancelledError(absl::StrCat(peer_, ": the stream was closed")));
  }

 private:
  static constexpr size_t kSmallBytes = 64 << 10;

  void WriteIfIdle() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (writing_ || !ended_.ok() || (small_.empty() && large_.empty())) return;
    FrameBuilder frame;
    while (!small_.empty() && (frame.empty() || frame.HasRoomFor(small_.front()))) {
      frame.Add(&small_.front());
      small_.pop_front();
    }
    while (!large_.empty() && !frame.full()) {
      frame.Add(&large_.front());
      if (large_.front().done()) large_.pop_front();
    }
    outgoing_ = frame.Finish();
    writing_ = true;
    StartWrite(&outgoing_);
  }

  // Idempotent; the first reason stays.
  void End(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (!ended_.ok()) return;
    ended_ = status;
    RemoveHold();
  }

  const std::string peer_;
  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  OnEnd on_end_;
  std::shared_ptr<Stream> self_;
  grpc::ByteBuffer incoming_;

  Mutex mu_;
  absl::Status ended_ ABSL_GUARDED_BY(mu_);
  bool closed_by_us_ ABSL_GUARDED_BY(mu_) = false;
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  uint32_t next_id_ ABSL_GUARDED_BY(mu_) = 1;
  std::deque<MessageWriter> small_ ABSL_GUARDED_BY(mu_), large_ ABSL_GUARDED_BY(mu_);
  grpc::ByteBuffer outgoing_ ABSL_GUARDED_BY(mu_);
};

StreamClient::StreamClient(std::shared_ptr<grpc::Channel> channel, std::string peer,
                           const std::string& method, OnEnd on_end)
    : stream_(std::make_shared<Stream>(std::move(channel), std::move(peer), std::move(on_end))) {
  stream_->Start(method, stream_);
}

StreamClient::~StreamClient() { Close(); }

absl::Status StreamClient::Send(WireMessage message) { return stream_->Send(std::move(message)); }

void StreamClient::Close() { stream_->CloseByUs(); }

}  // namespace millrace
