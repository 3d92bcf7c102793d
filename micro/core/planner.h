// Packing of what lives for a while into as little memory as possible: each request has a size and
// the steps during which it is in use; two that are in use at the same step must not overlap.
#ifndef MILLRACE_MICRO_CORE_PLANNER_H_
#define MILLRACE_MICRO_CORE_PLANNER_H_

#include <cstddef>
#include <cstdint>

namespace millrace::micro {

struct PlanEntry {
  static constexpr uint32_t kUnplaced = 0xFFFFFFFF;

  uint32_t size = 0;
  uint32_t offset = kUnplaced;  // bytes from the start; set beforehand: must be there
  uint16_t first = 0;           // steps, both inclusive
  uint16_t last = 0;

  bool MeetsInTime(const PlanEntry& o) const { return first <= o.last && o.first <= last; }
  bool MeetsInSpace(const PlanEntry& o) const {
    return offset < o.offset + o.size && o.offset < offset + size;
  }
};

// Places every entry that has no offset, largest first, each at the lowest multiple of `alignment`
// where it fits; alignment is a power of two. Sets *total to the end of the highest. False when two
// entries that came with offsets collide. Takes no memory; quadratic in the number of entries.
// REQUIRES: sizes (each rounded up to alignment) sum up to less than 2^31, offsets are below it.
bool PlanGreedily(PlanEntry* entries, int count, uint32_t alignment, uint32_t* total);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_CORE_PLANNER_H_
