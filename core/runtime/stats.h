// StatsCollector: what the nodes of a traced step did, and when.
#ifndef MILLRACE_CORE_RUNTIME_STATS_H_
#define MILLRACE_CORE_RUNTIME_STATS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/mutex.h"

namespace millrace {

struct NodeStats {
  std::string node, op, device;
  int64_t start_ns = 0, end_ns = 0;  // monotonic
  uint32_t thread = 0;               // a small number for each thread that ran kernels
};

// Thread-safe. One a step; kernels of called functions are recorded too.
class StatsCollector {
 public:
  // Monotonic nanoseconds, as Record wants them.
  static int64_t NowNanos();

  void Record(const std::string& node, const std::string& op, const std::string& device,
              int64_t start_ns, int64_t end_ns);
  // What was recorded, by start; afterwards nothing is.
  std::vector<NodeStats> Take();

 private:
  Mutex mu_;
  std::vector<NodeStats> stats_ ABSL_GUARDED_BY(mu_);
};

}  // namespace millrace

#endif  // MILLRACE_CORE_RUNTIME_STATS_H_
