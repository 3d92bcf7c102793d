#include "core/runtime/frame.h"

#include <utility>

#include "core/runtime/plan_impl.h"

namespace millrace {

Frame::Frame(const PlanImpl& plan)
    : slots(std::make_unique<Tensor[]>(plan.num_slots)),
      joins(std::make_unique<std::atomic<int32_t>[]>(plan.join_counts.size())),
      plan(&plan) {}

void Frame::LoadArgs(std::vector<Tensor>& args) {
  for (const ArgSlot& arg : plan->args) {
    slots[arg.slot] = arg.last ? std::move(args[arg.index]) : Tensor(args[arg.index]);
    for (int32_t e = arg.first_edge; e < arg.first_edge + arg.num_edges; ++e) {
      const DataEdge& edge = plan->edges[e];
      if (edge.last) {
        slots[edge.to_slot] = std::move(slots[edge.from_slot]);
      } else {
        slots[edge.to_slot] = slots[edge.from_slot];
      }
    }
  }
}

std::vector<Tensor> Frame::TakeResults() {
  std::vector<Tensor> results(plan->num_results);
  for (const ResultSlot& result : plan->results) {
    results[result.index] = std::move(slots[result.slot]);
  }
  return results;
}

void Frame::Clear() {
  for (int i = 0; i < plan->num_slots; ++i) slots[i].Reset();
}

FramePool::~FramePool() {
  for (std::atomic<Frame*>& place : kept_) delete place.load(std::memory_order_acquire);
}

std::unique_ptr<Frame> FramePool::Take(const PlanImpl& plan) {
  for (std::atomic<Frame*>& place : kept_) {
    if (place.load(std::memory_order_relaxed) == nullptr) continue;
    if (Frame* frame = place.exchange(nullptr, std::memory_order_acq_rel)) {
      return std::unique_ptr<Frame>(frame);
    }
  }
  return std::make_unique<Frame>(plan);
}

void FramePool::Return(std::unique_ptr<Frame> frame) {
  for (std::atomic<Frame*>& place : kept_) {
    Frame* empty = nullptr;
    if (place.compare_exchange_strong(empty, frame.get(), std::memory_order_acq_rel,
                                      std::memory_order_relaxed)) {
      frame.release();
      return;
    }
  }
}

}  // namespace millrace
