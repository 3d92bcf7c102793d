#include "micro/host/search_planner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace millrace::micro {
namespace {

constexpr uint32_t kAlignment = 16;
constexpr int kRounds = 2000;

std::vector<PlanEntry> RandomEntries(int count, int steps, std::mt19937* random) {
  std::vector<PlanEntry> entries(static_cast<size_t>(count));
  for (PlanEntry& e : entries) {
    e.size = static_cast<uint32_t>(1 + (*random)() % 60) * kAlignment;
    e.first = static_cast<uint16_t>((*random)() % static_cast<uint32_t>(steps));
    e.last = static_cast<uint16_t>(
        std::min<uint32_t>(static_cast<uint32_t>(steps) - 1, e.first + (*random)() % 5));
  }
  return entries;
}

uint32_t Greedily(std::vector<PlanEntry> entries) {
  uint32_t total = 0;
  EXPECT_TRUE(PlanGreedily(entries.data(), static_cast<int>(entries.size()), kAlignment, &total));
  return total;
}

void ExpectSound(const std::vector<PlanEntry>& entries) {
  for (size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(entries[i].offset % kAlignment, 0u);
    for (size_t j = 0; j < i; ++j) {
      EXPECT_FALSE(entries[i].MeetsInTime(entries[j]) && entries[i].MeetsInSpace(entries[j]));
    }
  }
}

TEST(PlanBySearch, IsSoundNeverWorseThanGreedyAndOftenBetter) {
  std::mt19937 random(5);
  int better = 0;
  for (int round = 0; round < 60; ++round) {
    std::vector<PlanEntry> entries =
        RandomEntries(5 + static_cast<int>(random() % 30), 12, &random);
    const int count = static_cast<int>(entries.size());
    const uint32_t greedy = Greedily(entries);
    const uint32_t least = FullestStep(entries.data(), count, kAlignment);
    const uint32_t found = PlanBySearch(entries.data(), count, kAlignment, kRounds);
    ExpectSound(entries);
    EXPECT_LE(found, greedy);
    EXPECT_GE(found, least);
    better += found < greedy;
  }
  EXPECT_GT(better, 3);
}

// All orders of six entries.
uint32_t Exhaustively(std::vector<PlanEntry> entries) {
  std::vector<size_t> order = {0, 1, 2, 3, 4, 5};
  uint32_t best = UINT32_MAX;
  do {
    uint32_t total = 0;
    for (PlanEntry& e : entries) e.offset = PlanEntry::kUnplaced;
    for (const size_t i : order) {
      // Placed one at a time, the others unseen.
      std::vector<PlanEntry> seen;
      for (const PlanEntry& e : entries) {
        if (e.offset != PlanEntry::kUnplaced) seen.push_back(e);
      }
      seen.push_back(entries[i]);
      EXPECT_TRUE(PlanGreedily(seen.data(), static_cast<int>(seen.size()), kAlignment, &total));
      entries[i].offset = seen.back().offset;
    }
    best = std::min(best, total);
  } while (std::next_permutation(order.begin(), order.end()));
  return best;
}

TEST(PlanBySearch, FindsTheBestOrderOfAFew) {
  std::mt19937 random(9);
  for (int round = 0; round < 8; ++round) {
    std::vector<PlanEntry> entries = RandomEntries(6, 5, &random);
    const uint32_t best = Exhaustively(entries);
    EXPECT_EQ(PlanBySearch(entries.data(), 6, kAlignment, kRounds), best);
  }
}

TEST(PlanBySearch, OfNothingIsNothing) { EXPECT_EQ(PlanBySearch(nullptr, 0, kAlignment, 10), 0u); }

}  // namespace
}  // namespace millrace::micro
