#include "core/runtime/node_cost.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "core/base/thread_pool.h"
#include "core/runtime/plan_impl.h"

namespace millrace {

void NodeCosts::Record(int32_t node, int64_t nanos) {
  constexpr int64_t kMax = std::numeric_limits<uint32_t>::max() / 4;
  const uint32_t now = static_cast<uint32_t>(std::clamp<int64_t>(nanos, 1, kMax));
  std::atomic<uint32_t>& cost = nanos_[node];
  const uint32_t before = cost.load(std::memory_order_relaxed);
  cost.store(before == 0 ? now : (3 * before + now) / 4, std::memory_order_relaxed);
}

void NodeCosts::EndMeasuredRun(const PlanImpl& plan) {
  if (plan.device->pool() == nullptr || plan.device->pool()->size() < 2) return;
  // The work in expensive kernels, against the longest chain of it: what a machine with no end of
  // threads would take.
  int64_t work = 0, longest = 0;
  std::vector<int64_t> start(plan.nodes.size(), 0);
  for (size_t i = 0; i < plan.nodes.size(); ++i) {
    const int64_t cost = expensive(i) ? nanos_[i].load(std::memory_order_relaxed) : 0;
    const int64_t end = start[i] + cost;
    work += cost;
    longest = std::max(longest, end);
    const PlanNode& node = plan.nodes[i];
    for (int32_t s = node.first_successor; s < node.first_successor + node.num_successors; ++s) {
      int64_t& next = start[plan.successors[s]];
      next = std::max(next, end);
    }
  }
  const int64_t gain = work - longest;
  parallel_pays_.store(gain > 4 * int64_t{kExpensiveNanos} && gain > work / 8,
                       std::memory_order_relaxed);
}

}  // namespace millrace
