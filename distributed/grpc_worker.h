// GrpcWorker: a task elsewhere, over gRPC.
#ifndef MILLRACE_DISTRIBUTED_GRPC_WORKER_H_
#define MILLRACE_DISTRIBUTED_GRPC_WORKER_H_

#include <memory>
#include <string>
#include <vector>

#include "distributed/channel.h"
#include "distributed/rpc_client.h"
#include "distributed/worker_interface.h"

namespace millrace {

// Thread-safe. Connects when first used. Heartbeats have a connection of their own, so that they do
// not queue behind tensors. RunGraph sends its request again, once, if the connection breaks under
// it: the task answers a request that it has had with what it answered then. All other calls fail
// at once. `done` callbacks run on threads of gRPC's.
class GrpcWorker final : public WorkerInterface {
 public:
  // `name` is for messages: "/job:ps/replica:0/task:0".
  GrpcWorker(const std::string& name, const std::string& address, const Credentials& credentials);

  void GetStatus(absl::Duration patience, Done<TaskStatus> done) override;
  void OpenSession(const OpenSessionRequest& request, StatusDone done) override;
  void CloseSession(uint64_t session, StatusDone done) override;
  void Heartbeat(uint64_t session, Done<HeartbeatReply> done) override;
  void RegisterGraph(RegisterGraphRequest request, Done<uint64_t> done) override;
  void DeregisterGraph(uint64_t session, uint64_t handle, StatusDone done) override;
  void RunGraph(RunGraphRequest request, Done<RunGraphReply> done) override;
  void AbortStep(uint64_t step_id, const absl::Status& reason, StatusDone done) override;
  void Reset(const std::vector<std::string>& containers, StatusDone done) override;
  void Shutdown(const std::string& reason, StatusDone done) override;

  // Ends every call, in flight or to come, with `status`: for a task that was found dead.
  void Close(const absl::Status& status);

 private:
  void CallForStatus(const char* method, WireMessage request, StatusDone done);

  // Calls in flight may outlive this.
  const std::shared_ptr<RpcClient> calls_;
  const std::shared_ptr<RpcClient> heartbeats_;
};

}  // namespace millrace

#endif  // MILLRACE_DISTRIBUTED_GRPC_WORKER_H_
