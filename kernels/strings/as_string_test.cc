// Expected values are TensorFlow 2.21's.
#include <complex>
#include <limits>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterAsString(Registry& r);

namespace {

struct AsStringTest : OpTest {
  AsStringTest() : OpTest({RegisterAsString}) {}
};

TEST_F(AsStringTest, Prints) {
  EXPECT_TENSOR_EQ(
      Run1("AsString",
           {Tensor::Vector<float>({1.5f, -2, 1e+10f, std::numeric_limits<float>::infinity(),
                                   std::numeric_limits<float>::quiet_NaN()})}),
      Tensor::Vector<std::string>({"1.500000", "-2.000000", "10000000000.000000", "inf", "nan"}));
  EXPECT_TENSOR_EQ(Run1("AsString", {Tensor::Vector<double>({1.5, -2, 10000000000})},
                        {{"scientific", true}, {"precision", int64_t{2}}}),
                   Tensor::Vector<std::string>({"1.50e+00", "-2.00e+00", "1.00e+10"}));
  EXPECT_TENSOR_EQ(
      Run1("AsString", {Tensor::Vector<float>({1.5f, -2, 1e+10f})}, {{"shortest", true}}),
      Tensor::Vector<std::string>({"1.5", "-2", "1e+10"}));
  EXPECT_TENSOR_EQ(Run1("AsString", {Tensor::Vector<int32_t>({1, -2, 300})},
                        {{"width", int64_t{5}}, {"fill", "0"}}),
                   Tensor::Vector<std::string>({"00001", "-0002", "00300"}));
  EXPECT_TENSOR_EQ(Run1("AsString", {Tensor::Vector<int32_t>({1, -2, 300})},
                        {{"width", int64_t{5}}, {"fill", "-"}}),
                   Tensor::Vector<std::string>({"1    ", "-2   ", "300  "}));
  EXPECT_TENSOR_EQ(Run1("AsString", {Tensor::Vector<bool>({true, false})}),
                   Tensor::Vector<std::string>({"true", "false"}));
  EXPECT_TENSOR_EQ(Run1("AsString", {Tensor::Vector<std::complex<float>>({{1, 2}})},
                        {{"precision", int64_t{1}}}),
                   Tensor::Vector<std::string>({"(1.0,2.0)"}));
}

TEST_F(AsStringTest, PadsNumbersOnly) {
  const AttrMap padded = {{"width", int64_t{6}}, {"fill", "0"}};
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_TENSOR_EQ(Run1("AsString", {Tensor::Vector<float>({infinity, -infinity})}, padded),
                   Tensor::Vector<std::string>({"   inf", "  -inf"}));
  EXPECT_TENSOR_EQ(Run1("AsString", {Tensor::Scalar(true)}, padded), Tensor::Scalar("true"));
  EXPECT_TENSOR_EQ(Run1("AsString", {Tensor::Scalar("x")}, {{"precision", int64_t{2}}}),
                   Tensor::Scalar("x"));
  EXPECT_TENSOR_EQ(Run1("AsString", {Tensor::Scalar("7")}, padded), Tensor::Scalar("     7"));
}

TEST_F(AsStringTest, Refuses) {
  EXPECT_EQ(Code("AsString", {Tensor::Vector<int32_t>({1})}, {{"precision", int64_t{2}}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("AsString", {Tensor::Vector<int32_t>({1})}, {{"scientific", true}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("AsString", {Tensor::Vector<float>({1})}, {{"scientific", true}, {"shortest", true}}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("AsString", {Tensor::Vector<float>({1})}, {{"fill", "ab"}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("StringToNumber", {Tensor::Vector<std::string>({""})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("StringToNumber", {Tensor::Vector<std::string>({"1x"})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("StringToNumber", {Tensor::Vector<std::string>({"1.5"})}, {{"out_type", DType::kInt32}}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("StringToNumber", {Tensor::Vector<std::string>({"3000000000"})},
                 {{"out_type", DType::kInt32}}),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(AsStringTest, Reads) {
  EXPECT_TENSOR_NEAR(
      Run1("StringToNumber", {Tensor::Vector<std::string>({"1.5", " -2 ", "1e3", "inf", "nan"})}),
      Tensor::Vector<float>({1.5f, -2, 1000, std::numeric_limits<float>::infinity(),
                             std::numeric_limits<float>::quiet_NaN()}));
  EXPECT_TENSOR_EQ(Run1("StringToNumber", {Tensor::Vector<std::string>({"12", "-3"})},
                        {{"out_type", DType::kInt32}}),
                   Tensor::Vector<int32_t>({12, -3}));
  EXPECT_TENSOR_EQ(Run1("StringToNumber", {Tensor::Vector<std::string>({"9223372036854775807"})},
                        {{"out_type", DType::kInt64}}),
                   Tensor::Vector<int64_t>({int64_t{9223372036854775807}}));
  EXPECT_TENSOR_NEAR(Run1("StringToNumber", {Tensor::Vector<std::string>({"0.1"})},
                          {{"out_type", DType::kDouble}}),
                     Tensor::Vector<double>({0.1}));
}

}  // namespace
}  // namespace millrace
