// RpcClient: calls with one request and one reply, to one task.
#ifndef MILLRACE_DISTRIBUTED_RPC_CLIENT_H_
#define MILLRACE_DISTRIBUTED_RPC_CLIENT_H_

#include <grpcpp/channel.h>
#include <grpcpp/generic/generic_stub.h>

#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "distributed/wire_message.h"

namespace millrace {

// Thread-safe. May be destroyed with calls in flight: they end with CANCELLED.
class RpcClient {
 public:
  // `peer` names the other side in messages ("/job:ps/replica:0/task:0 at 10.0.0.1:2222").
  RpcClient(std::shared_ptr<grpc::Channel> channel, std::string peer);
  ~RpcClient();

  struct Options {
    absl::Duration timeout = absl::InfiniteDuration();
    // Wait for a peer that does not listen yet, rather than fail with UNAVAILABLE.
    bool wait_for_ready = false;
  };
  // `done` runs once, on a thread of gRPC's or before Call returns: it must be short. UNAVAILABLE,
  // naming the peer, if the connection cannot be made or breaks; DEADLINE_EXCEEDED after the
  // timeout.
  using Done = absl::AnyInvocable<void(absl::StatusOr<WireMessage>)>;
  void Call(const std::string& method, WireMessage request, const Options& options, Done done);

  // Ends every call in flight, and each later one at once, with `status`. The first status stays.
  void Close(const absl::Status& status);

  const std::string& peer() const { return peer_; }

 private:
  class ClientCall;
  struct Calls;

  const std::string peer_;
  grpc::GenericStub stub_;
  std::shared_ptr<Calls> calls_;
};

}  // namespace millrace

#endif  // MILLRACE_DISTRIBUTED_RPC_CLIENT_H_
