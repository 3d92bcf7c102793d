#include "core/base/crc32c.h"

#include <nmmintrin.h>

#include <cstring>

namespace millrace::crc32c {
namespace {

// The crc32 instruction takes three cycles but one can start each cycle, so three neighbouring
// blocks are summed at once. The sum of A followed by B is (sum of A moved over |B| zero bytes) ^
// (sum of B): a linear map, kept as four tables of bytes.
constexpr size_t kBlock = 1024;

uint64_t Load64(const uint8_t* p) {
  uint64_t value;
  std::memcpy(&value, p, sizeof(value));
  return value;
}

class SkipBlock {
 public:
  SkipBlock() {
    uint32_t image[32];  // Of each single bit.
    for (int bit = 0; bit < 32; ++bit) {
      uint64_t crc = uint32_t{1} << bit;
      for (size_t i = 0; i < kBlock; i += 8) crc = _mm_crc32_u64(crc, 0);
      image[bit] = static_cast<uint32_t>(crc);
    }
    for (int byte = 0; byte < 4; ++byte) {
      for (int value = 0; value < 256; ++value) {
        uint32_t sum = 0;
        for (int bit = 0; bit < 8; ++bit) {
          if (value >> bit & 1) sum ^= image[byte * 8 + bit];
        }
        table_[byte][value] = sum;
      }
    }
  }

  uint32_t operator()(uint32_t crc) const {
    return table_[0][crc & 255] ^ table_[1][crc >> 8 & 255] ^ table_[2][crc >> 16 & 255] ^
           table_[3][crc >> 24];
  }

 private:
  uint32_t table_[4][256];
};

}  // namespace

uint32_t Extend(uint32_t crc, const void* data, size_t size) {
  const auto* p = static_cast<const uint8_t*>(data);
  uint64_t sum = ~crc;
  if (size >= 3 * kBlock) {
    static const SkipBlock skip;
    for (; size >= 3 * kBlock; size -= 3 * kBlock, p += 3 * kBlock) {
      uint64_t second = 0, third = 0;
      for (size_t i = 0; i < kBlock; i += 8) {
        sum = _mm_crc32_u64(sum, Load64(p + i));
        second = _mm_crc32_u64(second, Load64(p + kBlock + i));
        third = _mm_crc32_u64(third, Load64(p + 2 * kBlock + i));
      }
      sum = skip(static_cast<uint32_t>(sum)) ^ second;
      sum = skip(static_cast<uint32_t>(sum)) ^ third;
    }
  }
  for (; size >= 8; size -= 8, p += 8) sum = _mm_crc32_u64(sum, Load64(p));
  auto narrow = static_cast<uint32_t>(sum);
  for (; size > 0; --size, ++p) narrow = _mm_crc32_u8(narrow, *p);
  return ~narrow;
}

}  // namespace millrace::crc32c
