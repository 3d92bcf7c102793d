#include "micro/core/planner.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace millrace::micro {
namespace {

constexpr uint32_t kAlignment = 16;

PlanEntry Entry(uint32_t size, uint16_t first, uint16_t last,
                uint32_t offset = PlanEntry::kUnplaced) {
  PlanEntry entry;
  entry.size = size;
  entry.first = first;
  entry.last = last;
  entry.offset = offset;
  return entry;
}

uint32_t Plan(std::vector<PlanEntry>* entries) {
  uint32_t total = 0;
  EXPECT_TRUE(PlanGreedily(entries->data(), static_cast<int>(entries->size()), kAlignment, &total));
  return total;
}

// What is in use at the fullest step: no plan needs less.
uint32_t LowerBound(const std::vector<PlanEntry>& entries, int steps) {
  uint32_t most = 0;
  for (int step = 0; step < steps; ++step) {
    uint32_t used = 0;
    for (const PlanEntry& e : entries) used += e.first <= step && step <= e.last ? e.size : 0;
    most = std::max(most, used);
  }
  return most;
}

void ExpectSound(const std::vector<PlanEntry>& entries) {
  for (size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(entries[i].offset % kAlignment, 0u);
    for (size_t j = 0; j < i; ++j) {
      EXPECT_FALSE(entries[i].MeetsInTime(entries[j]) && entries[i].MeetsInSpace(entries[j]))
          << i << " and " << j;
    }
  }
}

TEST(PlanGreedily, ChainNeedsTheTwoLargestNeighbours) {
  std::vector<PlanEntry> entries = {Entry(64, 0, 1), Entry(256, 1, 2), Entry(128, 2, 3),
                                    Entry(16, 3, 4)};
  EXPECT_EQ(Plan(&entries), 256u + 128u);
  ExpectSound(entries);
}

TEST(PlanGreedily, UsesTheGapBetweenOthers) {
  // The middle of three is gone when a small one comes.
  std::vector<PlanEntry> entries = {Entry(100, 0, 9), Entry(96, 0, 2), Entry(90, 0, 9),
                                    Entry(50, 3, 9)};
  Plan(&entries);
  EXPECT_EQ(entries[3].offset, entries[1].offset);
  ExpectSound(entries);
}

// Largest first alone puts the third above both others: 176 bytes, though no step has more than
// 144.
TEST(PlanGreedily, TriesAgainWhenAnEntrySticksOut) {
  std::vector<PlanEntry> entries = {Entry(96, 3, 3), Entry(48, 0, 2), Entry(32, 2, 3),
                                    Entry(96, 0, 1)};
  EXPECT_EQ(FullestStep(entries.data(), 4, kAlignment), 144u);
  EXPECT_EQ(Plan(&entries), 144u);
  ExpectSound(entries);
}

TEST(PlanGreedily, OfNothingIsNothing) {
  std::vector<PlanEntry> entries;
  EXPECT_EQ(Plan(&entries), 0u);
  entries = {Entry(0, 0, 3), Entry(0, 1, 2)};
  EXPECT_EQ(Plan(&entries), 0u);
}

TEST(PlanGreedily, RandomPlansAreSoundAndNoWorseThanNoSharing) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    constexpr int kSteps = 20;
    std::vector<PlanEntry> entries(1 + random() % 40);
    uint32_t sum = 0;
    for (PlanEntry& e : entries) {
      const auto first = static_cast<uint16_t>(random() % kSteps);
      const auto last = static_cast<uint16_t>(first + random() % (kSteps - first));
      e = Entry(random() % 1000, first, last);
      sum += (e.size + kAlignment - 1) / kAlignment * kAlignment;
    }
    const uint32_t total = Plan(&entries);
    ExpectSound(entries);
    EXPECT_GE(total, LowerBound(entries, kSteps));
    EXPECT_LE(total, sum);
    std::vector<PlanEntry> again = entries;
    for (PlanEntry& e : again) e.offset = PlanEntry::kUnplaced;
    EXPECT_EQ(Plan(&again), total) << "the same plan each time";
  }
}

TEST(PlanGreedily, KeepsOffsetsThatWereSet) {
  std::vector<PlanEntry> entries = {Entry(64, 0, 2), Entry(32, 1, 3, 16), Entry(48, 2, 4, 160)};
  EXPECT_EQ(Plan(&entries), 208u);
  EXPECT_EQ(entries[1].offset, 16u);
  EXPECT_EQ(entries[2].offset, 160u);
  ExpectSound(entries);
}

TEST(PlanGreedily, RefusesSetOffsetsThatCollide) {
  std::vector<PlanEntry> entries = {Entry(64, 0, 2, 0), Entry(32, 2, 3, 32)};
  uint32_t total = 0;
  EXPECT_FALSE(PlanGreedily(entries.data(), 2, kAlignment, &total));
  entries[1].first = 3;  // no longer at the same time
  EXPECT_TRUE(PlanGreedily(entries.data(), 2, kAlignment, &total));
}

}  // namespace
}  // namespace millrace::micro
