#include "micro/core/arena.h"

namespace millrace::micro {
namespace {

bool IsAligned(const void* p) { return reinterpret_cast<uintptr_t>(p) % Arena::kAlignment == 0; }

}  // namespace

Arena::Arena(void* lasting, size_t lasting_size, void* planned, size_t planned_size)
    : planned_(static_cast<uint8_t*>(planned)),
      planned_end_(planned_ + planned_size),
      lasting_begin_(static_cast<uint8_t*>(lasting)),
      // An end that is not aligned gives up its last bytes, so that `needed` is exact.
      lasting_(lasting_begin_ + lasting_size / kAlignment * kAlignment),
      lasting_end_(lasting_),
      one_buffer_(lasting == planned),
      usable_(lasting != nullptr && planned != nullptr && IsAligned(lasting) &&
              IsAligned(planned)) {}

size_t Arena::PlannedRoom() const {
  return static_cast<size_t>((one_buffer_ ? lasting_ : planned_end_) - planned_);
}

void* Arena::Allocate(size_t bytes, size_t alignment) {
  const uint8_t* floor = one_buffer_ ? planned_ + reserved_ : lasting_begin_;
  const size_t room = static_cast<size_t>(lasting_ - floor);
  if (bytes > room) return nullptr;
  const uintptr_t top = reinterpret_cast<uintptr_t>(lasting_) - bytes;
  const size_t padding = top % alignment;
  if (padding > room - bytes) return nullptr;
  lasting_ -= bytes + padding;
  __builtin_memset(lasting_, 0, bytes);
  return lasting_;
}

bool Arena::Reserve(size_t bytes) {
  if (bytes <= reserved_) return true;
  if (bytes > PlannedRoom()) return false;
  reserved_ = bytes;
  return true;
}

}  // namespace millrace::micro
