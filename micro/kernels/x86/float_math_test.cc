#include "micro/kernels/x86/float_math.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace millrace::micro::x86 {
namespace {

float First(__m256 x) { return _mm256_cvtss_f32(x); }

TEST(FloatMath, IsWithinAFewLastBits) {
  for (double x = -30.0; x <= 30.0; x += 1.0 / 512) {
    const __m256 v = _mm256_set1_ps(static_cast<float>(x));
    EXPECT_NEAR(First(Exp8(v)) / std::exp(x), 1.0, std::ldexp(1.0, -21)) << x;
    EXPECT_NEAR(First(Logistic8(v)) * (1.0 + std::exp(-x)), 1.0, std::ldexp(1.0, -20)) << x;
    if (x < 0.0) {
      EXPECT_NEAR(First(ExpLessOne8(v)) / std::expm1(x), 1.0, std::ldexp(1.0, -20)) << x;
    }
    if (x != 0.0) EXPECT_NEAR(First(Tanh8(v)) / std::tanh(x), 1.0, std::ldexp(1.0, -20)) << x;
  }
}

TEST(FloatMath, KeepsToItsLimits) {
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(First(Tanh8(_mm256_setzero_ps())), 0.0f);
  EXPECT_EQ(First(Tanh8(_mm256_set1_ps(1e-30f))), 1e-30f);
  EXPECT_EQ(First(ExpLessOne8(_mm256_set1_ps(-1e-30f))), -1e-30f);
  for (const float far : {100.0f, 1e30f, infinity}) {
    EXPECT_EQ(First(ExpLessOne8(_mm256_set1_ps(-far))), -1.0f);
    EXPECT_EQ(First(Tanh8(_mm256_set1_ps(far))), 1.0f);
    EXPECT_EQ(First(Tanh8(_mm256_set1_ps(-far))), -1.0f);
    EXPECT_EQ(First(Logistic8(_mm256_set1_ps(far))), 1.0f);
    EXPECT_NEAR(First(Logistic8(_mm256_set1_ps(-far))), 0.0f, 1e-37f);
    EXPECT_NEAR(First(Exp8(_mm256_set1_ps(-far))), 0.0f, 1e-37f);
  }
  for (const __m256 value : {ExpLessOne8(_mm256_set1_ps(NAN)), Exp8(_mm256_set1_ps(NAN)),
                             Logistic8(_mm256_set1_ps(NAN)), Tanh8(_mm256_set1_ps(NAN))}) {
    EXPECT_TRUE(std::isnan(First(value)));
  }
}

}  // namespace
}  // namespace millrace::micro::x86
