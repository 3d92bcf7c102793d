#include "micro/kernels/loops/copy_plane.h"

#include <gtest/gtest.h>

#include <vector>

namespace millrace::micro {
namespace {

// Rows of the target lie two elements apart; what is between them is left alone.
void ExpectCopied(int32_t rows, int32_t count, ptrdiff_t from_row, ptrdiff_t from, int bytes) {
  const ptrdiff_t to_row = count + 2;
  const auto size = static_cast<size_t>(bytes);
  const auto elements = static_cast<size_t>((rows - 1) * from_row + (count - 1) * from + 1);
  std::vector<uint8_t> source(elements * size);
  for (size_t i = 0; i < source.size(); ++i) source[i] = static_cast<uint8_t>(i * 73 + i / 251);
  std::vector<uint8_t> target(static_cast<size_t>(rows * to_row) * size, 7), expected = target;
  for (int32_t r = 0; r < rows; ++r) {
    for (int32_t i = 0; i < count; ++i) {
      for (int b = 0; b < bytes; ++b) {
        expected[static_cast<size_t>((r * to_row + i) * bytes + b)] =
            source[static_cast<size_t>((r * from_row + i * from) * bytes + b)];
      }
    }
  }
  CopyPlane({source.data(), target.data(), from_row, to_row, from, rows, count}, bytes);
  ASSERT_EQ(target, expected) << rows << " " << count << " of " << bytes;
}

TEST(CopyPlane, CopiesRowsOfAnyLength) {
  for (const int bytes : {1, 2, 4}) {
    for (int32_t count = 1; count < 150; ++count) ExpectCopied(3, count, count + 5, 1, bytes);
    for (const int32_t count : {511, 512, 513, 700}) ExpectCopied(2, count, count, 1, bytes);
    ExpectCopied(4, 9, -20 + 40, 1, bytes);
    ExpectCopied(4, 9, 0, 1, bytes);  // the same row again
  }
}

TEST(CopyPlane, TurnsPlanesOfAnySize) {
  for (const int bytes : {1, 2, 4}) {
    for (int32_t rows = 1; rows < 40; ++rows) {
      for (int32_t count = 1; count < 40; ++count) ExpectCopied(rows, count, 1, rows + 3, bytes);
    }
  }
}

}  // namespace
}  // namespace millrace::micro
