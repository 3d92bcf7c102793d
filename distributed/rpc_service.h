// RpcService: answers calls of RpcClient, and hands streams to who wants them.
#ifndef MILLRACE_DISTRIBUTED_RPC_SERVICE_H_
#define MILLRACE_DISTRIBUTED_RPC_SERVICE_H_

#include <grpcpp/generic/async_generic_service.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "distributed/wire_message.h"

namespace millrace {

// Thread-safe once it is registered; methods are added before. Handlers run on threads of gRPC's
// and must be short: what takes long goes to a pool. Lives until the server has shut down.
class RpcService final : public grpc::CallbackGenericService {
 public:
  using Reply = absl::AnyInvocable<void(WireMessage)>;
  // Calls `reply` once, from any thread, now or later.
  using Handler = std::function<void(WireMessage request, Reply reply)>;

  // The server's end of one stream. Used by one thread at a time.
  class StreamSink {
   public:
    virtual ~StreamSink() = default;
    // A status that is not OK ends the stream with it.
    virtual absl::Status OnMessage(WireMessage message) = 0;
    // No more will come. OK: the sender said so; else the connection or the sender is gone, or
    // OnMessage failed.
    virtual void OnEnd(const absl::Status& status) = 0;
  };
  using SinkFactory = std::function<std::unique_ptr<StreamSink>()>;

  void AddMethod(std::string method, Handler handler);
  void AddStream(std::string method, SinkFactory factory);

 private:
  class ServerCall;
  class ServerStream;
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override;

  absl::flat_hash_map<std::string, Handler> methods_;
  absl::flat_hash_map<std::string, SinkFactory> streams_;
};

}  // namespace millrace

#endif  // MILLRACE_DISTRIBUTED_RPC_SERVICE_H_
