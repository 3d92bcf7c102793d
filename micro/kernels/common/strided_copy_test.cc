#include "micro/kernels/common/strided_copy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace millrace::micro {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

// Every walk of up to three dimensions against index arithmetic, for each size of element.
template <typename T>
void CheckAllWalks(TensorType type) {
  std::vector<T> source(60);
  for (int i = 0; i < 60; ++i) source[static_cast<size_t>(i)] = static_cast<T>(i + 1);
  for (const int64_t inner : {-1, 0, 1, 2}) {
    for (const int64_t outer : {-4, 0, 3, 4, 8}) {
      StridedCopy copy;
      copy.Add(2, 20, 12);
      copy.Add(3, outer, 4);
      copy.Add(4, inner, 1);
      std::vector<T> target(24), expected(24);
      for (int a = 0; a < 2; ++a) {
        for (int b = 0; b < 3; ++b) {
          for (int c = 0; c < 4; ++c) {
            expected[static_cast<size_t>(a * 12 + b * 4 + c)] =
                source[static_cast<size_t>(15 + a * 20 + b * outer + c * inner)];
          }
        }
      }
      copy.Run(type, source.data(), 15, target.data(), 0);
      EXPECT_THAT(target, ElementsAreArray(expected)) << inner << " " << outer;
    }
  }
}

TEST(StridedCopy, WalksAsIndicesDo) {
  CheckAllWalks<int8_t>(TensorType::kInt8);
  CheckAllWalks<int16_t>(TensorType::kInt16);
  CheckAllWalks<float>(TensorType::kFloat32);
  CheckAllWalks<int64_t>(TensorType::kInt64);
}

TEST(StridedCopy, SixteenBytesAnElement) {
  const std::vector<uint64_t> source = {1, 2, 3, 4, 5, 6};
  std::vector<uint64_t> target(6);
  StridedCopy copy;
  copy.Add(3, -1, 1);
  copy.Run(TensorType::kComplex128, source.data(), 2, target.data(), 0);
  EXPECT_THAT(target, ElementsAre(5, 6, 3, 4, 1, 2));
}

TEST(StridedCopy, HalfBytesKeepTheirNeighbours) {
  const uint8_t source[] = {0x21, 0x43, 0x65};
  std::vector<uint8_t> target = {0xFF, 0xFF};
  StridedCopy copy;
  copy.Add(2, 2, 1);
  copy.Run(TensorType::kInt4, source, 1, target.data(), 1);
  EXPECT_THAT(target, ElementsAre(0x2F, 0xF4));
}

TEST(StridedCopy, NothingAlongAnEmptyDimension) {
  StridedCopy copy;
  copy.Add(0, 1, 1);
  copy.Add(5, 1, 1);
  copy.Run(TensorType::kInt8, nullptr, 0, nullptr, 0);
}

TEST(StridedCopy, OneElementWithoutDimensions) {
  const int32_t source[] = {1, 2};
  int32_t target = 0;
  StridedCopy().Run(TensorType::kInt32, source, 1, &target, 0);
  EXPECT_EQ(target, 2);
}

}  // namespace
}  // namespace millrace::micro
