#include "micro/core/planner.h"

namespace millrace::micro {
namespace {

bool FixedOnesCollide(const PlanEntry* entries, int count) {
  for (int i = 0; i < count; ++i) {
    if (entries[i].offset == PlanEntry::kUnplaced) continue;
    for (int j = 0; j < i; ++j) {
      if (entries[j].offset != PlanEntry::kUnplaced && entries[i].MeetsInTime(entries[j]) &&
          entries[i].MeetsInSpace(entries[j])) {
        return true;
      }
    }
  }
  return false;
}

// nullptr when all are placed. Among equals the one that is in use first.
PlanEntry* LargestUnplaced(PlanEntry* entries, int count) {
  PlanEntry* best = nullptr;
  for (int i = 0; i < count; ++i) {
    if (entries[i].offset != PlanEntry::kUnplaced) continue;
    if (best == nullptr || entries[i].size > best->size ||
        (entries[i].size == best->size && entries[i].first < best->first)) {
      best = &entries[i];
    }
  }
  return best;
}

// Climbs over each placed entry in the way, until a round finds none.
void PlaceLowest(PlanEntry* entry, const PlanEntry* entries, int count, uint32_t alignment) {
  entry->offset = 0;
  for (bool moved = true; moved;) {
    moved = false;
    for (int i = 0; i < count; ++i) {
      const PlanEntry& other = entries[i];
      if (&other == entry || other.offset == PlanEntry::kUnplaced || !entry->MeetsInTime(other) ||
          !entry->MeetsInSpace(other)) {
        continue;
      }
      entry->offset = (other.offset + other.size + alignment - 1) & ~(alignment - 1);
      moved = true;
    }
  }
}

}  // namespace

bool PlanGreedily(PlanEntry* entries, int count, uint32_t alignment, uint32_t* total) {
  if (FixedOnesCollide(entries, count)) return false;
  while (PlanEntry* entry = LargestUnplaced(entries, count)) {
    PlaceLowest(entry, entries, count, alignment);
  }
  *total = 0;
  for (int i = 0; i < count; ++i) {
    const uint32_t end = entries[i].offset + entries[i].size;
    if (end > *total) *total = end;
  }
  return true;
}

}  // namespace millrace::micro
