#include "distributed/grpc_session.h"

#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "core/base/notification.h"
#include "core/base/random_id.h"
#include "core/base/status.h"
#include "distributed/grpc_worker.h"
#include "distributed/master_session.h"
#include "distributed/server.h"

namespace millrace {
namespace {

absl::StatusOr<std::string> AddressOfTarget(absl::string_view target) {
  absl::string_view address = target;
  if (!absl::ConsumePrefix(&address, "grpc://")) {
    return absl::InvalidArgumentError(
        absl::StrCat("session target '", target, "' is not like \"grpc://host:port\""));
  }
  MR_RETURN_IF_ERROR(ParseHostPort(address).status());
  return std::string(address);
}

absl::StatusOr<TaskStatus> AskStatus(const std::string& address, const Credentials& credentials,
                                     absl::Duration patience) {
  GrpcWorker worker("the session's target", address, credentials);
  Notification done;
  absl::StatusOr<TaskStatus> status;
  worker.GetStatus(patience, [&](absl::StatusOr<TaskStatus> result) {
    status = std::move(result);
    done.Notify();
  });
  done.WaitForNotification();
  return status;
}

absl::StatusOr<ClusterLinksOptions> LinkOptions(const GrpcSessionOptions& options) {
  ClusterLinksOptions links;
  links.session = RandomId();
  links.credentials = options.credentials;
  links.heartbeat = options.heartbeat;
  for (const std::string& filter : options.device_filters) {
    MR_ASSIGN_OR_RETURN(DeviceName name, DeviceName::Parse(filter));
    links.device_filters.push_back(std::move(name));
  }
  return links;
}

std::string ThisProcess() {
  char host[256] = "";
  gethostname(host, sizeof(host) - 1);
  return absl::StrCat("process ", getpid(), " on ", host);
}

// Waits for a call that ends with a status.
template <typename Call>
absl::Status Await(Call call) {
  Notification done;
  absl::Status status;
  call([&](const absl::Status& result) {
    status = result;
    done.Notify();
  });
  done.WaitForNotification();
  return status;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Session>> NewServerSession(const GrpcSessionOptions& options,
                                                          std::shared_ptr<Graph> graph,
                                                          Server* server) {
  MR_ASSIGN_OR_RETURN(ClusterLinksOptions links, LinkOptions(options));
  links.client = server->task();
  links.cluster = server->cluster();
  links.credentials = server->credentials();
  links.default_task = server->task().name;
  links.local_worker = std::shared_ptr<WorkerInterface>(server->worker(), [](WorkerInterface*) {});
  auto session =
      std::make_unique<MasterSession>(options.session, std::move(graph), std::move(links));
  MR_RETURN_IF_ERROR(session->Connect(absl::InfiniteDuration()));
  return session;
}

absl::StatusOr<std::unique_ptr<Session>> NewGrpcSession(const GrpcSessionOptions& options,
                                                        std::shared_ptr<Graph> graph,
                                                        absl::string_view target,
                                                        absl::Duration patience) {
  MR_ASSIGN_OR_RETURN(const std::string address, AddressOfTarget(target));
  MR_ASSIGN_OR_RETURN(ClusterLinksOptions links, LinkOptions(options));
  MR_ASSIGN_OR_RETURN(const TaskStatus status, AskStatus(address, options.credentials, patience));
  links.client = {ThisProcess(), 0};
  links.cluster = status.cluster;
  links.default_task = status.task.name;
  auto session =
      std::make_unique<MasterSession>(options.session, std::move(graph), std::move(links));
  MR_RETURN_IF_ERROR(session->Connect(patience));
  return session;
}

absl::Status ResetContainers(absl::string_view target, const std::vector<std::string>& containers,
                             const Credentials& credentials) {
  MR_ASSIGN_OR_RETURN(const std::string address, AddressOfTarget(target));
  MR_ASSIGN_OR_RETURN(const TaskStatus status, AskStatus(address, credentials, absl::Seconds(60)));
  absl::Status first;
  for (const auto& [job, tasks] : status.cluster.jobs()) {
    for (const auto& [index, task_address] : tasks) {
      GrpcWorker worker(TaskName(job, index), task_address, credentials);
      first.Update(Await(
          [&](WorkerInterface::StatusDone done) { worker.Reset(containers, std::move(done)); }));
    }
  }
  return first;
}

absl::Status ShutdownTask(absl::string_view address, const std::string& reason,
                          const Credentials& credentials) {
  MR_RETURN_IF_ERROR(ParseHostPort(address).status());
  GrpcWorker worker(absl::StrCat("task at ", address), std::string(address), credentials);
  return Await([&](WorkerInterface::StatusDone done) { worker.Shutdown(reason, std::move(done)); });
}

}  // namespace millrace
