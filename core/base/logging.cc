#include "core/base/logging.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/base/mutex.h"

namespace millrace {
namespace {

LogSeverity LevelFromEnvironment() {
  const char* text = getenv("MILLRACE_LOG");
  const absl::string_view name = text == nullptr ? "" : text;
  if (name == "INFO") return LogSeverity::kInfo;
  if (name == "ERROR") return LogSeverity::kError;
  if (name == "NONE") return LogSeverity::kNone;
  return LogSeverity::kWarning;
}

std::atomic<LogSeverity>& Level() {
  static std::atomic<LogSeverity> level{LevelFromEnvironment()};
  return level;
}

struct TaskName {
  Mutex mu;
  std::string name ABSL_GUARDED_BY(mu);
};

TaskName& GetTaskName() {
  static TaskName* const task_name = new TaskName;
  return *task_name;
}

}  // namespace

void SetLogLevel(LogSeverity lowest) { Level().store(lowest, std::memory_order_relaxed); }

LogSeverity LogLevel() { return Level().load(std::memory_order_relaxed); }

void SetLogTaskName(absl::string_view name) {
  TaskName& task_name = GetTaskName();
  MutexLock lock(&task_name.mu);
  task_name.name = std::string(name);
}

namespace internal {

LogMessage::LogMessage(LogSeverity severity, const char* file, int line) {
  absl::string_view name = file;
  name = name.substr(name.rfind('/') + 1);  // npos + 1 is 0.
  absl::StrAppend(&text_,
                  absl::FormatTime("%Y-%m-%d %H:%M:%E6S ", absl::Now(), absl::LocalTimeZone()),
                  absl::string_view("IWEN").substr(static_cast<int>(severity), 1), " ");
  {
    TaskName& task_name = GetTaskName();
    MutexLock lock(&task_name.mu);
    if (!task_name.name.empty()) absl::StrAppend(&text_, task_name.name, " ");
  }
  absl::StrAppend(&text_, name, ":", line, "] ");
}

LogMessage::~LogMessage() {
  text_ += '\n';
  absl::string_view rest = text_;
  while (!rest.empty()) {
    const ssize_t n = write(STDERR_FILENO, rest.data(), rest.size());
    if (n <= 0) return;  // Nobody is left to be told.
    rest.remove_prefix(n);
  }
}

bool LogIsDue(std::atomic<int64_t>* next_nanos, double seconds) {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  const int64_t nanos = int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
  int64_t next = next_nanos->load(std::memory_order_relaxed);
  return nanos >= next &&
         next_nanos->compare_exchange_strong(next, nanos + static_cast<int64_t>(seconds * 1e9));
}

}  // namespace internal
}  // namespace millrace
