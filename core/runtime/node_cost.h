// NodeCosts: how long the kernels of a plan take, and whether running them side by side would pay.
#ifndef MILLRACE_CORE_RUNTIME_NODE_COST_H_
#define MILLRACE_CORE_RUNTIME_NODE_COST_H_

#include <atomic>
#include <cstdint>
#include <memory>

namespace millrace {

struct PlanImpl;

// Thread-safe. Costs are estimates: some runs are measured, most are not.
class NodeCosts {
 public:
  // A kernel worth handing to another thread takes this long.
  static constexpr uint32_t kExpensiveNanos = 5000;

  void Init(int num_nodes) { nanos_ = std::make_unique<std::atomic<uint32_t>[]>(num_nodes); }

  // Counts a run; true if this one is to be measured: the second, the third (the first pays for
  // what is done once), and then one in 256.
  bool BeginRun() {
    const uint32_t n = runs_.fetch_add(1, std::memory_order_relaxed);
    return n == 1 || n == 2 || n % 256 == 255;
  }
  void Record(int32_t node, int64_t nanos);
  // Decides anew, from what was recorded. REQUIRES: plan's own costs.
  void EndMeasuredRun(const PlanImpl& plan);

  bool expensive(int32_t node) const {
    return nanos_[node].load(std::memory_order_relaxed) > kExpensiveNanos;
  }
  // True if kernels that could run at the same time take long enough.
  bool parallel_pays() const { return parallel_pays_.load(std::memory_order_relaxed); }

 private:
  std::unique_ptr<std::atomic<uint32_t>[]> nanos_;
  std::atomic<uint32_t> runs_{0};
  std::atomic<bool> parallel_pays_{false};
};

}  // namespace millrace

#endif  // MILLRACE_CORE_RUNTIME_NODE_COST_H_
