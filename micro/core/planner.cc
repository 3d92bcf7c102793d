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

constexpr int kTries = 8;

bool AnyFixed(const PlanEntry* entries, int count) {
  for (int i = 0; i < count; ++i) {
    if (entries[i].offset != PlanEntry::kUnplaced) return true;
  }
  return false;
}

PlanEntry* Highest(PlanEntry* entries, int count) {
  PlanEntry* highest = entries;
  for (int i = 1; i < count; ++i) {
    if (entries[i].offset + entries[i].size > highest->offset + highest->size) {
      highest = &entries[i];
    }
  }
  return highest;
}

// Places those without an offset: the `early` ones, the last of them first, then the largest.
// Returns the end of the highest.
uint32_t PlaceAll(PlanEntry* entries, int count, uint32_t alignment, PlanEntry* const* early,
                  int early_count) {
  while (early_count > 0) {
    PlanEntry* entry = early[--early_count];
    if (entry->offset == PlanEntry::kUnplaced) PlaceLowest(entry, entries, count, alignment);
  }
  while (PlanEntry* entry = LargestUnplaced(entries, count)) {
    PlaceLowest(entry, entries, count, alignment);
  }
  if (count == 0) return 0;
  const PlanEntry* highest = Highest(entries, count);
  return highest->offset + highest->size;
}

uint32_t PlaceAnew(PlanEntry* entries, int count, uint32_t alignment, PlanEntry* const* early,
                   int early_count) {
  for (int i = 0; i < count; ++i) entries[i].offset = PlanEntry::kUnplaced;
  return PlaceAll(entries, count, alignment, early, early_count);
}

}  // namespace

uint32_t FullestStep(const PlanEntry* entries, int count, uint32_t alignment) {
  uint32_t most = 0;
  for (int i = 0; i < count; ++i) {
    // Use rises at first steps only.
    uint32_t used = 0;
    for (int j = 0; j < count; ++j) {
      if (entries[j].first <= entries[i].first && entries[i].first <= entries[j].last) {
        used += (entries[j].size + alignment - 1) & ~(alignment - 1);
      }
    }
    if (used > most) most = used;
  }
  return most;
}

bool PlanGreedily(PlanEntry* entries, int count, uint32_t alignment, uint32_t* total) {
  if (AnyFixed(entries, count)) {
    if (FixedOnesCollide(entries, count)) return false;
    *total = PlaceAll(entries, count, alignment, nullptr, 0);
    return true;
  }
  const uint32_t least = FullestStep(entries, count, alignment);
  PlanEntry* early[kTries];
  uint32_t best = PlanEntry::kUnplaced;
  int best_try = 0, tries = 0;
  do {
    *total = PlaceAnew(entries, count, alignment, early, tries);
    if (*total < best) best = *total, best_try = tries;
    early[tries++] = Highest(entries, count);
  } while (best > least && tries < kTries);
  if (*total > best) *total = PlaceAnew(entries, count, alignment, early, best_try);
  return true;
}

}  // namespace millrace::micro
