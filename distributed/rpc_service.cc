#include "distributed/rpc_service.h"

#include <grpcpp/support/server_callback.h>

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "distributed/status_codec.h"

namespace millrace {

// Reads a request, has it handled, writes the reply. Owns itself: goes when gRPC is through with
// it.
class RpcService::ServerCall final : public grpc::ServerGenericBidiReactor {
 public:
  explicit ServerCall(const Handler& handler) : handler_(handler) { StartRead(&incoming_); }

  void OnReadDone(bool ok) override {
    if (!ok) {
      Finish(grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "the request ended early"));
      return;
    }
    std::vector<WireMessage> messages;
    const absl::Status status = reader_.Add(incoming_, &messages);
    incoming_.Clear();
    if (!status.ok()) {
      Finish(StatusToGrpc(status));
    } else if (messages.empty()) {
      StartRead(&incoming_);
    } else {
      handler_(std::move(messages[0]), [this](WireMessage reply) { Answer(std::move(reply)); });
    }
  }

  void OnWriteDone(bool ok) override {
    if (ok) {
      WriteNext();
    } else {
      Finish(grpc::Status(grpc::StatusCode::CANCELLED, "the caller is gone"));
    }
  }

  void OnCancel() override {}
  void OnDone() override { delete this; }

 private:
  void Answer(WireMessage reply) {
    auto writer = MessageWriter::Create(std::move(reply), /*id=*/0);
    if (!writer.ok()) {
      Finish(StatusToGrpc(writer.status()));
      return;
    }
    reply_.emplace(*std::move(writer));
    WriteNext();
  }

  void WriteNext() {
    FrameBuilder frame;
    frame.Add(&*reply_);
    outgoing_ = frame.Finish();
    if (reply_->done()) {
      StartWriteAndFinish(&outgoing_, grpc::WriteOptions(), grpc::Status::OK);
    } else {
      StartWrite(&outgoing_);
    }
  }

  const Handler& handler_;
  MessageReader reader_;
  grpc::ByteBuffer incoming_, outgoing_;
  std::optional<MessageWriter> reply_;
};

// Reads messages until the caller ends. Owns itself.
class RpcService::ServerStream final : public grpc::ServerGenericBidiReactor {
 public:
  ServerStream(std::unique_ptr<StreamSink> sink, grpc::GenericCallbackServerContext* context)
      : context_(context), sink_(std::move(sink)) {
    StartRead(&incoming_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      End(context_->IsCancelled() ? absl::UnavailableError("the connection was lost")
                                  : absl::OkStatus());
      return;
    }
    std::vector<WireMessage> messages;
    absl::Status status = reader_.Add(incoming_, &messages);
    incoming_.Clear();
    for (WireMessage& message : messages) {
      if (status.ok()) status = sink_->OnMessage(std::move(message));
    }
    if (status.ok()) {
      StartRead(&incoming_);
    } else {
      End(status);
    }
  }

  void OnCancel() override {}
  void OnDone() override { delete this; }

 private:
  void End(const absl::Status& status) {
    sink_->OnEnd(status);
    Finish(StatusToGrpc(status));
  }

  grpc::GenericCallbackServerContext* const context_;
  const std::unique_ptr<StreamSink> sink_;
  MessageReader reader_;
  grpc::ByteBuffer incoming_;
};

namespace {

class Refusal final : public grpc::ServerGenericBidiReactor {
 public:
  explicit Refusal(const std::string& method) {
    Finish(grpc::Status(grpc::StatusCode::UNIMPLEMENTED,
                        absl::StrCat("there is no method ", method, " here")));
  }
  void OnDone() override { delete this; }
};

}  // namespace

void RpcService::AddMethod(std::string method, Handler handler) {
  methods_.emplace(std::move(method), std::move(handler));
}

void RpcService::AddStream(std::string method, SinkFactory factory) {
  streams_.emplace(std::move(method), std::move(factory));
}

grpc::ServerGenericBidiReactor* RpcService::CreateReactor(
    grpc::GenericCallbackServerContext* context) {
  if (const auto it = methods_.find(context->method()); it != methods_.end()) {
    return new ServerCall(it->second);
  }
  if (const auto it = streams_.find(context->method()); it != streams_.end()) {
    return new ServerStream(it->second(), context);
  }
  return new Refusal(context->method());
}

}  // namespace millrace
