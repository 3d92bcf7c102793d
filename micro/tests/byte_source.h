// ByteSource: decisions from bytes that a fuzzer makes.
#ifndef MILLRACE_MICRO_TESTS_BYTE_SOURCE_H_
#define MILLRACE_MICRO_TESTS_BYTE_SOURCE_H_

#include <cstddef>
#include <cstdint>

namespace millrace::micro {

// Behind the end of the bytes all is 0, which means: as it should be.
class ByteSource {
 public:
  ByteSource(const uint8_t* bytes, size_t size) : next_(bytes), end_(bytes + size) {}

  uint8_t Byte() { return next_ == end_ ? 0 : *next_++; }
  uint32_t Word() {
    uint32_t word = 0;
    for (int i = 0; i < 4; ++i) word = word << 8 | Byte();
    return word;
  }
  // low .. high
  int Pick(int low, int high) { return high <= low ? low : low + Byte() % (high - low + 1); }
  // In one of n bytes.
  bool Chance(int n) { return Byte() % n == n - 1; }

 private:
  const uint8_t* next_;
  const uint8_t* end_;
};

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_TESTS_BYTE_SOURCE_H_
