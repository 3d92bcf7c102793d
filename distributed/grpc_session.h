// Sessions over the tasks of a cluster: client and master in one. The process that runs a session
// compiles its steps and asks each task for its share.
#ifndef MILLRACE_DISTRIBUTED_GRPC_SESSION_H_
#define MILLRACE_DISTRIBUTED_GRPC_SESSION_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/graph/graph.h"
#include "core/runtime/session.h"
#include "distributed/cluster_links.h"

namespace millrace {

class Server;  // distributed/server.h

// A step contacts the tasks that it names, no others; the first waits for them to come up, later
// ones fail at once with UNAVAILABLE, naming the task, when it is gone. A session that lost a task
// does not get it back: create a new one. Resources live in the tasks and outlive sessions.
//
// `device_filters` ("/job:ps", "/job:worker/task:1"): only tasks that one matches, and the
// session's own, are used; none: all. INVALID_ARGUMENT if one does not parse.
struct GrpcSessionOptions {
  SessionOptions session;
  std::vector<std::string> device_filters;
  Credentials credentials = Credentials::Insecure();
  HeartbeatOptions heartbeat;
};

// From a task of the cluster, whose devices take the nodes that name none, without gRPC between.
// `*server` must be started and outlive the session.
absl::StatusOr<std::unique_ptr<Session>> NewServerSession(const GrpcSessionOptions& options,
                                                          std::shared_ptr<Graph> graph,
                                                          Server* server);

// From a process that need not be a task. `target` is "grpc://host:port" of any task of the
// cluster, whose devices take the nodes that name none. UNAVAILABLE or DEADLINE_EXCEEDED if nobody
// answers there within `patience`.
absl::StatusOr<std::unique_ptr<Session>> NewGrpcSession(
    const GrpcSessionOptions& options, std::shared_ptr<Graph> graph, absl::string_view target,
    absl::Duration patience = absl::Seconds(60));

// Empties containers (all: the default one) on every task of the target's cluster.
absl::Status ResetContainers(absl::string_view target, const std::vector<std::string>& containers,
                             const Credentials& credentials = Credentials::Insecure());

// Has a task's Server::Join return: how a chief ends its parameter servers.
absl::Status ShutdownTask(absl::string_view address, const std::string& reason,
                          const Credentials& credentials = Credentials::Insecure());

}  // namespace millrace

#endif  // MILLRACE_DISTRIBUTED_GRPC_SESSION_H_
