#include "distributed/server.h"

#include <errno.h>
#include <grpcpp/server.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/logging.h"
#include "core/base/notification.h"
#include "core/base/random_id.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/device_name.h"
#include "distributed/local_socket.h"
#include "distributed/local_worker.h"
#include "distributed/periodic_thread.h"
#include "distributed/rpc_service.h"
#include "distributed/tensor_links.h"
#include "distributed/worker_service.h"
#include "protos/tensorflow_server.pb.h"

namespace millrace {
namespace {

// Why listening on the address fails: gRPC only says that it does.
absl::Status ListenError(const HostPort& address) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int error =
      getaddrinfo(address.host.c_str(), absl::StrCat(address.port).c_str(), &hints, &found);
  if (error != 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", address.host, ": ", gai_strerror(error)));
  }
  int reason = 0;
  const int fd = socket(found->ai_family, SOCK_STREAM, 0);
  const int yes = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  if (bind(fd, found->ai_addr, found->ai_addrlen) != 0 || listen(fd, 1) != 0) reason = errno;
  close(fd);
  freeaddrinfo(found);
  if (reason == EADDRINUSE || reason == 0) {
    return absl::AlreadyExistsError(absl::StrCat("port ", address.port,
                                                 " is already in use: another process listens on ",
                                                 JoinHostPort(address.host, address.port)));
  }
  return absl::UnavailableError(absl::StrCat(
      "cannot listen on ", JoinHostPort(address.host, address.port), ": ", strerror(reason)));
}

absl::StatusOr<HostPort> ListenAddress(const ServerOptions& options) {
  auto address = options.cluster.Address(options.job, options.task);
  if (!address.ok()) return absl::InvalidArgumentError(address.status().message());
  MR_ASSIGN_OR_RETURN(HostPort listen, ParseHostPort(*address));
  if (options.port >= 0) listen.port = options.port;
  if (listen.port > 65535) {
    return absl::InvalidArgumentError(absl::StrCat(options.port, " is not a port"));
  }
  const char* variable = getenv("MILLRACE_INSECURE_NETWORK");
  const bool insecure_network =
      options.allow_insecure_network || (variable != nullptr && strcmp(variable, "1") == 0);
  if (IsLoopback(listen.host) || options.credentials.encrypted) return listen;
  if (!insecure_network) {
    return absl::FailedPreconditionError(absl::StrCat(
        "task ", TaskName(options.job, options.task), " would listen on ", listen.host,
        " without encryption, and anyone who can connect could run programs here; if the network ",
        "is trusted, set MILLRACE_INSECURE_NETWORK=1"));
  }
  MR_LOG(WARNING) << "listening on " << listen.host << " without encryption";
  return listen;
}

std::shared_ptr<DeviceSet> MakeDevices(const ServerOptions& options, const TaskId& task) {
  std::vector<std::unique_ptr<Device>> devices;
  DeviceName cpu;
  cpu.job = options.job;
  cpu.replica = 0;
  cpu.task = options.task;
  cpu.type = "CPU";
  cpu.id = 0;
  devices.push_back(NewCpuDevice(cpu, task.incarnation, ComputePool()));
  if (options.make_devices != nullptr) {
    for (auto& device : options.make_devices(task.name, task.incarnation)) {
      devices.push_back(std::move(device));
    }
  }
  return std::make_shared<DeviceSet>(std::move(devices));
}

}  // namespace

struct Server::Impl {
  ServerOptions options;
  HostPort listen;
  TaskId task;
  std::unique_ptr<TensorLinks> links;
  std::unique_ptr<LocalWorker> worker;
  std::unique_ptr<RpcService> service;
  Notification stop_asked;

  Mutex mu;
  bool stopped ABSL_GUARDED_BY(mu) = false;
  int port ABSL_GUARDED_BY(mu) = 0;
  std::unique_ptr<grpc::Server> server ABSL_GUARDED_BY(mu);
  std::unique_ptr<PeriodicThread> watch ABSL_GUARDED_BY(mu);
};

absl::StatusOr<ServerOptions> ServerOptionsFromProto(const ServerDef& def) {
  ServerOptions options;
  MR_ASSIGN_OR_RETURN(options.cluster, ClusterSpec::FromProto(def.cluster()));
  options.job = def.job_name();
  options.task = def.task_index();
  if (def.port() != 0) options.port = def.port();
  if (!def.protocol().empty() && def.protocol() != "grpc") {
    return absl::InvalidArgumentError(
        absl::StrCat("server: the protocol is '", def.protocol(), "'; only 'grpc' is there"));
  }
  if (def.replica() != 0) return absl::InvalidArgumentError("server: replica must be 0");
  return options;
}

absl::StatusOr<std::unique_ptr<Server>> Server::Create(ServerOptions options) {
  if (ForkedAfterUse()) {
    return absl::FailedPreconditionError(
        "this process was forked from one that used Millrace; start a new one instead");
  }
  if (options.registry == nullptr) return absl::InvalidArgumentError("server: no registry");
  auto impl = std::make_unique<Impl>();
  MR_ASSIGN_OR_RETURN(impl->listen, ListenAddress(options));
  impl->task = {TaskName(options.job, options.task), RandomId()};
  impl->links = std::make_unique<TensorLinks>(impl->task, options.cluster, options.credentials);
  LocalWorkerOptions worker;
  worker.task = impl->task;
  worker.cluster = options.cluster;
  worker.devices = MakeDevices(options, impl->task);
  worker.registry = options.registry;
  worker.sender = impl->links.get();
  worker.lease = options.lease;
  worker.on_shutdown = [impl = impl.get()](const std::string& reason) {
    MR_LOG(INFO) << impl->task.name << " is asked to end: " << reason;
    impl->stop_asked.Notify();
  };
  impl->worker = std::make_unique<LocalWorker>(std::move(worker));
  impl->links->set_on_lost(
      [worker = impl->worker.get()](const std::string& task, const absl::Status& status) {
        worker->PeerLost(task, status);
      });
  impl->service = std::make_unique<RpcService>();
  AddWorkerMethods(impl->worker.get(), options.registry, impl->service.get());
  impl->options = std::move(options);
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() { Stop(); }

absl::Status Server::Start() {
  MutexLock lock(&impl_->mu);
  if (impl_->server != nullptr) return absl::OkStatus();
  if (impl_->stopped) return absl::FailedPreconditionError("the server was stopped");
  grpc::ServerBuilder builder;
  SetServerOptions(&builder);
  builder.AddListeningPort(JoinHostPort(impl_->listen.host, impl_->listen.port),
                           impl_->options.credentials.server, &impl_->port);
  const std::string local = LocalSocketToListen(impl_->listen);
  if (!local.empty() && !impl_->options.credentials.encrypted) {
    builder.AddListeningPort(local, impl_->options.credentials.server);
  }
  builder.RegisterCallbackGenericService(impl_->service.get());
  impl_->server = builder.BuildAndStart();
  if (impl_->server == nullptr) return ListenError(impl_->listen);
  impl_->watch = std::make_unique<PeriodicThread>(
      "mr-watch", absl::Milliseconds(100), [worker = impl_->worker.get()] { worker->Tick(); });
  MR_LOG(INFO) << impl_->task.name << " listens on port " << impl_->port;
  return absl::OkStatus();
}

void Server::Join() { impl_->stop_asked.WaitForNotification(); }

bool Server::JoinWithTimeout(absl::Duration timeout) {
  return impl_->stop_asked.WaitForNotificationWithTimeout(timeout);
}

void Server::Stop() {
  std::unique_ptr<grpc::Server> server;
  std::unique_ptr<PeriodicThread> watch;
  {
    MutexLock lock(&impl_->mu);
    if (impl_->stopped) return;
    impl_->stopped = true;
    server = std::move(impl_->server);
    watch = std::move(impl_->watch);
  }
  watch.reset();
  impl_->worker->Stop(absl::CancelledError(absl::StrCat(impl_->task.name, " is shutting down")));
  impl_->links->Close();
  if (server != nullptr) {
    // Replies of the steps that just ended get out; streams that others hold open are cut.
    server->Shutdown(std::chrono::system_clock::now() + std::chrono::milliseconds(200));
    server->Wait();
  }
  impl_->stop_asked.Notify();
}

const TaskId& Server::task() const { return impl_->task; }

const ClusterSpec& Server::cluster() const { return impl_->options.cluster; }

const Credentials& Server::credentials() const { return impl_->options.credentials; }

int Server::port() const {
  MutexLock lock(&impl_->mu);
  return impl_->port;
}

std::string Server::target() const {
  return absl::StrCat("grpc://", JoinHostPort(impl_->listen.host, port()));
}

WorkerInterface* Server::worker() { return impl_->worker.get(); }

}  // namespace millrace
