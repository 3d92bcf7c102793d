#include "distributed/cluster_spec.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/status.h"
#include "protos/cluster.pb.h"

namespace millrace {
namespace {

bool IsJobName(absl::string_view name) {
  if (name.empty() || !absl::ascii_isalpha(name[0])) return false;
  for (const char c : name) {
    if (!absl::ascii_isalnum(c) && c != '_') return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<ClusterSpec> ClusterSpec::Create(std::map<std::string, Tasks> jobs) {
  std::map<std::string, std::string> taken;
  for (const auto& [job, tasks] : jobs) {
    if (!IsJobName(job)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "cluster: '", job, "' is not a job name; use letters, digits and '_', a letter first"));
    }
    if (tasks.empty()) {
      return absl::InvalidArgumentError(absl::StrCat("cluster: job '", job, "' has no tasks"));
    }
    for (const auto& [index, address] : tasks) {
      const std::string who = absl::StrCat("cluster: task ", index, " of job '", job, "'");
      if (index < 0) return absl::InvalidArgumentError(absl::StrCat(who, ": a negative index"));
      auto parsed = ParseHostPort(address);
      if (!parsed.ok()) return Annotate(parsed.status(), who);
      if (parsed->port == 0) continue;
      auto [it, is_new] = taken.emplace(address, who);
      if (!is_new) {
        return absl::InvalidArgumentError(
            absl::StrCat(who, " has the address ", address, ", as ", it->second, " has"));
      }
    }
  }
  ClusterSpec spec;
  spec.jobs_ = std::move(jobs);
  return spec;
}

absl::StatusOr<ClusterSpec> ClusterSpec::FromProto(const ClusterDef& def) {
  std::map<std::string, Tasks> jobs;
  for (const auto& job : def.job()) {
    Tasks tasks(job.tasks().begin(), job.tasks().end());
    if (!jobs.emplace(job.name(), std::move(tasks)).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("cluster: job '", job.name(), "' is given twice"));
    }
  }
  return Create(std::move(jobs));
}

void ClusterSpec::ToProto(ClusterDef* def) const {
  for (const auto& [job, tasks] : jobs_) {
    auto* out = def->add_job();
    out->set_name(job);
    for (const auto& [index, address] : tasks) (*out->mutable_tasks())[index] = address;
  }
}

int ClusterSpec::num_tasks(absl::string_view job) const {
  const auto it = jobs_.find(std::string(job));
  return it == jobs_.end() ? 0 : static_cast<int>(it->second.size());
}

absl::StatusOr<std::string> ClusterSpec::Address(absl::string_view job, int task) const {
  const auto it = jobs_.find(std::string(job));
  if (it != jobs_.end()) {
    const auto found = it->second.find(task);
    if (found != it->second.end()) return found->second;
  }
  return absl::NotFoundError(
      absl::StrCat("there is no ", TaskName(job, task), " in the cluster ", DebugString()));
}

std::vector<std::string> ClusterSpec::TaskNames() const {
  std::vector<std::string> names;
  for (const auto& [job, tasks] : jobs_) {
    for (const auto& [index, address] : tasks) names.push_back(TaskName(job, index));
  }
  return names;
}

std::string ClusterSpec::DebugString() const {
  std::vector<std::string> parts;
  for (const auto& [job, tasks] : jobs_) {
    std::vector<std::string> addresses;
    int next = 0;
    for (const auto& [index, address] : tasks) {
      addresses.push_back(index == next ? address : absl::StrCat(index, "=", address));
      next = index + 1;
    }
    parts.push_back(absl::StrCat(job, ": ", absl::StrJoin(addresses, ", ")));
  }
  return absl::StrCat("{", absl::StrJoin(parts, "; "), "}");
}

std::string TaskName(absl::string_view job, int task) {
  return absl::StrCat("/job:", job, "/replica:0/task:", task);
}

absl::string_view TaskOfDevice(absl::string_view device) {
  return device.substr(0, device.find("/device:"));
}

absl::StatusOr<HostPort> ParseHostPort(absl::string_view address) {
  const auto wrong = [&](absl::string_view why) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", address, "' is not an address like \"host:2222\": ", why));
  };
  const size_t colon = address.rfind(':');
  if (colon == absl::string_view::npos) return wrong("it has no port");
  absl::string_view host = address.substr(0, colon);
  if (!host.empty() && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != absl::string_view::npos) {
    return wrong("an IPv6 address needs brackets");
  }
  if (host.empty()) return wrong("it has no host");
  for (const char c : host) {
    if (!absl::ascii_isgraph(c) || c == '/' || c == ',') return wrong("the host is malformed");
  }
  const absl::string_view digits = address.substr(colon + 1);
  HostPort result{std::string(host), 0};
  if (digits.empty() || digits.size() > 5 || !absl::ascii_isdigit(digits[0]) ||
      !absl::SimpleAtoi(digits, &result.port) || result.port > 65535) {
    return wrong("the port is not a number from 0 to 65535");
  }
  return result;
}

std::string JoinHostPort(absl::string_view host, int port) {
  const bool v6 = host.find(':') != absl::string_view::npos;
  return v6 ? absl::StrCat("[", host, "]:", port) : absl::StrCat(host, ":", port);
}

}  // namespace millrace
