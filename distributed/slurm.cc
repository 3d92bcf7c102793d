#include <algorithm>
#include <map>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/status.h"
#include "distributed/task_config.h"

namespace millrace {
namespace {

constexpr int kMaxProcesses = 65536;

// Splits at commas outside brackets.
std::vector<absl::string_view> SplitOutsideBrackets(absl::string_view list) {
  std::vector<absl::string_view> parts;
  size_t begin = 0;
  bool inside = false;
  for (size_t i = 0; i <= list.size(); ++i) {
    if (i < list.size() && list[i] == '[') inside = true;
    if (i < list.size() && list[i] == ']') inside = false;
    if (i == list.size() || (list[i] == ',' && !inside)) {
      parts.push_back(list.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  return parts;
}

// Adds "1-3" or "07" between `prefix` and `suffix`; numbers keep their leading zeros.
absl::Status AddRange(absl::string_view prefix, absl::string_view range, absl::string_view suffix,
                      std::vector<std::string>* names) {
  const std::pair<absl::string_view, absl::string_view> ends =
      absl::StrSplit(range, absl::MaxSplits('-', 1));
  const absl::string_view last_text =
      range.find('-') == absl::string_view::npos ? ends.first : ends.second;
  int first, last;
  if (!absl::SimpleAtoi(ends.first, &first) || !absl::SimpleAtoi(last_text, &last) || first < 0 ||
      last < first || last - first >= kMaxProcesses) {
    return absl::InvalidArgumentError(absl::StrCat("'", range, "' is not a range of numbers"));
  }
  for (int i = first; i <= last; ++i) {
    std::string digits = absl::StrCat(i);
    if (digits.size() < ends.first.size()) {
      digits.insert(0, ends.first.size() - digits.size(), '0');
    }
    names->push_back(absl::StrCat(prefix, digits, suffix));
  }
  return absl::OkStatus();
}

// "2(x3),1" -> 2, 2, 2, 1.
absl::StatusOr<std::vector<int>> ExpandCounts(absl::string_view list) {
  std::vector<int> counts;
  for (absl::string_view part : absl::StrSplit(list, ',')) {
    const std::pair<absl::string_view, absl::string_view> split =
        absl::StrSplit(part, absl::MaxSplits("(x", 1));
    int count, times = 1;
    absl::string_view times_text = split.second;
    const bool repeated = !times_text.empty();
    if (!absl::SimpleAtoi(split.first, &count) || count < 1 || count > kMaxProcesses ||
        (repeated && (times_text.back() != ')' ||
                      !absl::SimpleAtoi(times_text.substr(0, times_text.size() - 1), &times))) ||
        times < 1 || times > kMaxProcesses) {
      return absl::InvalidArgumentError(absl::StrCat("'", part, "' is not a number of tasks"));
    }
    counts.insert(counts.end(), times, count);
    if (counts.size() > kMaxProcesses) return absl::InvalidArgumentError("too many nodes");
  }
  return counts;
}

absl::StatusOr<std::pair<std::string, std::string>> FirstOf(GetEnv env, const char* a,
                                                            const char* b) {
  for (const char* name : {a, b}) {
    if (auto value = env(name)) return std::pair<std::string, std::string>(name, *value);
  }
  return absl::InvalidArgumentError(absl::StrCat("Slurm: neither ", a, " nor ", b, " is set"));
}

// "host:port" of each process, by its rank.
absl::StatusOr<std::vector<std::string>> ProcessAddresses(int first_port, GetEnv env) {
  MR_ASSIGN_OR_RETURN(const auto list, FirstOf(env, "SLURM_STEP_NODELIST", "SLURM_JOB_NODELIST"));
  auto nodes = ExpandNodeList(list.second);
  if (!nodes.ok()) return Annotate(nodes.status(), list.first);
  MR_ASSIGN_OR_RETURN(const auto tasks,
                      FirstOf(env, "SLURM_STEP_TASKS_PER_NODE", "SLURM_TASKS_PER_NODE"));
  auto counts = ExpandCounts(tasks.second);
  if (!counts.ok()) return Annotate(counts.status(), tasks.first);
  if (counts->size() != nodes->size()) {
    return absl::InvalidArgumentError(absl::StrCat(tasks.first, " speaks of ", counts->size(),
                                                   " nodes, ", list.first, " of ", nodes->size()));
  }
  std::vector<std::string> addresses;
  for (size_t node = 0; node < nodes->size(); ++node) {
    for (int i = 0; i < (*counts)[node]; ++i) {
      addresses.push_back(JoinHostPort((*nodes)[node], first_port + i));
      if (addresses.size() > kMaxProcesses) {
        return absl::InvalidArgumentError(absl::StrCat(tasks.first, ": too many processes"));
      }
    }
  }
  return addresses;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ExpandNodeList(absl::string_view list) {
  std::vector<std::string> names;
  for (const absl::string_view part : SplitOutsideBrackets(list)) {
    const size_t open = part.find('[');
    if (open == absl::string_view::npos) {
      if (part.empty()) return absl::InvalidArgumentError("an empty node name");
      names.emplace_back(part);
      continue;
    }
    const size_t close = part.find(']', open);
    if (close == absl::string_view::npos) {
      return absl::InvalidArgumentError(absl::StrCat("'", part, "' has no closing bracket"));
    }
    const absl::string_view suffix = part.substr(close + 1);
    if (suffix.find('[') != absl::string_view::npos) {
      return absl::InvalidArgumentError(absl::StrCat("'", part, "' has two ranges"));
    }
    for (absl::string_view range : absl::StrSplit(part.substr(open + 1, close - open - 1), ',')) {
      MR_RETURN_IF_ERROR(AddRange(part.substr(0, open), range, suffix, &names));
      if (names.size() > kMaxProcesses) return absl::InvalidArgumentError("too many nodes");
    }
  }
  return names;
}

absl::StatusOr<TaskConfig> TaskConfigFromSlurm(const SlurmOptions& options, GetEnv env) {
  MR_ASSIGN_OR_RETURN(const auto addresses, ProcessAddresses(options.first_port, env));
  const int num_processes = static_cast<int>(addresses.size());
  const auto rank_text = env("SLURM_PROCID");
  int rank;
  if (!rank_text || !absl::SimpleAtoi(*rank_text, &rank) || rank < 0 || rank >= num_processes) {
    return absl::InvalidArgumentError(absl::StrCat("SLURM_PROCID is '", rank_text.value_or(""),
                                                   "', with ", num_processes, " processes"));
  }
  auto jobs = options.jobs;
  if (jobs.empty()) jobs.emplace_back("worker", num_processes);

  TaskConfig config;
  std::map<std::string, ClusterSpec::Tasks> tasks;
  int next = 0;
  for (const auto& [job, count] : jobs) {
    for (int i = 0; i < count; ++i, ++next) {
      if (next >= num_processes) break;
      if (next == rank) {
        config.job = job;
        config.task = i;
      }
      tasks[job][i] = addresses[next];
    }
  }
  int64_t wanted = 0;
  for (const auto& job : jobs) wanted += job.second;
  if (wanted != num_processes) {
    return absl::InvalidArgumentError(absl::StrCat("Slurm started ", num_processes,
                                                   " processes, the jobs have ", wanted, " tasks"));
  }
  MR_ASSIGN_OR_RETURN(config.cluster, ClusterSpec::Create(std::move(tasks)));
  return config;
}

}  // namespace millrace
