#include "distributed/task_config.h"

#include <stdlib.h>

#include <map>
#include <nlohmann/json.hpp>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/status.h"

namespace millrace {
namespace {

using Json = nlohmann::json;

absl::Status Wrong(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("TF_CONFIG: ", what));
}

absl::StatusOr<ClusterSpec::Tasks> ParseTasks(const std::string& job, const Json& value) {
  ClusterSpec::Tasks tasks;
  const auto add = [&](int index, const Json& address) -> absl::Status {
    if (!address.is_string()) {
      return Wrong(absl::StrCat("cluster['", job, "'][", index, "] is ", address.type_name(),
                                ", not \"host:port\""));
    }
    tasks[index] = address.get<std::string>();
    return absl::OkStatus();
  };
  if (value.is_array()) {
    int index = 0;
    for (const Json& address : value) MR_RETURN_IF_ERROR(add(index++, address));
  } else if (value.is_object()) {
    for (const auto& item : value.items()) {
      int index;
      if (!absl::SimpleAtoi(item.key(), &index)) {
        return Wrong(absl::StrCat("cluster['", job, "'] has the key '", item.key(),
                                  "', which is not a task index"));
      }
      MR_RETURN_IF_ERROR(add(index, item.value()));
    }
  } else {
    return Wrong(absl::StrCat("cluster['", job, "'] is ", value.type_name(),
                              ", neither a list nor a map of addresses"));
  }
  return tasks;
}

absl::StatusOr<int> ParseIndex(const Json& task) {
  const auto it = task.find("index");
  if (it == task.end()) return 0;
  int index = -1;
  if (it->is_number_integer()) {
    const int64_t value = it->get<int64_t>();
    if (value >= 0 && value <= INT32_MAX) index = static_cast<int>(value);
  } else if (it->is_string()) {
    if (!absl::SimpleAtoi(it->get<std::string>(), &index)) index = -1;
  }
  if (index < 0) return Wrong("task['index'] is not a task index");
  return index;
}

absl::StatusOr<SlurmOptions> SlurmOptionsFromEnvironment(GetEnv env) {
  SlurmOptions options;
  if (const auto jobs = env("MILLRACE_SLURM_JOBS")) {
    for (const absl::string_view part : absl::StrSplit(*jobs, ',', absl::SkipWhitespace())) {
      const std::pair<absl::string_view, absl::string_view> job = absl::StrSplit(part, ':');
      int count;
      if (!absl::SimpleAtoi(job.second, &count) || count < 1) {
        return absl::InvalidArgumentError(
            absl::StrCat("MILLRACE_SLURM_JOBS: '", part, "' is not like \"worker:3\""));
      }
      options.jobs.emplace_back(std::string(job.first), count);
    }
  }
  if (const auto port = env("MILLRACE_SLURM_PORT")) {
    if (!absl::SimpleAtoi(*port, &options.first_port)) {
      return absl::InvalidArgumentError(
          absl::StrCat("MILLRACE_SLURM_PORT: '", *port, "' is not a port"));
    }
  }
  return options;
}

}  // namespace

bool TaskConfig::is_chief() const {
  if (job == "chief") return true;
  return job == "worker" && task == 0 && cluster.num_tasks("chief") == 0;
}

absl::StatusOr<TaskConfig> ParseTfConfig(absl::string_view json) {
  const Json root = Json::parse(json.begin(), json.end(), nullptr, /*allow_exceptions=*/false);
  if (root.is_discarded()) return Wrong("it is not valid JSON");
  if (!root.is_object()) return Wrong(absl::StrCat("it is ", root.type_name(), ", not a map"));
  const auto cluster = root.find("cluster");
  if (cluster == root.end() || !cluster->is_object() || cluster->empty()) {
    return Wrong("'cluster' is missing or not a map of jobs");
  }
  std::map<std::string, ClusterSpec::Tasks> jobs;
  for (const auto& job : cluster->items()) {
    MR_ASSIGN_OR_RETURN(jobs[job.key()], ParseTasks(job.key(), job.value()));
  }
  TaskConfig config;
  auto spec = ClusterSpec::Create(std::move(jobs));
  if (!spec.ok()) return Annotate(spec.status(), "TF_CONFIG");
  config.cluster = *std::move(spec);

  const auto task = root.find("task");
  if (task == root.end() || !task->is_object()) return Wrong("'task' is missing or not a map");
  const auto type = task->find("type");
  if (type == task->end() || !type->is_string()) return Wrong("task['type'] is not a job's name");
  config.job = type->get<std::string>();
  MR_ASSIGN_OR_RETURN(config.task, ParseIndex(*task));
  auto address = config.cluster.Address(config.job, config.task);
  if (!address.ok()) return Wrong(address.status().message());
  return config;
}

absl::StatusOr<std::optional<TaskConfig>> TaskConfigFromEnvironment(GetEnv env) {
  if (const auto json = env("TF_CONFIG"); json && !json->empty()) {
    MR_ASSIGN_OR_RETURN(TaskConfig config, ParseTfConfig(*json));
    return std::optional<TaskConfig>(std::move(config));
  }
  const auto processes = env("SLURM_NTASKS");
  if (env("SLURM_PROCID") && processes && *processes != "1") {
    MR_ASSIGN_OR_RETURN(const SlurmOptions options, SlurmOptionsFromEnvironment(env));
    MR_ASSIGN_OR_RETURN(TaskConfig config, TaskConfigFromSlurm(options, env));
    return std::optional<TaskConfig>(std::move(config));
  }
  return std::optional<TaskConfig>();
}

absl::StatusOr<std::optional<TaskConfig>> TaskConfigFromEnvironment() {
  return TaskConfigFromEnvironment([](const char* name) -> std::optional<std::string> {
    const char* value = getenv(name);
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  });
}

}  // namespace millrace
