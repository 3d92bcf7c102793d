#include "distributed/channel.h"

#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/channel_arguments.h>

#include "absl/strings/match.h"

namespace millrace {
namespace {

// Receive windows that hold some chunks (wire_message.h), so that a sender need not wait for the
// receiver's acknowledgements.
constexpr int kWindowBytes = 16 << 20;
constexpr int kMaxHttp2FrameBytes = 1 << 20;

// gRPC 1.51 counts the users of its callback queue down wrongly when the last one goes while the
// queue's threads are ending, and aborts. One call on a channel that is never given back keeps the
// queue, and the library, for the life of the process.
struct UnansweredCall {
  std::shared_ptr<grpc::Channel> channel =
      grpc::CreateChannel("unix:/nonexistent", grpc::InsecureChannelCredentials());
  grpc::GenericStub stub{channel};
  grpc::ClientContext context;
  grpc::Slice nothing{""};
  grpc::ByteBuffer request{&nothing, 1}, response;

  UnansweredCall() {
    stub.UnaryCall(&context, "/none/None", {}, &request, &response, [](grpc::Status) {});
  }
};

void KeepGrpcAlive() {
  // volatile: the pointer stays in memory, where leak checkers find it.
  static UnansweredCall* volatile kept = new UnansweredCall;
  static_cast<void>(kept);
}

}  // namespace

Credentials Credentials::Insecure() {
  return {grpc::InsecureChannelCredentials(), grpc::InsecureServerCredentials(), false};
}

std::shared_ptr<grpc::Channel> NewChannel(const std::string& address,
                                          const Credentials& credentials) {
  KeepGrpcAlive();
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetMaxSendMessageSize(-1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 2000);  // also an attempt's time limit
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  arguments.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, kWindowBytes);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_FRAME_SIZE, kMaxHttp2FrameBytes);
  return grpc::CreateCustomChannel(address, credentials.channel, arguments);
}

void SetServerOptions(grpc::ServerBuilder* builder) {
  KeepGrpcAlive();
  builder->AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder->AddChannelArgument(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, kWindowBytes);
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MAX_FRAME_SIZE, kMaxHttp2FrameBytes);
  builder->SetMaxReceiveMessageSize(-1);
  builder->SetMaxSendMessageSize(-1);
}

bool IsLoopback(absl::string_view host) {
  return host == "localhost" || host == "::1" || absl::StartsWith(host, "127.");
}

}  // namespace millrace
