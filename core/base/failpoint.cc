#include "core/base/failpoint.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "core/base/mutex.h"
#include "core/base/status.h"

namespace millrace {
namespace {

struct Armed {
  FailpointAction action;
  int64_t passes = 0;
};

using NamedActions = std::vector<std::pair<std::string, FailpointAction>>;

absl::Status Malformed(absl::string_view entry, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("Failpoint '", entry, "': ", why));
}

absl::StatusOr<FailpointAction> ParseAction(absl::string_view entry, absl::string_view text) {
  if (text == "kill") return FailpointAction::Kill();
  std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits(':', 1));
  if (parts.first == "sleep") {
    double seconds = 0;
    if (!absl::SimpleAtod(parts.second, &seconds)) return Malformed(entry, "sleep needs seconds");
    return FailpointAction::Sleep(absl::Seconds(seconds));
  }
  if (parts.first == "return") {
    std::pair<absl::string_view, absl::string_view> status =
        absl::StrSplit(parts.second, absl::MaxSplits(':', 1));
    const auto code = StatusCodeFromName(status.first);
    if (!code.has_value()) return Malformed(entry, "return needs a status code");
    return FailpointAction::Return(absl::Status(*code, status.second));
  }
  return Malformed(entry, "the action is none of kill, sleep:SECONDS, return:CODE:MESSAGE");
}

absl::StatusOr<NamedActions> ParseSpec(absl::string_view spec) {
  NamedActions result;
  for (absl::string_view entry : absl::StrSplit(spec, ';', absl::SkipWhitespace())) {
    const size_t equals = entry.find('=');
    if (equals == absl::string_view::npos) return Malformed(entry, "no '='");
    absl::string_view text = entry.substr(equals + 1);
    int64_t first_pass = 1;
    const size_t at = text.rfind('@');
    if (at != absl::string_view::npos) {
      if (!absl::SimpleAtoi(text.substr(at + 1), &first_pass)) {
        return Malformed(entry, "no number after '@'");
      }
      text = text.substr(0, at);
    }
    MR_ASSIGN_OR_RETURN(FailpointAction action, ParseAction(entry, text));
    result.emplace_back(entry.substr(0, equals), std::move(action).From(first_pass));
  }
  return result;
}

class Failpoints {
 public:
  // A misspelt spec must not let a test pass for the wrong reason: the process ends and says why.
  Failpoints() {
    const char* spec = getenv("MILLRACE_FAILPOINTS");
    if (spec == nullptr) return;
    auto actions = ParseSpec(spec);
    if (!actions.ok()) {
      fprintf(stderr, "MILLRACE_FAILPOINTS: %s\n", std::string(actions.status().message()).c_str());
      _Exit(2);
    }
    for (auto& [name, action] : *actions) Set(name, std::move(action));
  }

  void Set(absl::string_view name, FailpointAction action) {
    MutexLock lock(&mu_);
    armed_.insert_or_assign(std::string(name), Armed{std::move(action)});
    any_armed_.store(true);
  }

  void Clear(absl::string_view name) {
    MutexLock lock(&mu_);
    armed_.erase(name);
    any_armed_.store(!armed_.empty());
  }

  void ClearAll() {
    MutexLock lock(&mu_);
    armed_.clear();
    any_armed_.store(false);
  }

  int64_t Passes(absl::string_view name) {
    MutexLock lock(&mu_);
    auto it = armed_.find(name);
    return it == armed_.end() ? 0 : it->second.passes;
  }

  absl::Status Pass(absl::string_view name) {
    if (!any_armed_.load(std::memory_order_relaxed)) return absl::OkStatus();
    absl::Duration pause;
    {
      MutexLock lock(&mu_);
      auto it = armed_.find(name);
      if (it == armed_.end()) return absl::OkStatus();
      const FailpointAction& action = it->second.action;
      if (++it->second.passes < action.first_pass) return absl::OkStatus();
      if (action.kind == FailpointAction::Kind::kKill) raise(SIGKILL);
      if (action.kind == FailpointAction::Kind::kReturn) return action.status;
      pause = action.duration;
    }
    absl::SleepFor(pause);
    return absl::OkStatus();
  }

 private:
  std::atomic<bool> any_armed_{false};
  Mutex mu_;
  absl::flat_hash_map<std::string, Armed> armed_ ABSL_GUARDED_BY(mu_);
};

Failpoints& Global() {
  static Failpoints* const failpoints = new Failpoints;
  return *failpoints;
}

}  // namespace

void SetFailpoint(absl::string_view name, FailpointAction action) {
  Global().Set(name, std::move(action));
}

void ClearFailpoint(absl::string_view name) { Global().Clear(name); }

void ClearAllFailpoints() { Global().ClearAll(); }

int64_t FailpointPasses(absl::string_view name) { return Global().Passes(name); }

absl::Status SetFailpointsFromSpec(absl::string_view spec) {
  MR_ASSIGN_OR_RETURN(NamedActions actions, ParseSpec(spec));
  for (auto& [name, action] : actions) Global().Set(name, std::move(action));
  return absl::OkStatus();
}

namespace internal {

absl::Status PassFailpoint(absl::string_view name) { return Global().Pass(name); }

}  // namespace internal
}  // namespace millrace
