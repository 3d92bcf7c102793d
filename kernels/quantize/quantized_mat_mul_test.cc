// Values are held against TensorFlow's in tests/conformance; here properties and bad input.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterQuantizedMatMul(Registry& r);

namespace {

struct QuantizedMatMulTest : OpTest {
  QuantizedMatMulTest() : OpTest({RegisterQuantizedMatMul}) {}
};

// The numbers as quint8.
Tensor Bytes(const Shape& shape, const std::vector<uint8_t>& values) {
  return *Tensor::Of<uint8_t>(shape, values).Bitcast(DType::kQUInt8, shape);
}

TEST_F(QuantizedMatMulTest, CountsFromTheNumberThatStandsForZero) {
  // From -1 to 1.55 in steps of 0.01: 100 stands for 0.
  const Tensor low = Tensor::Scalar<float>(-1), high = Tensor::Scalar<float>(1.55f);
  const auto out = Run("QuantizedMatMul", {Bytes(Shape({1, 2}), {110, 90}),
                                           Bytes(Shape({2, 1}), {103, 100}), low, high, low, high});
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_EQ(static_cast<const int32_t*>((*out)[0].raw_data())[0], 30);
  EXPECT_NEAR((*out)[2].data<float>()[0], 1e-4 * 2147483647.0, 1);
}

TEST_F(QuantizedMatMulTest, TheEdgeOfAConvolutionStandsForZero) {
  const Tensor low = Tensor::Scalar<float>(-1), high = Tensor::Scalar<float>(1.55f);
  const auto out = Run("QuantizedConv2D",
                       {Bytes(Shape({1, 1, 2, 1}), {110, 120}),
                        Bytes(Shape({1, 2, 1, 1}), {101, 102}), low, high, low, high},
                       {{"strides", std::vector<int64_t>{1, 1, 1, 1}}, {"padding", "SAME"}});
  ASSERT_TRUE(out.ok()) << out.status();
  const int32_t* const sums = static_cast<const int32_t*>((*out)[0].raw_data());
  EXPECT_EQ(sums[0], 10 + 40);
  EXPECT_EQ(sums[1], 20);
}

TEST_F(QuantizedMatMulTest, Refuses) {
  const Tensor a = Bytes(Shape({1, 2}), {1, 2}), zero = Tensor::Scalar<float>(0),
               one = Tensor::Scalar<float>(1);
  EXPECT_EQ(Code("QuantizedMatMul", {a, a, zero, one, zero, one}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("QuantizedMatMul", {a, Bytes(Shape({2, 1}), {1, 2}), one, one, zero, one}),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
