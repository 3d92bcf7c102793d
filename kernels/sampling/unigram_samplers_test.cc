// Values are held against TensorFlow's in tests/conformance; here properties and bad input.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterUnigramSamplers(Registry& r);

namespace {

struct UnigramSamplersTest : OpTest {
  UnigramSamplersTest() : OpTest({RegisterUnigramSamplers}) {}
};

AttrMap Attrs(int64_t num_sampled, bool unique, int64_t range) {
  return {{"num_true", int64_t{1}},
          {"num_sampled", num_sampled},
          {"unique", unique},
          {"range_max", range},
          {"seed", int64_t{3}}};
}

std::vector<int> Counts(const Tensor& classes, int64_t range) {
  std::vector<int> counts(static_cast<size_t>(range));
  for (const int64_t k : classes.flat<int64_t>()) ++counts[k];
  return counts;
}

TEST_F(UnigramSamplersTest, FixedFollowsItsWeights) {
  AttrMap attrs = Attrs(10000, false, 4);
  attrs.Set("num_reserved_ids", int64_t{1});
  attrs.Set("unigrams", std::vector<float>{1, 4, 9});
  attrs.Set("distortion", 0.5f);
  const auto out = Run("FixedUnigramCandidateSampler", {Tensor::Of<int64_t>({1, 1}, {2})}, attrs);
  ASSERT_TRUE(out.ok()) << out.status();
  const std::vector<int> counts = Counts((*out)[0], 4);
  EXPECT_EQ(counts[0], 0);
  for (int k = 1; k < 4; ++k) EXPECT_NEAR(counts[k], 10000.0 * k / 6, 250);
  EXPECT_NEAR((*out)[1].data<float>()[0], 10000.0 / 3, 1);
}

TEST_F(UnigramSamplersTest, FixedRefuses) {
  const Tensor classes = Tensor::Of<int64_t>({1, 1}, {2});
  for (const std::vector<float>& weights :
       {std::vector<float>{}, {1, 2, 3}, {1, -1, 1, 1}, {0, 0, 0, 0}}) {
    AttrMap attrs = Attrs(2, true, 4);
    attrs.Set("unigrams", weights);
    EXPECT_EQ(Code("FixedUnigramCandidateSampler", {classes}, attrs),
              absl::StatusCode::kInvalidArgument);
  }
  // Three distinct classes, of which only two are possible.
  AttrMap attrs = Attrs(3, true, 4);
  attrs.Set("unigrams", std::vector<float>{0, 1, 0, 1});
  EXPECT_EQ(Code("FixedUnigramCandidateSampler", {classes}, attrs),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(UnigramSamplersTest, LearnedBeginsEven) {
  for (const char* op : {"LearnedUnigramCandidateSampler", "ThreadUnsafeUnigramCandidateSampler"}) {
    const auto out = Run(op, {Tensor::Of<int64_t>({1, 1}, {2})}, Attrs(5000, false, 5));
    ASSERT_TRUE(out.ok()) << out.status();
    for (const int n : Counts((*out)[0], 5)) EXPECT_NEAR(n, 1000, 150);
    EXPECT_EQ(Code(op, {Tensor::Of<int64_t>({1, 1}, {5})}, Attrs(2, true, 5)),
              absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace millrace
