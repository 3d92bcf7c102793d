// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterNonDeterministicInts(Registry& r);
absl::Status RegisterStatefulRandom(Registry& r);
absl::Status RegisterRandomUniformInt(Registry& r);

namespace {

using absl::StatusCode;

struct StatefulRandomTest : OpTest {
  StatefulRandomTest()
      : OpTest({RegisterStatefulRandom, RegisterRandomUniformInt, RegisterNonDeterministicInts}) {}

  Tensor Generator(std::vector<int64_t> words = {5, 7, 11}) {
    // Anew, if it is there from before.
    resources().Delete(resources().MakeHandle("", "generator", Variable::kTypeName)).IgnoreError();
    return MakeVariable("generator", Tensor::Vector<int64_t>(words));
  }
  void ExpectState(std::vector<int64_t> words) {
    EXPECT_TENSOR_EQ(ReadVariable("generator"), Tensor::Vector<int64_t>(words));
  }
  // Three numbers from the same state.
  Tensor Three(const char* op, DType dtype) {
    const Tensor numbers =
        Run1(op, {Generator(), kPhilox, Tensor::Vector<int64_t>({3})}, {{"dtype", dtype}});
    ExpectState({773, 7, 11});
    return numbers;
  }

  const Tensor kPhilox = Tensor::Scalar<int64_t>(1);
};

TEST_F(StatefulRandomTest, GivesTensorFlowsStreams) {
  EXPECT_TENSOR_EQ(
      Three("StatefulUniform", DType::kFloat),
      Tensor::Vector<float>({0.3664005994796753f, 0.7981644868850708f, 0.25775814056396484f}));
  EXPECT_TENSOR_NEAR(
      Three("StatefulStandardNormalV2", DType::kFloat),
      Tensor::Vector<float>({-1.352663516998291f, 0.42232394218444824f, 0.371599942445755f}));
  EXPECT_TENSOR_NEAR(
      Three("StatefulTruncatedNormal", DType::kDouble),
      Tensor::Vector<double>({0.14353198003998585, 0.34921241535715664, -0.15153096034275199}));
  EXPECT_TENSOR_EQ(Three("StatefulUniformFullInt", DType::kUInt64),
                   Tensor::Vector<uint64_t>(
                       {12278547894800148023u, 773313867615895096u, 10839820754667360101u}));
  EXPECT_TENSOR_EQ(Three("StatefulUniformFullInt", DType::kInt32),
                   Tensor::Vector<int32_t>({2066671159, -1436145087, -1960772040}));
}

TEST_F(StatefulRandomTest, TheOlderFormHasItsAlgorithmInTheState) {
  const auto draw = [&](std::vector<int64_t> words) {
    return Run("StatefulStandardNormal", {Generator(words), Tensor::Vector<int64_t>({6})});
  };
  EXPECT_OUTPUTS_NEAR(draw({1, 2, 3, 4}),
                      {Tensor::Vector<float>({1.2501179f, 0.35540006f, -0.8838175f, -0.74325174f,
                                              2.5467405f, 0.99507356f})});
  ExpectState({1, 1538, 3, 4});
  EXPECT_EQ(draw({5, 2, 3, 4}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(draw({0, 2, 3, 4}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(draw({1, 2, 3}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(draw({2, 2, 3, 4}).status().code(), StatusCode::kUnimplemented);
}

TEST_F(StatefulRandomTest, NobodyKnowsTheNextNonDeterministicInts) {
  const Tensor shape = Tensor::Vector<int32_t>({2, 3});
  for (const DType dtype : {DType::kInt32, DType::kInt64, DType::kUInt32, DType::kUInt64}) {
    const AttrMap attrs = {{"dtype", dtype}};
    const Tensor first = Run1("NonDeterministicInts", {shape}, attrs);
    EXPECT_EQ(first.dtype(), dtype);
    EXPECT_EQ(first.shape(), Shape({2, 3}));
    EXPECT_FALSE(first.BitwiseEquals(Run1("NonDeterministicInts", {shape}, attrs)));
  }
  EXPECT_EQ(Code("NonDeterministicInts", {Tensor::Vector<int64_t>({2, -3})}),
            StatusCode::kInvalidArgument);
}

TEST_F(StatefulRandomTest, CountersCarry) {
  EXPECT_TENSOR_EQ(Run1("StatefulUniformInt",
                        {Generator({-1, 7, 11, 9}), kPhilox, Tensor::Vector<int32_t>({2, 2}),
                         Tensor::Scalar<int64_t>(-5), Tensor::Scalar<int64_t>(100)}),
                   Tensor::Of<int64_t>({2, 2}, {54, 41, 49, 77}));
  ExpectState({1023, 8, 11, 9});
}

TEST_F(StatefulRandomTest, Skips) {
  EXPECT_TENSOR_EQ(Run1("RngReadAndSkip",
                        {Generator(), Tensor::Scalar<int32_t>(3), Tensor::Scalar<uint64_t>(10)}),
                   Tensor::Vector<int64_t>({5, 7, 11}));
  ExpectState({2565, 7, 11});
  EXPECT_EQ(Code("RngSkip", {Generator(), kPhilox, Tensor::Scalar<int64_t>(10)}), StatusCode::kOk);
  ExpectState({2565, 7, 11});
}

TEST_F(StatefulRandomTest, Refuses) {
  const auto code = [&](Tensor generator, Tensor algorithm) {
    return Code("StatefulUniform", {generator, algorithm, Tensor::Vector<int64_t>({3})});
  };
  EXPECT_EQ(code(Generator(), Tensor::Scalar<int64_t>(2)), StatusCode::kUnimplemented);
  EXPECT_EQ(code(Generator(), Tensor::Scalar<int64_t>(9)), StatusCode::kInvalidArgument);
  EXPECT_EQ(code(Generator(), Tensor::Vector<int64_t>({1})), StatusCode::kInvalidArgument);
  EXPECT_EQ(code(Generator({1, 2}), kPhilox), StatusCode::kInvalidArgument);
  EXPECT_EQ(code(MakeVariable("floats", Tensor::Vector<float>({1, 2, 3})), kPhilox),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
