// Arena: the caller's memory, divided without a heap. What lasts (tables, op data, variables) is
// taken from the far end; what is planned (activations, scratch) lies at the near end, where
// bookkeeping lives too while ops are prepared. Several interpreters may share an arena, one
// invoked at a time: their lasting parts stack up, their planned parts overlay each other.
#ifndef MILLRACE_MICRO_CORE_ARENA_H_
#define MILLRACE_MICRO_CORE_ARENA_H_

#include <cstddef>
#include <cstdint>

#include "micro/core/status.h"

namespace millrace::micro {

class Arena {
 public:
  static constexpr size_t kAlignment = 16;

  // Both ends in one buffer. `buffer` is to be aligned to kAlignment; Usable says whether it is.
  Arena(void* buffer, size_t size) : Arena(buffer, size, buffer, size) {}
  // What lasts in one buffer, what is planned in another (fast) one.
  Arena(void* lasting, size_t lasting_size, void* planned, size_t planned_size);

  bool Usable() const { return usable_; }

  // Lasting memory, zeroed; nullptr when it does not fit.
  void* Allocate(size_t bytes, size_t alignment);
  // Makes the near end at least `bytes` long; false when it would meet the lasting end.
  bool Reserve(size_t bytes);

  uint8_t* planned() const { return planned_; }
  // Bytes of the near end: what is reserved for good, and what bookkeeping needed at most.
  size_t reserved() const { return reserved_; }
  // Bytes taken from the far end.
  size_t allocated() const { return static_cast<size_t>(lasting_end_ - lasting_); }
  // The size one buffer would need to hold all this, a near end of at least `planned` bytes, and
  // `lasting` bytes more.
  size_t Needed(size_t planned, size_t lasting) const {
    const size_t bytes = (planned > reserved_ ? planned : reserved_) + allocated() + lasting;
    return (bytes + kAlignment - 1) / kAlignment * kAlignment;
  }

 private:
  size_t PlannedRoom() const;

  uint8_t* planned_;
  uint8_t* planned_end_;    // of the buffer; in one buffer the limit is lasting_
  uint8_t* lasting_begin_;  // of the buffer
  uint8_t* lasting_;        // the lowest byte taken
  uint8_t* lasting_end_;
  size_t reserved_ = 0;
  bool one_buffer_;
  bool usable_;
};

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_CORE_ARENA_H_
