// TaskConfig: which task of which cluster this process is, as its environment says.
#ifndef MILLRACE_DISTRIBUTED_TASK_CONFIG_H_
#define MILLRACE_DISTRIBUTED_TASK_CONFIG_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "distributed/cluster_spec.h"

namespace millrace {

struct TaskConfig {
  ClusterSpec cluster;
  std::string job;
  int task = 0;

  // The task that initialises or restores: the chief, or worker 0 where there is no job "chief".
  bool is_chief() const;
};

// Reads an environment variable; nullopt if it is not set.
using GetEnv = absl::FunctionRef<std::optional<std::string>(const char* name)>;

// The value of TF_CONFIG: {"cluster": {"ps": ["host:port"], "worker": {"0": "host:port"}},
// "task": {"type": "worker", "index": 0}}; other keys are passed over. INVALID_ARGUMENT, naming the
// key, if it is malformed or its task is not in its cluster.
absl::StatusOr<TaskConfig> ParseTfConfig(absl::string_view json);

// What Slurm gives each process of a job step: SLURM_PROCID, SLURM_STEP_NODELIST and
// SLURM_STEP_TASKS_PER_NODE (or the SLURM_JOB_ ones). Processes take the tasks of `jobs` (name,
// number of tasks) in order; the i-th process on a node listens on `first_port` + i.
// INVALID_ARGUMENT, naming the variable, if one is malformed or the processes are too few or many.
struct SlurmOptions {
  std::vector<std::pair<std::string, int>> jobs;  // empty: all are workers
  int first_port = 8888;
};
absl::StatusOr<TaskConfig> TaskConfigFromSlurm(const SlurmOptions& options, GetEnv env);
// "n[1-3,07],m" -> n1, n2, n3, n07, m. INVALID_ARGUMENT if malformed or over 65536 names.
absl::StatusOr<std::vector<std::string>> ExpandNodeList(absl::string_view list);

// From TF_CONFIG, else from Slurm, for a step of more than one process (MILLRACE_SLURM_JOBS=
// "ps:1,worker:3" and MILLRACE_SLURM_PORT set the options); nullopt where neither says anything:
// one task in this process.
absl::StatusOr<std::optional<TaskConfig>> TaskConfigFromEnvironment(GetEnv env);
absl::StatusOr<std::optional<TaskConfig>> TaskConfigFromEnvironment();

}  // namespace millrace

#endif  // MILLRACE_DISTRIBUTED_TASK_CONFIG_H_
