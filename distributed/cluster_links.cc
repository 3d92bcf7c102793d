#include "distributed/cluster_links.h"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/logging.h"
#include "core/base/notification.h"
#include "core/base/status.h"
#include "distributed/grpc_worker.h"

namespace millrace {
namespace {

// How long one question for a task's status waits before it is asked again.
constexpr absl::Duration kPatience = absl::Milliseconds(500);

// Has an asynchronous call write its result here, whether or not the caller still waits for it.
template <typename T>
struct Answer {
  Notification ready;
  absl::StatusOr<T> value;
};
template <>
struct Answer<absl::Status> {
  Notification ready;
  std::optional<absl::Status> value;
};

DeviceName TaskAsDevice(const std::string& job, int task) {
  DeviceName name;
  name.job = job;
  name.replica = 0;
  name.task = task;
  return name;
}

}  // namespace

ClusterLinks::ClusterLinks(ClusterLinksOptions options)
    : options_(std::move(options)),
      monitor_(options_.session, options_.heartbeat, RealClock(),
               [this](const TaskId& task, const absl::Status& status) { Lost(task, status); }) {}

ClusterLinks::~ClusterLinks() { Close(); }

void ClusterLinks::Close() {
  if (closed_.exchange(true)) return;
  {
    MutexLock lock(&connect_mu_);
    heartbeat_thread_.reset();
  }
  std::vector<std::shared_ptr<Answer<absl::Status>>> answers;
  for (const auto& link : Connected()) {
    auto answer = std::make_shared<Answer<absl::Status>>();
    link->worker()->CloseSession(options_.session,
                                 [answer](const absl::Status&) { answer->ready.Notify(); });
    answers.push_back(std::move(answer));
  }
  const absl::Time deadline = absl::Now() + absl::Seconds(1);
  for (const auto& answer : answers) {
    answer->ready.WaitForNotificationWithTimeout(deadline - absl::Now());
  }
}

bool ClusterLinks::Allowed(const DeviceName& task) const {
  if (options_.device_filters.empty() || TaskName(*task.job, *task.task) == options_.default_task) {
    return true;
  }
  return std::any_of(options_.device_filters.begin(), options_.device_filters.end(),
                     [&](const DeviceName& filter) {
                       return (!filter.job || filter.job == task.job) &&
                              (!filter.task || filter.task == task.task);
                     });
}

std::vector<std::string> ClusterLinks::NeededTasks(const std::vector<std::string>& devices) const {
  std::set<std::string> needed = {options_.default_task};
  for (const std::string& device : devices) {
    const auto name = DeviceName::Parse(device);
    if (!name.ok() || !name->job) continue;
    const auto job = options_.cluster.jobs().find(*name->job);
    if (job == options_.cluster.jobs().end()) continue;
    for (const auto& [index, address] : job->second) {
      if (name->task && *name->task != index) continue;
      if (Allowed(TaskAsDevice(job->first, index))) needed.insert(TaskName(job->first, index));
    }
  }
  return {needed.begin(), needed.end()};
}

absl::Status ClusterLinks::Connect(const std::vector<std::string>& devices, absl::Time deadline,
                                   Cancellation* cancellation) {
  for (const std::string& task : NeededTasks(devices)) {
    std::shared_ptr<TaskLink> link = Find(task);
    if (link == nullptr) {
      MutexLock lock(&connect_mu_);
      link = Find(task);
      if (link == nullptr) {
        MR_RETURN_IF_ERROR(ConnectTask(task, deadline, cancellation));
        continue;
      }
    }
    MR_RETURN_IF_ERROR(link->health());
  }
  return absl::OkStatus();
}

absl::StatusOr<TaskStatus> ClusterLinks::AwaitTask(const std::string& task,
                                                   const std::string& address,
                                                   WorkerInterface* worker, absl::Time deadline,
                                                   Cancellation* cancellation) {
  const absl::Time begun = absl::Now();
  absl::Time next_line = begun + absl::Seconds(10);
  while (true) {
    if (closed_.load()) return absl::CancelledError("the session is closed");
    if (cancellation != nullptr && cancellation->IsCancelled()) return cancellation->status();
    auto answer = std::make_shared<Answer<TaskStatus>>();
    worker->GetStatus(kPatience, [answer](absl::StatusOr<TaskStatus> value) {
      answer->value = std::move(value);
      answer->ready.Notify();
    });
    answer->ready.WaitForNotification();
    const absl::StatusCode code = answer->value.status().code();
    if (code != absl::StatusCode::kDeadlineExceeded && code != absl::StatusCode::kUnavailable) {
      return std::move(answer->value);
    }
    if (absl::Now() >= deadline) {
      return absl::DeadlineExceededError(
          absl::StrCat("task ", task, " at ", address, " did not come up in time"));
    }
    if (absl::Now() >= next_line) {
      MR_LOG(WARNING) << "still waiting, since "
                      << absl::FormatDuration(absl::Trunc(absl::Now() - begun, absl::Seconds(1)))
                      << ", for task " << task << " at " << address;
      next_line += absl::Seconds(10);
    }
  }
}

absl::Status ClusterLinks::OpenSession(const TaskId& task, bool is_local, WorkerInterface* worker) {
  OpenSessionRequest request;
  request.session = options_.session;
  request.worker_incarnation = task.incarnation;
  request.client = options_.client;
  request.leased = !is_local;
  auto answer = std::make_shared<Answer<absl::Status>>();
  worker->OpenSession(request, [answer](const absl::Status& result) {
    answer->value.emplace(result);
    answer->ready.Notify();
  });
  answer->ready.WaitForNotification();
  return *answer->value;
}

absl::Status ClusterLinks::ConnectTask(const std::string& task, absl::Time deadline,
                                       Cancellation* cancellation) {
  const bool is_local = options_.local_worker != nullptr && task == options_.default_task;
  std::shared_ptr<WorkerInterface> worker = options_.local_worker;
  std::function<void(const absl::Status&)> on_lost;
  std::string address = "this process";
  if (!is_local) {
    MR_ASSIGN_OR_RETURN(const DeviceName name, DeviceName::Parse(task));
    MR_ASSIGN_OR_RETURN(address, options_.cluster.Address(*name.job, *name.task));
    auto remote = std::make_shared<GrpcWorker>(task, address, options_.credentials);
    worker = remote;
    on_lost = [remote](const absl::Status& lost) { remote->Close(lost); };
  }
  MR_ASSIGN_OR_RETURN(TaskStatus status,
                      AwaitTask(task, address, worker.get(), deadline, cancellation));
  if (status.task.name != task) {
    return absl::InvalidArgumentError(absl::StrCat("at ", address, " is task ", status.task.name,
                                                   ", not ", task,
                                                   "; the cluster's addresses are wrong"));
  }
  MR_RETURN_IF_ERROR(OpenSession(status.task, is_local, worker.get()));
  auto link = std::make_shared<TaskLink>(std::move(status), worker, is_local, std::move(on_lost));
  {
    MutexLock lock(&mu_);
    links_.emplace(task, link);
  }
  if (!is_local) {
    monitor_.Watch(link->id, std::move(worker));
    if (heartbeat_thread_ == nullptr) {
      heartbeat_thread_ = std::make_unique<PeriodicThread>("mr-heartbeat", absl::Milliseconds(100),
                                                           [this] { monitor_.Tick(); });
    }
  }
  return absl::OkStatus();
}

void ClusterLinks::Lost(const TaskId& task, const absl::Status& status) {
  MR_LOG(WARNING) << status;
  if (const auto link = Find(task.name)) link->MarkLost(status);
  if (options_.on_lost) options_.on_lost(task, status);
}

std::vector<std::shared_ptr<TaskLink>> ClusterLinks::Connected() const {
  std::vector<std::shared_ptr<TaskLink>> connected;
  {
    MutexLock lock(&mu_);
    for (const auto& [name, link] : links_) {
      if (link->health().ok()) connected.push_back(link);
    }
  }
  std::sort(connected.begin(), connected.end(), [&](const auto& a, const auto& b) {
    const bool a_last = a->id.name != options_.default_task;
    const bool b_last = b->id.name != options_.default_task;
    return std::tie(a_last, a->id.name) < std::tie(b_last, b->id.name);
  });
  return connected;
}

std::shared_ptr<TaskLink> ClusterLinks::Find(absl::string_view task) const {
  MutexLock lock(&mu_);
  const auto found = links_.find(task);
  return found == links_.end() ? nullptr : found->second;
}

}  // namespace millrace
