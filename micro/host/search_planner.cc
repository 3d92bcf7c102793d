#include "micro/host/search_planner.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

namespace millrace::micro {
namespace {

class Search {
 public:
  Search(PlanEntry* entries, int count, uint32_t alignment)
      : entries_(entries), count_(count), mask_(alignment - 1), neighbours_(count), order_(count) {
    for (int i = 0; i < count; ++i) {
      for (int j = 0; j < count; ++j) {
        if (i != j && entries[i].MeetsInTime(entries[j])) neighbours_[i].push_back(j);
      }
    }
    std::iota(order_.begin(), order_.end(), 0);
    std::stable_sort(order_.begin(), order_.end(), [&](int a, int b) {
      if (entries[a].size != entries[b].size) return entries[a].size > entries[b].size;
      return entries[a].first < entries[b].first;
    });
  }

  uint32_t Run(int rounds) {
    const uint32_t least = FullestStep(entries_, count_, mask_ + 1);
    std::vector<int> order = order_;
    uint32_t best = PlaceInOrder(order);
    std::vector<int> best_order = order;
    std::mt19937 random(1);
    for (int round = 1; round < rounds && best > least && count_ > 1; ++round) {
      order = best_order;
      Change(&order, &random);
      const uint32_t total = PlaceInOrder(order);
      // As good will do: it leads out of dead ends.
      if (total > best) continue;
      best = total;
      best_order = order;
    }
    return PlaceInOrder(best_order);
  }

 private:
  // Moves an entry, mostly one that reaches the top, to an earlier place; now and then two.
  void Change(std::vector<int>* order, std::mt19937* random) const {
    const auto below = [&](int n) {
      return static_cast<int>((*random)() % static_cast<uint32_t>(n));
    };
    int from = below(count_);
    if (below(3) > 0) {
      uint32_t highest = 0;
      for (int i = 0; i < count_; ++i) {
        const PlanEntry& e = entries_[(*order)[i]];
        if (e.offset + e.size >= highest) highest = e.offset + e.size, from = i;
      }
    }
    std::rotate(order->begin() + below(from + 1), order->begin() + from, order->begin() + from + 1);
    if (below(4) == 0) std::swap((*order)[below(count_)], (*order)[below(count_)]);
  }

  uint32_t PlaceInOrder(const std::vector<int>& order) {
    for (int i = 0; i < count_; ++i) entries_[i].offset = PlanEntry::kUnplaced;
    uint32_t total = 0;
    for (const int i : order) {
      Place(i);
      total = std::max(total, entries_[i].offset + entries_[i].size);
    }
    return (total + mask_) & ~mask_;
  }

  void Place(int i) {
    taken_.clear();
    for (const int j : neighbours_[i]) {
      if (entries_[j].offset != PlanEntry::kUnplaced && entries_[j].size > 0) {
        taken_.push_back(
            {entries_[j].offset, (entries_[j].offset + entries_[j].size + mask_) & ~mask_});
      }
    }
    std::sort(taken_.begin(), taken_.end());
    uint32_t offset = 0;
    for (const auto& [begin, end] : taken_) {
      if (offset + entries_[i].size <= begin) break;
      offset = std::max(offset, end);
    }
    entries_[i].offset = offset;
  }

  PlanEntry* entries_;
  int count_;
  uint32_t mask_;
  std::vector<std::vector<int>> neighbours_;  // that are in use at the same time
  std::vector<int> order_;
  std::vector<std::pair<uint32_t, uint32_t>> taken_;
};

}  // namespace

uint32_t PlanBySearch(PlanEntry* entries, int count, uint32_t alignment, int rounds) {
  std::vector<PlanEntry> greedy(entries, entries + count);
  for (PlanEntry& entry : greedy) entry.offset = PlanEntry::kUnplaced;
  uint32_t total = 0;
  PlanGreedily(greedy.data(), count, alignment, &total);
  total = (total + alignment - 1) & ~(alignment - 1);
  const uint32_t found = Search(entries, count, alignment).Run(rounds);
  if (found <= total) return found;
  std::copy(greedy.begin(), greedy.end(), entries);
  return total;
}

}  // namespace millrace::micro
