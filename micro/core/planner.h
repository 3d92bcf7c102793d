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

// The most bytes in use at one step, each entry rounded up to `alignment`: no plan needs less.
uint32_t FullestStep(const PlanEntry* entries, int count, uint32_t alignment);

// Places every entry that has no offset, largest first, each at the lowest multiple of `alignment`
// where it fits; alignment is a power of two. When the result is larger than the fullest step it
// tries again a few times, the entry that stuck out placed first, and keeps the best. Sets *total
// to the end of the highest. False when two entries that came with offsets collide (those that came
// with offsets are tried once only). Takes no memory; a try is quadratic in the number of entries.
// REQUIRES: sizes (each rounded up to alignment) sum up to less than 2^31, offsets are below it.
bool PlanGreedily(PlanEntry* entries, int count, uint32_t alignment, uint32_t* total);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_CORE_PLANNER_H_
