// Log lines on stderr: MR_LOG(WARNING) << "worker " << name << " is gone";
//
//   2026-11-24 14:30:44.123456 W worker:1 master.cc:120] worker /job:worker/task:2 is gone
//
// Only lines of MILLRACE_LOG's severity (INFO, WARNING, ERROR or NONE; WARNING by default) and
// above are made; what is streamed into others is not evaluated. Any thread; a line is written in
// one piece.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace millrace {

enum class LogSeverity { kInfo = 0, kWarning = 1, kError = 2, kNone = 3 };

// Overrides MILLRACE_LOG: the lowest severity that is written; kNone for silence.
void SetLogLevel(LogSeverity lowest);
LogSeverity LogLevel();

// Names this process's task ("worker:1") in every later line; "" for none.
void SetLogTaskName(absl::string_view name);

namespace internal {

inline constexpr LogSeverity kLogINFO = LogSeverity::kInfo;
inline constexpr LogSeverity kLogWARNING = LogSeverity::kWarning;
inline constexpr LogSeverity kLogERROR = LogSeverity::kError;

// Collects one line and writes it when it goes.
class LogMessage {
 public:
  LogMessage(LogSeverity severity, const char* file, int line);
  ~LogMessage();
  LogMessage(const LogMessage&) = delete;
  LogMessage& operator=(const LogMessage&) = delete;

  // Whatever absl::StrCat takes, and statuses, bool and char.
  template <typename T>
  LogMessage& operator<<(const T& value) {
    absl::StrAppend(&text_, value);
    return *this;
  }
  LogMessage& operator<<(const absl::Status& status) { return *this << status.ToString(); }
  LogMessage& operator<<(bool value) { return *this << (value ? "true" : "false"); }
  LogMessage& operator<<(char value) { return *this << absl::string_view(&value, 1); }

 private:
  std::string text_;
};

// Makes the type of a log statement void, with a precedence below << and above ?:.
struct LogVoidify {
  void operator&(const LogMessage&) {}
};

// True when *next_nanos (monotonic) has come; then moves it `seconds` ahead.
bool LogIsDue(std::atomic<int64_t>* next_nanos, double seconds);

}  // namespace internal
}  // namespace millrace

#define MR_LOG(severity) \
  MR_LOG_IF_INTERNAL_(severity, ::millrace::internal::kLog##severity >= ::millrace::LogLevel())

// At most one line in `seconds` from this place in the code.
#define MR_LOG_EVERY_N_SEC(severity, seconds)                                              \
  MR_LOG_IF_INTERNAL_(                                                                     \
      severity, ::millrace::internal::kLog##severity >= ::millrace::LogLevel() &&          \
                    [](double mr_log_seconds) {                                            \
                      static std::atomic<int64_t> mr_log_next{0};                          \
                      return ::millrace::internal::LogIsDue(&mr_log_next, mr_log_seconds); \
                    }(seconds))

#define MR_LOG_IF_INTERNAL_(severity, condition)                                            \
  !(condition) ? (void)0                                                                    \
               : ::millrace::internal::LogVoidify() &                                       \
                     ::millrace::internal::LogMessage(::millrace::internal::kLog##severity, \
                                                      __FILE__, __LINE__)
