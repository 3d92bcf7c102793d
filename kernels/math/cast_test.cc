#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterCast(Registry& r);

namespace {

struct CastTest : OpTest {
  CastTest() : OpTest({RegisterCast}) {}
};

TEST_F(CastTest, BetweenKinds) {
  const auto cast = [&](Tensor x, DType to) {
    const DType from = x.dtype();
    return Run1("Cast", {std::move(x)}, {{"SrcT", from}, {"DstT", to}});
  };
  EXPECT_TENSOR_EQ(cast(Tensor::Vector<float>({1.7f, -1.7f, 300}), DType::kInt32),
                   Tensor::Vector<int32_t>({1, -1, 300}));
  EXPECT_TENSOR_EQ(cast(Tensor::Vector<int32_t>({0, 5}), DType::kBool),
                   Tensor::Vector<bool>({false, true}));
  EXPECT_TENSOR_EQ(cast(Tensor::Vector<bool>({false, true}), DType::kFloat),
                   Tensor::Vector<float>({0, 1}));
  EXPECT_TENSOR_EQ(cast(Tensor::Vector<float>({1.5f}), DType::kHalf),
                   Tensor::Vector<half>({half(1.5f)}));
  EXPECT_TENSOR_EQ(cast(Tensor::Vector<bfloat16>({bfloat16(2.5f)}), DType::kDouble),
                   Tensor::Vector<double>({2.5}));
  EXPECT_TENSOR_EQ(cast(Tensor::Scalar(std::complex<float>(3, 4)), DType::kDouble),
                   Tensor::Scalar(3.0));
  EXPECT_TENSOR_EQ(cast(Tensor::Scalar<int64_t>(-1), DType::kUInt8), Tensor::Scalar<uint8_t>(255));
  EXPECT_TENSOR_EQ(cast(Tensor::Scalar(std::numeric_limits<float>::infinity()), DType::kInt32),
                   Tensor::Scalar(std::numeric_limits<int32_t>::min()));
}

TEST_F(CastTest, TruncatesInsteadOfRounding) {
  const float x = 1.0f + 3.0f / 512;  // between two bfloat16s, nearer to the upper one
  const auto cast = [&](bool truncate) {
    return Run1("Cast", {Tensor::Scalar(x)},
                {{"SrcT", DType::kFloat}, {"DstT", DType::kBFloat16}, {"Truncate", truncate}});
  };
  EXPECT_TENSOR_EQ(cast(false), Tensor::Scalar(bfloat16(1.0f + 1.0f / 128)));
  EXPECT_TENSOR_EQ(cast(true), Tensor::Scalar(bfloat16(1.0f)));
}

TEST_F(CastTest, RefusesStrings) {
  EXPECT_EQ(
      Code("Cast", {Tensor::Scalar("1")}, {{"SrcT", DType::kString}, {"DstT", DType::kFloat}}),
      absl::StatusCode::kUnimplemented);
}

MR_GRADIENT_EXAMPLE({.op = "Cast",
                     .inputs = {Tensor::Vector<double>({1, 2})},
                     .attrs = {{"SrcT", DType::kDouble}, {"DstT", DType::kComplex128}}});

}  // namespace
}  // namespace millrace
