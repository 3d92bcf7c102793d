// Size classes of the caching allocator: steps of 64 bytes up to 512, then eight classes to each
// doubling, so that at most an eighth of a block is slack and every block size is a multiple of the
// alignment.
#ifndef MILLRACE_CORE_TENSOR_SIZE_CLASS_H_
#define MILLRACE_CORE_TENSOR_SIZE_CLASS_H_

#include <cstddef>
#include <cstdint>

namespace millrace {

// The class of the smallest block that holds `size` bytes. REQUIRES: 0 < size <= 2^62.
constexpr int SizeClass(size_t size) {
  if (size <= 512) return static_cast<int>((size + 63) / 64) - 1;
  const int lg = 63 - __builtin_clzll(size - 1);  // size lies in (2^lg, 2^(lg+1)], lg >= 9
  const int step = static_cast<int>((size - 1 - (size_t{1} << lg)) >> (lg - 3));
  return 8 + (lg - 9) * 8 + step;
}

// Bytes of a block of class `c`.
constexpr size_t SizeOfClass(int c) {
  if (c < 8) return static_cast<size_t>(c + 1) * 64;
  const int lg = 9 + (c - 8) / 8;
  const size_t step = static_cast<size_t>((c - 8) % 8 + 1);
  return (size_t{1} << lg) + (step << (lg - 3));
}

// Blocks up to this size are cached by thread; larger ones in the shared cache.
constexpr size_t kLargestSmallBlock = size_t{64} << 10;
constexpr int kNumSmallClasses = SizeClass(kLargestSmallBlock) + 1;

static_assert(SizeOfClass(kNumSmallClasses - 1) == kLargestSmallBlock,
              "the last small class is full");

}  // namespace millrace

#endif  // MILLRACE_CORE_TENSOR_SIZE_CLASS_H_
