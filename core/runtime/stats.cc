#include "core/runtime/stats.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "core/base/clock.h"

namespace millrace {
namespace {

uint32_t ThreadNumber() {
  static std::atomic<uint32_t> next{0};
  thread_local const uint32_t number = next.fetch_add(1, std::memory_order_relaxed);
  return number;
}

}  // namespace

int64_t StatsCollector::NowNanos() { return RealClock()->NowNanos(); }

void StatsCollector::Record(const std::string& node, const std::string& op,
                            const std::string& device, int64_t start_ns, int64_t end_ns) {
  const uint32_t thread = ThreadNumber();
  MutexLock lock(&mu_);
  stats_.push_back({node, op, device, start_ns, end_ns, thread});
}

std::vector<NodeStats> StatsCollector::Take() {
  std::vector<NodeStats> taken;
  {
    MutexLock lock(&mu_);
    taken.swap(stats_);
  }
  std::stable_sort(taken.begin(), taken.end(),
                   [](const NodeStats& a, const NodeStats& b) { return a.start_ns < b.start_ns; });
  return taken;
}

}  // namespace millrace
