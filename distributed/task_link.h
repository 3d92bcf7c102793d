// TaskLink: a session's connection with one task.
#ifndef MILLRACE_DISTRIBUTED_TASK_LINK_H_
#define MILLRACE_DISTRIBUTED_TASK_LINK_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "core/base/mutex.h"
#include "core/graph/device_info.h"
#include "distributed/worker_interface.h"

namespace millrace {

// Numbers a session's runs on a task, and knows up to which all replies have come. Thread-safe.
class SequenceWindow {
 public:
  struct Number {
    int64_t sequence, acknowledged;
  };
  Number Begin();
  void End(int64_t sequence);

 private:
  Mutex mu_;
  int64_t last_ ABSL_GUARDED_BY(mu_) = 0;
  std::set<int64_t> open_ ABSL_GUARDED_BY(mu_);
};

// Thread-safe.
class TaskLink {
 public:
  // `on_lost`, if given, hears once that the task is lost.
  TaskLink(TaskStatus status, std::shared_ptr<WorkerInterface> worker, bool is_local,
           std::function<void(const absl::Status&)> on_lost = nullptr)
      : id(std::move(status.task)),
        devices(std::move(status.devices)),
        is_local(is_local),
        worker_(std::move(worker)),
        on_lost_(std::move(on_lost)) {}

  const TaskId id;
  const std::vector<DeviceInfo> devices;
  const bool is_local;  // in this process

  WorkerInterface* worker() const { return worker_.get(); }
  // OK while the task is well; then, for good, how it was lost.
  absl::Status health() const;
  void MarkLost(const absl::Status& status);

  SequenceWindow sequences;

 private:
  const std::shared_ptr<WorkerInterface> worker_;
  const std::function<void(const absl::Status&)> on_lost_;
  mutable Mutex mu_;
  absl::Status lost_ ABSL_GUARDED_BY(mu_);
};

}  // namespace millrace

#endif  // MILLRACE_DISTRIBUTED_TASK_LINK_H_
