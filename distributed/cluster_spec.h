// ClusterSpec: who is in a cluster, by job and task.
#ifndef MILLRACE_DISTRIBUTED_CLUSTER_SPEC_H_
#define MILLRACE_DISTRIBUTED_CLUSTER_SPEC_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace millrace {

class ClusterDef;  // protos/cluster.proto

// A value. Jobs are sorted by name, tasks by index; indices may have gaps.
class ClusterSpec {
 public:
  using Tasks = std::map<int, std::string>;  // task index -> "host:port"

  ClusterSpec() = default;  // no job

  // INVALID_ARGUMENT, naming job and task, for a job name that is not [A-Za-z][A-Za-z0-9_]*, a
  // negative index, an address that is not "host:port" (or "[v6 address]:port"), or an address that
  // two tasks have. Port 0 is let through: a server asked for it takes any free one.
  static absl::StatusOr<ClusterSpec> Create(std::map<std::string, Tasks> jobs);
  static absl::StatusOr<ClusterSpec> FromProto(const ClusterDef& def);
  void ToProto(ClusterDef* def) const;

  const std::map<std::string, Tasks>& jobs() const { return jobs_; }
  bool empty() const { return jobs_.empty(); }
  // 0 for an unknown job.
  int num_tasks(absl::string_view job) const;
  // NOT_FOUND, listing what there is.
  absl::StatusOr<std::string> Address(absl::string_view job, int task) const;
  // "/job:ps/replica:0/task:0" of every task, in order.
  std::vector<std::string> TaskNames() const;
  // "{ps: 10.0.0.1:2222; worker: 10.0.0.2:2222, 10.0.0.3:2222}".
  std::string DebugString() const;

  bool operator==(const ClusterSpec& o) const { return jobs_ == o.jobs_; }

 private:
  std::map<std::string, Tasks> jobs_;
};

// "/job:JOB/replica:0/task:TASK".
std::string TaskName(absl::string_view job, int task);
// The task part of a full device name: "/job:ps/replica:0/task:0" of
// "/job:ps/replica:0/task:0/device:CPU:0"; the whole name if there is no device part.
absl::string_view TaskOfDevice(absl::string_view device);

// "host:port" taken apart. INVALID_ARGUMENT if it is not that.
struct HostPort {
  std::string host;  // without brackets
  int port = 0;
};
absl::StatusOr<HostPort> ParseHostPort(absl::string_view address);
std::string JoinHostPort(absl::string_view host, int port);

}  // namespace millrace

#endif  // MILLRACE_DISTRIBUTED_CLUSTER_SPEC_H_
