// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterDecodeBmp(Registry& r);

namespace {

struct DecodeBmpTest : OpTest {
  DecodeBmpTest() : OpTest({RegisterDecodeBmp}) {}
};

TEST_F(DecodeBmpTest, Values) {
  EXPECT_TENSOR_EQ(
      Run1("DecodeBmp",
           {Tensor::Scalar<std::string>(std::string(
               "BMF\x00\x00\x00\x00\x00\x00\x00"
               "6\x00\x00\x00("
               "\x00\x00\x00\x02\x00\x00\x00\x02\x00\x00\x00\x01\x00\x18\x00\x00\x00\x00\x00\x10"
               "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
               "\x01\x02\x03\x04\x05\x00\x00\x06\x07\x08\x09\x0a\x0b\x00\x00",
               70))}),
      Tensor::Of<uint8_t>({2, 2, 3}, {8, 7, 6, 11, 10, 9, 2, 1, 0, 5, 4, 3}));
  EXPECT_TENSOR_EQ(
      Run1("DecodeBmp",
           {Tensor::Scalar<std::string>(std::string(
               "BMF\x00\x00\x00\x00\x00\x00\x00"
               "6\x00\x00\x00("
               "\x00\x00\x00\x02\x00\x00\x00\xfe\xff\xff\xff\x01\x00\x18\x00\x00\x00\x00\x00\x10"
               "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
               "\x01\x02\x03\x04\x05\x00\x00\x06\x07\x08\x09\x0a\x0b\x00\x00",
               70))},
           {{"channels", int64_t{3}}}),
      Tensor::Of<uint8_t>({2, 2, 3}, {2, 1, 0, 5, 4, 3, 8, 7, 6, 11, 10, 9}));
  EXPECT_TENSOR_EQ(
      Run1("DecodeBmp", {Tensor::Scalar<std::string>(std::string(
                            "BM:\x00\x00\x00\x00\x00\x00\x00"
                            "6\x00\x00\x00("
                            "\x00\x00\x00\x03\x00\x00\x00\x01\x00\x00\x00\x01\x00\x08\x00\x00\x00"
                            "\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
                            "\x00\x00\x00\x00\x00\x05\x06\x07\x00",
                            58))}),
      Tensor::Of<uint8_t>({1, 3, 1}, {5, 6, 7}));
  EXPECT_TENSOR_EQ(
      Run1("DecodeBmp", {Tensor::Scalar<std::string>(std::string(
                            "BM:\x00\x00\x00\x00\x00\x00\x00"
                            "6\x00\x00\x00(\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x01\x00 "
                            "\x00\x00\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
                            "\x00\x00\x00\x00\x00\x00\x00\x00\x01\x02\x03\x04",
                            58))}),
      Tensor::Of<uint8_t>({1, 1, 4}, {3, 2, 1, 4}));
}

TEST_F(DecodeBmpTest, Refuses) {
  EXPECT_EQ(Code("DecodeBmp",
                 {Tensor::Scalar<std::string>(std::string(
                     "BMF\x00\x00\x00\x00\x00\x00\x00"
                     "6\x00\x00\x00("
                     "\x00\x00\x00\x02\x00\x00\x00\x09\x00\x00\x00\x01\x00\x18\x00\x00\x00\x00\x00"
                     "\x10\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
                     "\x00\x00\x01\x02\x03\x04\x05\x00\x00\x06\x07\x08\x09\x0a\x0b\x00\x00",
                     70))}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("DecodeBmp",
                 {Tensor::Scalar<std::string>(std::string(
                     "BMF\x00\x00\x00\x00\x00\x00\x00"
                     "6\x00\x00\x00("
                     "\x00\x00\x00\x02\x00\x00\x00\x02\x00\x00\x00\x01\x00\x18\x00\x00\x00\x00\x00"
                     "\x10\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
                     "\x00\x00\x01\x02\x03\x04\x05\x00\x00\x06\x07\x08\x09\x0a\x0b\x00\x00",
                     70))},
                 {{"channels", int64_t{1}}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("DecodeBmp", {Tensor::Scalar<std::string>("BM")}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("DecodeBmp",
                 {Tensor::Scalar<std::string>(std::string(
                     "BMF\x00\x00\x00\x00\x00\x00\x00"
                     "6\x00\x00\x00("
                     "\x00\x00\x00\xfe\xff\xff\xff\x02\x00\x00\x00\x01\x00\x18\x00\x00\x00\x00\x00"
                     "\x10\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
                     "\x00\x00\x01\x02\x03\x04\x05\x00\x00\x06\x07\x08\x09\x0a\x0b\x00\x00",
                     70))}),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
