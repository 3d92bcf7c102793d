// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterDecode(Registry& r);

namespace {

struct DecodeTest : OpTest {
  DecodeTest() : OpTest({RegisterDecode}) {}
};

TEST_F(DecodeTest, Base64) {
  EXPECT_TENSOR_EQ(
      Run1("EncodeBase64", {Tensor::Vector<std::string>({"", "a", "ab", "abc", "\xff\xfe\xfd"})}),
      Tensor::Vector<std::string>({"", "YQ", "YWI", "YWJj", "__79"}));
  EXPECT_TENSOR_EQ(
      Run1("EncodeBase64", {Tensor::Vector<std::string>({"", "a", "ab", "abc"})}, {{"pad", true}}),
      Tensor::Vector<std::string>({"", "YQ==", "YWI=", "YWJj"}));
  EXPECT_TENSOR_EQ(Run1("DecodeBase64", {Tensor::Vector<std::string>({"YQ==", "YQ", "__79", ""})}),
                   Tensor::Vector<std::string>({"a", "a", "\xff\xfe\xfd", ""}));
}

TEST_F(DecodeTest, Refuses) {
  EXPECT_EQ(Code("DecodeBase64", {Tensor::Vector<std::string>({"a"})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("DecodeBase64", {Tensor::Vector<std::string>({"+/+/"})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("DecodeBase64", {Tensor::Vector<std::string>({"YQ= "})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("DecodeRaw", {Tensor::Vector<std::string>({"abc", "ab"})},
                 {{"out_type", DType::kUInt8}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("DecodeRaw", {Tensor::Vector<std::string>({"abc"})}, {{"out_type", DType::kInt16}}),
      absl::StatusCode::kInvalidArgument);
}

TEST_F(DecodeTest, NumbersInBytes) {
  EXPECT_TENSOR_EQ(Run1("DecodeRaw",
                        {Tensor::Vector<std::string>({std::string("\x01\x00\x00\x02", 4),
                                                      std::string("\x00\x01\x03\x00", 4)})},
                        {{"out_type", DType::kInt16}}),
                   Tensor::Of<int16_t>({2, 2}, {1, 512, 256, 3}));
  EXPECT_TENSOR_EQ(
      Run1("DecodeRaw", {Tensor::Vector<std::string>({std::string("\x01\x00\x00\x02", 4)})},
           {{"out_type", DType::kInt16}, {"little_endian", false}}),
      Tensor::Of<int16_t>({1, 2}, {256, 2}));
  EXPECT_TENSOR_NEAR(
      Run1("DecodeRaw", {Tensor::Scalar<std::string>(std::string("\x00\x00\x80?", 4))},
           {{"out_type", DType::kFloat}}),
      Tensor::Vector<float>({1}));
}

}  // namespace
}  // namespace millrace
