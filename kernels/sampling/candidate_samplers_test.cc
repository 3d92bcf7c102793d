// Expected values are TensorFlow 2.21's.
#include <algorithm>
#include <cmath>
#include <vector>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterCandidateSamplers(Registry& r);

namespace {

struct CandidateSamplersTest : OpTest {
  CandidateSamplersTest() : OpTest({RegisterCandidateSamplers}) {}
};

TEST_F(CandidateSamplersTest, AccidentalHits) {
  EXPECT_OUTPUTS_NEAR(
      Run("ComputeAccidentalHits",
          {Tensor::Of<int64_t>({2, 2}, {1, 2, 3, 4}), Tensor::Vector<int64_t>({2, 3, 2, 7})},
          {{"num_true", int64_t{2}}}),
      std::vector<Tensor>({Tensor::Vector<int32_t>({0, 1}), Tensor::Vector<int64_t>({2, 1}),
                           Tensor::Vector<float>({-3.4028235e+38f, -3.4028235e+38f})}));
}

TEST_F(CandidateSamplersTest, All) {
  EXPECT_OUTPUTS_NEAR(
      Run("AllCandidateSampler", {Tensor::Of<int64_t>({1, 2}, {1, 2})},
          {{"num_true", int64_t{2}}, {"num_sampled", int64_t{3}}, {"unique", true}}),
      std::vector<Tensor>({Tensor::Vector<int64_t>({0, 1, 2}), Tensor::Of<float>({1, 2}, {1, 1}),
                           Tensor::Vector<float>({1, 1, 1})}));
}

TEST_F(CandidateSamplersTest, Refuses) {
  EXPECT_EQ(Code("LogUniformCandidateSampler", {Tensor::Of<int64_t>({1, 2}, {1, 2})},
                 {{"num_true", int64_t{2}},
                  {"num_sampled", int64_t{5}},
                  {"unique", true},
                  {"range_max", int64_t{4}}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("UniformCandidateSampler", {Tensor::Of<int64_t>({1, 2}, {1, 9})},
                 {{"num_true", int64_t{2}},
                  {"num_sampled", int64_t{2}},
                  {"unique", true},
                  {"range_max", int64_t{4}}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("ComputeAccidentalHits",
                 {Tensor::Of<int64_t>({2, 2}, {1, 2, 3, 4}), Tensor::Vector<int64_t>({2})},
                 {{"num_true", int64_t{3}}}),
            absl::StatusCode::kInvalidArgument);
}
TEST_F(CandidateSamplersTest, DistinctSamplesCoverASmallRange) {
  for (const char* op : {"LogUniformCandidateSampler", "UniformCandidateSampler"}) {
    auto got = Run(op, {Tensor::Of<int64_t>({1, 1}, {0})},
                   {{"num_true", int64_t{1}},
                    {"num_sampled", int64_t{6}},
                    {"unique", true},
                    {"range_max", int64_t{6}}});
    ASSERT_TRUE(got.ok()) << got.status();
    std::vector<int64_t> classes((*got)[0].flat<int64_t>().begin(),
                                 (*got)[0].flat<int64_t>().end());
    std::sort(classes.begin(), classes.end());
    EXPECT_EQ(classes, std::vector<int64_t>({0, 1, 2, 3, 4, 5}));
    for (const float count : (*got)[2].flat<float>()) EXPECT_LE(count, 1.0f);
  }
}

TEST_F(CandidateSamplersTest, FrequenciesFollowTheLaw) {
  constexpr int64_t kSamples = 20000;
  auto got = Run("LogUniformCandidateSampler", {Tensor::Of<int64_t>({1, 2}, {0, 3})},
                 {{"num_true", int64_t{2}},
                  {"num_sampled", kSamples},
                  {"unique", false},
                  {"range_max", int64_t{4}},
                  {"seed", int64_t{3}}});
  ASSERT_TRUE(got.ok()) << got.status();
  std::vector<int> counts(4);
  for (const int64_t k : (*got)[0].flat<int64_t>()) ++counts[k];
  for (int k = 0; k < 4; ++k) {
    const double p = std::log((k + 2.0) / (k + 1.0)) / std::log(5.0);
    EXPECT_NEAR(counts[k], kSamples * p, 5 * std::sqrt(kSamples * p));
  }
  EXPECT_NEAR((*got)[1].data<float>()[1], kSamples * std::log(5.0 / 4) / std::log(5.0), 1);
}

}  // namespace
}  // namespace millrace
