#include "core/base/crc32c.h"

#include <gtest/gtest.h>

#include <string>

namespace millrace {
namespace {

// Bit by bit, from the definition: reflected polynomial 0x82f63b78.
uint32_t Slow(absl::string_view data) {
  uint32_t crc = ~0u;
  for (unsigned char c : data) {
    crc ^= c;
    for (int i = 0; i < 8; ++i) crc = crc & 1 ? crc >> 1 ^ 0x82f63b78u : crc >> 1;
  }
  return ~crc;
}

TEST(Crc32c, KnownValues) {  // RFC 3720, B.4.
  EXPECT_EQ(crc32c::Value("123456789"), 0xe3069283u);
  EXPECT_EQ(crc32c::Value(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(crc32c::Value(std::string(32, '\xff')), 0x62a8ab43u);
  EXPECT_EQ(crc32c::Value(""), 0u);
}

TEST(Crc32c, AgreesWithTheDefinitionAtEveryLengthAndOffset) {
  std::string data(10'000, 0);
  uint32_t x = 1;
  for (char& c : data) c = static_cast<char>((x = x * 1664525 + 1013904223) >> 24);
  for (size_t size : {1, 7, 8, 9, 1023, 3071, 3072, 3073, 6144, 7000, 9990}) {
    for (size_t offset : {0, 1, 5}) {
      const absl::string_view part = absl::string_view(data).substr(offset, size);
      EXPECT_EQ(crc32c::Value(part), Slow(part)) << size << " at " << offset;
      const size_t cut = part.size() / 3;
      EXPECT_EQ(crc32c::Extend(crc32c::Value(part.substr(0, cut)), part.substr(cut)), Slow(part));
    }
  }
}

TEST(Crc32c, MaskHasAnInverse) {
  const uint32_t crc = crc32c::Value("foo");
  EXPECT_NE(crc32c::Mask(crc), crc);
  EXPECT_EQ(crc32c::Unmask(crc32c::Mask(crc)), crc);
  EXPECT_EQ(crc32c::Mask(0), 0xa282ead8u);
  EXPECT_EQ(crc32c::Mask(0x00008000u), 0xa282ead9u);
}

}  // namespace
}  // namespace millrace
