// The streams against those that TensorFlow 2.21 gives for the same seeds, and the shapes and
// errors of the family.
#include <cmath>

#include "core/base/thread_pool.h"
#include "gtest/gtest.h"
#include "kernels/random/distributions.h"
#include "kernels/random/random_kernels.h"
#include "kernels/random/register_random.h"
#include "kernels/testing/op_test.h"

namespace millrace {
namespace {

using absl::StatusCode;

struct RandomTest : OpTest {
  RandomTest() : OpTest({RegisterRandomKernels}) {}
};

const AttrMap& Seeds() {
  static const auto* seeds = new AttrMap({{"seed", 7}, {"seed2", 11}});
  return *seeds;
}
AttrMap With(DType dtype) {
  AttrMap attrs = Seeds();
  attrs.Set("dtype", dtype);
  return attrs;
}
Tensor Sizes(int32_t n) { return Tensor::Vector<int32_t>({n}); }

TEST_F(RandomTest, UniformGivesTensorFlowsStream) {
  EXPECT_TENSOR_EQ(
      Run1("RandomUniform", {Sizes(6)}, With(DType::kFloat)),
      Tensor::Vector<float>({0.023186326026916504f, 0.0994875431060791f, 0.5691264867782593f,
                             0.5842281579971313f, 0.46582305431365967f, 0.27705931663513184f}));
  EXPECT_TENSOR_EQ(
      Run1("RandomUniform", {Sizes(3)}, With(DType::kDouble)),
      Tensor::Vector<double>({0.18549088593476926, 0.5530126627240854, 0.7265846678559842}));
  EXPECT_TENSOR_EQ(
      Run1("RandomUniform", {Sizes(3)}, With(DType::kHalf)),
      Tensor::Vector<half>({half(0.9423828125f), half(0.001953125f), half(0.2841796875f)}));
  EXPECT_TENSOR_EQ(
      Run1("RandomUniform", {Sizes(3)}, With(DType::kBFloat16)),
      Tensor::Vector<bfloat16>({bfloat16(0.5390625f), bfloat16(0.015625f), bfloat16(0.2734375f)}));
}

TEST_F(RandomTest, NormalGivesTensorFlowsStream) {
  EXPECT_TENSOR_NEAR(
      Run1("RandomStandardNormal", {Sizes(6)}, With(DType::kFloat)),
      Tensor::Vector<float>({1.6056036949157715f, 2.22495436668396f, -0.5360344648361206f,
                             -0.9164999127388f, 1.2182596921920776f, -0.20914606750011444f}));
  EXPECT_TENSOR_NEAR(
      Run1("RandomStandardNormal", {Sizes(3)}, With(DType::kDouble)),
      Tensor::Vector<double>({-0.6001800723429587, -1.7347284922719202, 0.32132962754436545}));
}

TEST_F(RandomTest, TruncatedNormalGivesTensorFlowsStream) {
  EXPECT_TENSOR_NEAR(
      Run1("TruncatedNormal", {Sizes(6)}, With(DType::kFloat)),
      Tensor::Vector<float>({1.6056036949157715f, -0.5360344648361206f, -0.9164999127388f,
                             1.2182596921920776f, 1.0531543493270874f, 0.17572587728500366f}));
  EXPECT_TENSOR_NEAR(
      Run1("TruncatedNormal", {Sizes(5)}, With(DType::kDouble)),
      Tensor::Vector<double>({-0.6001800723429587, -1.7347284922719202, 0.27635541899213933,
                              0.03917768022577686, 1.0900332791310567}));
}

TEST_F(RandomTest, IntegersAndShufflesGiveTensorFlowsStream) {
  EXPECT_TENSOR_EQ(
      Run1("RandomUniformInt",
           {Sizes(6), Tensor::Scalar<int32_t>(-5), Tensor::Scalar<int32_t>(100)}, Seeds()),
      Tensor::Vector<int32_t>({63, 39, 52, 82, 72, 77}));
  EXPECT_TENSOR_EQ(
      Run1("RandomUniformInt",
           {Sizes(3), Tensor::Scalar<int64_t>(-5), Tensor::Scalar<int64_t>(1000000000000)},
           Seeds()),
      Tensor::Vector<int64_t>({175390847057, 413286051529, 745511285809}));
  EXPECT_TENSOR_EQ(
      Run1("RandomShuffle", {Tensor::Vector<int32_t>({0, 1, 2, 3, 4, 5, 6, 7, 8, 9})}, Seeds()),
      Tensor::Vector<int32_t>({3, 9, 5, 6, 1, 7, 0, 4, 8, 2}));
}

TEST_F(RandomTest, StatelessOpsGiveTensorFlowsStream) {
  const Tensor seed = Tensor::Vector<int32_t>({3, 4});
  EXPECT_TENSOR_EQ(
      Run1("StatelessRandomUniform", {Sizes(5), seed}),
      Tensor::Vector<float>({0.24328744411468506f, 0.9835063219070435f, 0.22041726112365723f,
                             0.467920184135437f, 0.7738579511642456f}));
  EXPECT_TENSOR_NEAR(
      Run1("StatelessRandomNormal", {Sizes(5), seed}),
      Tensor::Vector<float>({-0.17393383383750916f, 1.6723546981811523f, 0.3481701612472534f,
                             -1.7038906812667847f, -0.6153246164321899f}));
  EXPECT_TENSOR_NEAR(
      Run1("StatelessTruncatedNormal", {Sizes(5), Tensor::Vector<int64_t>({3, -4})}),
      Tensor::Vector<float>({-1.780290961265564f, -0.30832916498184204f, -0.3106456696987152f,
                             -0.3837282061576843f, -0.629376232624054f}));
  EXPECT_TENSOR_EQ(Run1("StatelessRandomUniformInt", {Sizes(5), seed, Tensor::Scalar<int32_t>(0),
                                                      Tensor::Scalar<int32_t>(1000)}),
                   Tensor::Vector<int32_t>({163, 297, 362, 199, 447}));
  EXPECT_TENSOR_EQ(Run1("StatelessRandomUniformFullInt", {Sizes(3), seed}),
                   Tensor::Vector<uint64_t>(
                       {15563846067247064075u, 4520458231610095266u, 15018079513829641671u}));
}

TEST_F(RandomTest, KeyAndCounterGiveWhatTheSeedGives) {
  const Tensor seed = Tensor::Vector<int64_t>({3, 4});
  const auto key = Run("StatelessRandomGetKeyCounter", {seed});
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_TENSOR_EQ(Run1("StatelessRandomUniformV2",
                        {Sizes(9), (*key)[0], (*key)[1], Tensor::Scalar<int32_t>(1)}),
                   Run1("StatelessRandomUniform", {Sizes(9), seed}));
}

TEST_F(RandomTest, EachCallContinuesAsTensorFlowDoes) {
  GuardedPhilox gen;
  const AttrMap attrs = Seeds();
  KernelConstruction construction("n", "RandomUniform", "", attrs, {}, {}, device(), nullptr);
  ASSERT_TRUE(gen.Init(construction).ok());
  gen.ReserveForOutputs(6);
  std::vector<float> second(3);
  FillRandom(gen.ReserveForOutputs(6), UniformDistribution<float>(), second.data(), 3,
             ComputePool());
  EXPECT_EQ(second[0], 0.850058913230896f);
  EXPECT_EQ(second[1], 0.6668697595596313f);
}

TEST_F(RandomTest, NumbersDoNotDependOnThreads) {
  const Philox start(1, 2);
  constexpr int64_t kCount = 100003;
  std::vector<float> one(kCount), three(kCount);
  FillRandom(start, TruncatedNormalDistribution<float>(), one.data(), kCount,
             ThreadPool::Create("one", 1).get());
  FillRandom(start, TruncatedNormalDistribution<float>(), three.data(), kCount,
             ThreadPool::Create("three", 3).get());
  EXPECT_EQ(one, three);
  double sum = 0, squares = 0;
  for (const float x : one) sum += x, squares += x * x;
  EXPECT_NEAR(sum / kCount, 0, 0.01);
  // The variance of a normal truncated at two standard deviations.
  EXPECT_NEAR(squares / kCount, 0.7737, 0.01);
}

TEST_F(RandomTest, RefusesBadInput) {
  EXPECT_EQ(Code("RandomUniform", {Tensor::Vector<int32_t>({-1})}, With(DType::kFloat)),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("RandomUniform", {Tensor::Scalar<int32_t>(1)}, With(DType::kFloat)),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("StatelessRandomUniform", {Sizes(1), Tensor::Vector<int64_t>({1, 2, 3})}),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("RandomUniformInt",
                 {Sizes(1), Tensor::Scalar<int32_t>(5), Tensor::Scalar<int32_t>(5)}, Seeds()),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
