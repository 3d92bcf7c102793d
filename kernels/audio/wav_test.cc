// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterWav(Registry& r);

namespace {

struct WavTest : OpTest {
  WavTest() : OpTest({RegisterWav}) {}
};

TEST_F(WavTest, Encodes) {
  EXPECT_TENSOR_EQ(
      Run1("EncodeWav", {Tensor::Of<float>({3, 2}, {0.5f, -0.25f, 1.5f, -2, 0.1f, 0.3f}),
                         Tensor::Scalar<int32_t>(8000)}),
      Tensor::Scalar<std::string>(
          std::string("RIFF0\x00\x00\x00WAVEfmt "
                      "\x10\x00\x00\x00\x01\x00\x02\x00@\x1f\x00\x00\x00}\x00\x00\x04\x00\x10\x00"
                      "data\x0c\x00\x00\x00\x00@\x00\xe0\xff\x7f\x00\x80\xcd\x0c"
                      "f&",
                      56)));
}

TEST_F(WavTest, Decodes) {
  EXPECT_OUTPUTS_NEAR(
      Run("DecodeWav",
          {Tensor::Scalar<std::string>(std::string(
              "RIFF0\x00\x00\x00WAVEfmt "
              "\x10\x00\x00\x00\x01\x00\x02\x00@\x1f\x00\x00\x00}\x00\x00\x04\x00\x10\x00"
              "data\x0c\x00\x00\x00\x00@\x00\xe0\xff\x7f\x00\x80\xcd\x0c"
              "f&",
              56))}),
      std::vector<Tensor>(
          {Tensor::Of<float>({3, 2}, {0.5f, -0.25f, 0.9999695f, -1, 0.1000061f, 0.2999878f}),
           Tensor::Scalar<int32_t>(8000)}));
  EXPECT_OUTPUTS_NEAR(
      Run("DecodeWav",
          {Tensor::Scalar<std::string>(std::string(
              "RIFF0\x00\x00\x00WAVEfmt "
              "\x10\x00\x00\x00\x01\x00\x02\x00@\x1f\x00\x00\x00}\x00\x00\x04\x00\x10\x00"
              "data\x0c\x00\x00\x00\x00@\x00\xe0\xff\x7f\x00\x80\xcd\x0c"
              "f&",
              56))},
          {{"desired_channels", int64_t{1}}, {"desired_samples", int64_t{5}}}),
      std::vector<Tensor>({Tensor::Of<float>({5, 1}, {0.5f, 0.9999695f, 0.1000061f, 0, 0}),
                           Tensor::Scalar<int32_t>(8000)}));
  EXPECT_OUTPUTS_NEAR(
      Run("DecodeWav",
          {Tensor::Scalar<std::string>(std::string(
              "RIFF0\x00\x00\x00WAVEfmt "
              "\x10\x00\x00\x00\x01\x00\x02\x00@\x1f\x00\x00\x00}\x00\x00\x04\x00\x10\x00"
              "data\x0c\x00\x00\x00\x00@\x00\xe0\xff\x7f\x00\x80\xcd\x0c"
              "f&",
              56))},
          {{"desired_channels", int64_t{3}}, {"desired_samples", int64_t{2}}}),
      std::vector<Tensor>({Tensor::Of<float>({2, 3}, {0.5f, -0.25f, -0.25f, 0.9999695f, -1, -1}),
                           Tensor::Scalar<int32_t>(8000)}));
}

TEST_F(WavTest, Refuses) {
  EXPECT_EQ(Code("DecodeWav", {Tensor::Scalar<std::string>("RIFFx")}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("DecodeWav",
                 {Tensor::Scalar<std::string>(std::string(
                     "RIFF0\x00\x00\x00WAVEfmt "
                     "\x10\x00\x00\x00\x01\x00\x02\x00@\x1f\x00\x00\x00}\x00\x00\x04\x00\x10\x00"
                     "data",
                     40))}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("DecodeWav",
                 {Tensor::Scalar<std::string>(std::string(
                     "RIFF0\x00\x00\x00WAVXfmt "
                     "\x10\x00\x00\x00\x01\x00\x02\x00@\x1f\x00\x00\x00}\x00\x00\x04\x00\x10\x00"
                     "data\x0c\x00\x00\x00\x00@\x00\xe0\xff\x7f\x00\x80\xcd\x0c"
                     "f&",
                     56))}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("DecodeWav",
                 {Tensor::Vector<std::string>({std::string(
                     "RIFF0\x00\x00\x00WAVEfmt "
                     "\x10\x00\x00\x00\x01\x00\x02\x00@\x1f\x00\x00\x00}\x00\x00\x04\x00\x10\x00"
                     "data\x0c\x00\x00\x00\x00@\x00\xe0\xff\x7f\x00\x80\xcd\x0c"
                     "f&",
                     56)})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("EncodeWav", {Tensor::Of<float>({3, 2}, {0.5f, -0.25f, 1.5f, -2, 0.1f, 0.3f}),
                               Tensor::Scalar<int32_t>(0)}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("EncodeWav", {Tensor::Vector<float>({1}), Tensor::Scalar<int32_t>(8000)}),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
