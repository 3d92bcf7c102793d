#include "tools/run/compare.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace millrace {
namespace {

const float kNan = std::nanf("");
const float kInf = std::numeric_limits<float>::infinity();

bool Same(float got, float expected, double rtol, double atol) {
  return Difference(Tensor::Scalar(got), Tensor::Scalar(expected), rtol, atol).empty();
}

TEST(CompareTest, TolerancesAreThoseOfTheExpectedValue) {
  EXPECT_TRUE(Same(101, 100, 0.01, 0));
  EXPECT_FALSE(Same(101.1f, 100, 0.01, 0));
  EXPECT_TRUE(Same(0.5f, 0, 0, 0.5));
  EXPECT_FALSE(Same(0.5f, 0, 10, 0));
}

TEST(CompareTest, SpecialValuesMatchThemselvesOnly) {
  EXPECT_TRUE(Same(kNan, kNan, 0, 0));
  EXPECT_FALSE(Same(kNan, 1, 1, 1));
  EXPECT_FALSE(Same(1, kNan, 1, 1));
  EXPECT_TRUE(Same(kInf, kInf, 0, 0));
  EXPECT_FALSE(Same(kInf, -kInf, 1, 1));
  EXPECT_FALSE(Same(1, kInf, 1, 1));
}

TEST(CompareTest, TypeShapeAndOtherElementsAreEqual) {
  EXPECT_FALSE(Difference(Tensor::Scalar(1), Tensor::Scalar(1.f), 1, 1).empty());
  EXPECT_FALSE(Difference(Tensor::Scalar(1), Tensor::Vector<int32_t>({1}), 1, 1).empty());
  EXPECT_FALSE(Difference(Tensor::Scalar(1), Tensor::Scalar(2), 1, 1).empty());
  EXPECT_TRUE(Difference(Tensor::Scalar("a"), Tensor::Scalar("a"), 0, 0).empty());
  EXPECT_FALSE(Difference(Tensor::Scalar("a"), Tensor::Scalar("b"), 1, 1).empty());
  EXPECT_FALSE(Difference(Tensor(), Tensor::Scalar(2), 1, 1).empty());
}

TEST(CompareTest, ComplexValuesAreComparedByDistance) {
  const auto a = Tensor::Scalar(std::complex<float>(3, 4));
  EXPECT_TRUE(Difference(Tensor::Scalar(std::complex<float>(3, 4.5f)), a, 0.1, 0).empty());
  EXPECT_FALSE(Difference(Tensor::Scalar(std::complex<float>(3, 4.6f)), a, 0.1, 0).empty());
}

}  // namespace
}  // namespace millrace
