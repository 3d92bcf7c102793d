// Values are held against TensorFlow's in tests/conformance; here properties and bad input.
#include <cmath>
#include <limits>
#include <utility>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterRandomBinomial(Registry& r);
absl::Status RegisterParameterizedTruncatedNormal(Registry& r);

namespace {

struct RandomBinomialTest : OpTest {
  RandomBinomialTest() : OpTest({RegisterRandomBinomial, RegisterParameterizedTruncatedNormal}) {}
};

// Mean and variance of so many numbers.
std::pair<double, double> MeanAndVariance(const Tensor& t, int64_t first, int64_t stride) {
  double sum = 0, squares = 0, n = 0;
  for (int64_t i = first; i < t.num_elements(); i += stride, ++n) {
    const double v = t.data<double>()[i];
    sum += v;
    squares += v * v;
  }
  return {sum / n, squares / n - sum / n * (sum / n)};
}

TEST_F(RandomBinomialTest, HasTheLawsMoments) {
  // By waiting times, by rejection, and both from the other side.
  const double counts[] = {10, 1000, 30, 2000}, probs[] = {0.2, 0.3, 0.9, 0.75};
  constexpr int64_t kSamples = 4000;
  const Tensor out = Run1(
      "StatelessRandomBinomial",
      {Tensor::Vector<int64_t>({kSamples, 4}), Tensor::Vector<int64_t>({3, 4}),
       Tensor::Vector<double>({10, 1000, 30, 2000}), Tensor::Vector<double>({0.2, 0.3, 0.9, 0.75})},
      {{"dtype", DType::kDouble}});
  for (int k = 0; k < 4; ++k) {
    const auto [mean, variance] = MeanAndVariance(out, k, 4);
    const double wanted = counts[k] * probs[k] * (1 - probs[k]);
    EXPECT_NEAR(mean, counts[k] * probs[k], 5 * std::sqrt(wanted / kSamples)) << k;
    EXPECT_NEAR(variance, wanted, 0.15 * wanted) << k;
  }
}

TEST_F(RandomBinomialTest, EndsOfTheParametersAreCertain) {
  EXPECT_TENSOR_EQ(
      Run1("StatelessRandomBinomial",
           {Tensor::Vector<int32_t>({4}), Tensor::Vector<int64_t>({1, 2}),
            Tensor::Vector<double>({7, 7, 0, -2}), Tensor::Vector<double>({0, 1, 0.5, 0.5})}),
      Tensor::Vector<int64_t>({0, 7, 0, 0}));
  const Tensor none = Run1("StatelessRandomBinomial",
                           {Tensor::Vector<int32_t>({1}), Tensor::Vector<int64_t>({1, 2}),
                            Tensor::Scalar<double>(std::numeric_limits<double>::infinity()),
                            Tensor::Scalar<double>(0.5)},
                           {{"dtype", DType::kDouble}});
  EXPECT_TRUE(std::isnan(none.data<double>()[0]));
}

TEST_F(RandomBinomialTest, TruncatedNormalsStayWithinTheirBounds) {
  const double inf = std::numeric_limits<double>::infinity();
  const double lows[] = {-1, 3, -inf, 5, -0.1}, highs[] = {2, 3.5, -4, inf, 0.1};
  const Tensor out = Run1("StatelessParameterizedTruncatedNormal",
                          {Tensor::Vector<int32_t>({500, 5}), Tensor::Vector<int64_t>({1, 2}),
                           Tensor::Scalar<double>(0), Tensor::Scalar<double>(1),
                           Tensor::Vector<double>({-1, 3, -inf, 5, -0.1}),
                           Tensor::Vector<double>({2, 3.5, -4, inf, 0.1})});
  for (int64_t i = 0; i < out.num_elements(); ++i) {
    EXPECT_GE(out.data<double>()[i], lows[i % 5]);
    EXPECT_LE(out.data<double>()[i], highs[i % 5]);
  }
  // E[x | x > 5] = density(5) / (1 - distribution(5)).
  EXPECT_NEAR(MeanAndVariance(out, 3, 5).first, 5.1865, 0.05);
}

TEST_F(RandomBinomialTest, Refuses) {
  const Tensor shape = Tensor::Vector<int32_t>({2}), seed = Tensor::Vector<int64_t>({1, 2}),
               one = Tensor::Scalar<double>(1);
  EXPECT_EQ(Code("StatelessRandomBinomial", {shape, seed, Tensor::Vector<double>({1, 2, 3}), one}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("StatelessParameterizedTruncatedNormal", {shape, seed, one, one, one, one}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("ParameterizedTruncatedNormal",
                 {shape, one, Tensor::Scalar<double>(-1), Tensor::Scalar<double>(0), one}),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
