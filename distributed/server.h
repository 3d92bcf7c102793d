// Server: makes this process a task of a cluster.
#ifndef MILLRACE_DISTRIBUTED_SERVER_H_
#define MILLRACE_DISTRIBUTED_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/graph/registry.h"
#include "core/runtime/device.h"
#include "distributed/channel.h"
#include "distributed/cluster_spec.h"
#include "distributed/worker_interface.h"

namespace millrace {

class ServerDef;  // protos/tensorflow_server.proto

struct ServerOptions {
  ClusterSpec cluster;
  std::string job;
  int task = 0;
  // Where to listen: -1, the port of the task's address in the cluster; 0, any free one (then only
  // clients that are told it find the task).
  int port = -1;
  // Without encryption, anyone who can connect can run graphs here, read and write files with them,
  // and so on. So a task whose address is not on the loopback interface starts only with this, or
  // with MILLRACE_INSECURE_NETWORK=1 in the environment, or with credentials that encrypt.
  bool allow_insecure_network = false;
  Credentials credentials = Credentials::Insecure();
  const Registry* registry = nullptr;  // required; must outlive the server
  // Further devices beside the CPU; each with the full name of one on this task, and as incarnation
  // the server's (see Create).
  using MakeDevices = std::vector<std::unique_ptr<Device>> (*)(const std::string& task,
                                                               uint64_t incarnation);
  MakeDevices make_devices = nullptr;
  absl::Duration lease = absl::Seconds(3);  // of its clients: LocalWorkerOptions::lease
};

// INVALID_ARGUMENT if the definition is wrong.
absl::StatusOr<ServerOptions> ServerOptionsFromProto(const ServerDef& def);

// Thread-safe. State (variables, queues, ...) lives in the process and outlives sessions.
class Server {
 public:
  // INVALID_ARGUMENT for a task that is not in the cluster; FAILED_PRECONDITION for a network
  // address without encryption, or in a child forked from a process that used the runtime.
  static absl::StatusOr<std::unique_ptr<Server>> Create(ServerOptions options);
  ~Server();  // as Stop

  // Listens. ALREADY_EXISTS if the port is in use, UNAVAILABLE if it cannot listen otherwise. A
  // second call does nothing.
  absl::Status Start();
  // Waits until Stop is called, here or by another task (ShutdownTask in grpc_session.h).
  void Join();
  // True if it was stopped within `timeout`.
  bool JoinWithTimeout(absl::Duration timeout);
  // Ends all steps with CANCELLED and listens no more. Idempotent. A stopped server stays so.
  void Stop();

  const TaskId& task() const;
  const ClusterSpec& cluster() const;
  int port() const;  // 0 before Start
  // "grpc://host:port", with which NewGrpcSession finds it.
  std::string target() const;
  // The task itself, for sessions in this process. Lives as long as the server.
  WorkerInterface* worker();
  const Credentials& credentials() const;

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace

#endif  // MILLRACE_DISTRIBUTED_SERVER_H_
