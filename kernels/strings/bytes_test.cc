// Fingerprint, DecodeCompressed, DecodePaddedRaw. Expected values are TensorFlow 2.21's.
#include "gtest/gtest.h"
#include "kernels/strings/register_strings.h"
#include "kernels/testing/op_test.h"

namespace millrace {
namespace {

using absl::StatusCode;

struct BytesTest : OpTest {
  BytesTest() : OpTest({RegisterStringsKernels}) {}
};

TEST_F(BytesTest, Fingerprints) {
  const Tensor method = Tensor::Scalar("farmhash64");
  EXPECT_TENSOR_EQ(Run1("Fingerprint", {Tensor::Of<int32_t>({2, 3}, {0, 1, 2, 3, 4, 5}), method}),
                   Tensor::Of<uint8_t>({2, 8}, {226, 97, 231, 35, 137, 217, 164, 52, 135, 205, 247,
                                                214, 112, 21, 177, 81}));
  EXPECT_TENSOR_EQ(Run1("Fingerprint", {Tensor::Vector<std::string>({"a"}), method}),
                   Tensor::Of<uint8_t>({1, 8}, {227, 117, 223, 182, 101, 66, 69, 179}));
  EXPECT_TENSOR_EQ(
      Run1("Fingerprint", {Tensor::Of<std::string>({2, 2}, {"a", "bc", "", "d"}), method}),
      Tensor::Of<uint8_t>(
          {2, 8}, {85, 27, 103, 37, 147, 177, 144, 87, 8, 35, 170, 152, 214, 154, 58, 109}));
  EXPECT_EQ(Code("Fingerprint", {Tensor::Scalar<int32_t>(5), method}),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("Fingerprint", {Tensor::Vector<int32_t>({5}), Tensor::Scalar("md5")}),
            StatusCode::kInvalidArgument);
}

TEST_F(BytesTest, Decompresses) {
  const std::string hello("x\x9c\xcbH\xcd\xc9\xc9\x07\x00\x06,\x02\x15", 13);
  const AttrMap zlib = {{"compression_type", "ZLIB"}};
  EXPECT_TENSOR_EQ(Run1("DecodeCompressed",
                        {Tensor::Vector<std::string>(
                            {hello, "", hello.substr(0, 10), hello + "xx", hello + hello})},
                        zlib),
                   Tensor::Vector<std::string>({"hello", "", "hello", "hello", "hello"}));
  EXPECT_EQ(Code("DecodeCompressed", {Tensor::Scalar("abc")}, zlib), StatusCode::kDataLoss);
  EXPECT_EQ(Code("DecodeCompressed", {Tensor::Scalar(hello)}, {{"compression_type", "GZIP"}}),
            StatusCode::kDataLoss);
  EXPECT_EQ(Code("DecodeCompressed", {Tensor::Scalar(hello)}, {{"compression_type", "FOO"}}),
            StatusCode::kInvalidArgument);
}

TEST_F(BytesTest, DecodesPaddedNumbers) {
  const Tensor in = Tensor::Vector<std::string>({"abcdefgh", "ab"});
  const AttrMap as16 = {{"out_type", DType::kInt16}};
  EXPECT_TENSOR_EQ(Run1("DecodePaddedRaw", {in, Tensor::Scalar<int32_t>(4)}, as16),
                   Tensor::Of<int16_t>({2, 2}, {25185, 25699, 25185, 0}));
  EXPECT_TENSOR_EQ(Run1("DecodePaddedRaw", {in, Tensor::Scalar<int32_t>(4)},
                        {{"out_type", DType::kInt16}, {"little_endian", false}}),
                   Tensor::Of<int16_t>({2, 2}, {24930, 25444, 24930, 0}));
  for (const int32_t bad : {0, -2, 3}) {
    EXPECT_EQ(Code("DecodePaddedRaw", {in, Tensor::Scalar<int32_t>(bad)}, as16),
              StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace millrace
