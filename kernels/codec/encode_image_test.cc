// Files read back give the image; what is refused.
#include <cstdlib>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterDecodeImage(Registry& r);
absl::Status RegisterEncodeImage(Registry& r);

namespace {

using absl::StatusCode;

struct EncodeImageTest : OpTest {
  EncodeImageTest() : OpTest({RegisterDecodeImage, RegisterEncodeImage}) {}
};

// Colours that change slowly, which JPEG keeps well.
template <typename T>
Tensor Gradations(int64_t channels) {
  std::vector<T> values;
  for (int64_t y = 0; y < 16; ++y) {
    for (int64_t x = 0; x < 24; ++x) {
      for (int64_t k = 0; k < channels; ++k) values.push_back(static_cast<T>(6 * x + 4 * y + k));
    }
  }
  return Tensor::Of<T>(Shape({16, 24, channels}), absl::MakeConstSpan(values));
}

TEST_F(EncodeImageTest, PngsComeBackAsTheyWere) {
  for (const int64_t channels : {1, 3, 4}) {
    const Tensor bytes = Gradations<uint8_t>(channels), words = Gradations<uint16_t>(channels);
    EXPECT_TENSOR_EQ(Run1("DecodePng", {Run1("EncodePng", {bytes})}), bytes);
    EXPECT_TENSOR_EQ(Run1("DecodePng", {Run1("EncodePng", {words})}, {{"dtype", DType::kUInt16}}),
                     words);
  }
  const Tensor batch = *Gradations<uint8_t>(3).Reshaped(Shape({2, 1, 8, 24, 3}));
  EXPECT_EQ(Run1("EncodePng", {batch}).shape(), Shape({2, 1}));
}

TEST_F(EncodeImageTest, JpegsComeBackNearly) {
  for (const int64_t channels : {1, 3}) {
    const Tensor image = Gradations<uint8_t>(channels);
    const Tensor back = Run1("DecodeJpeg", {Run1("EncodeJpeg", {image})});
    ASSERT_EQ(back.shape(), image.shape());
    for (int64_t i = 0; i < image.num_elements(); ++i)
      EXPECT_LE(std::abs(back.data<uint8_t>()[i] - image.data<uint8_t>()[i]), 4);
  }
}

TEST_F(EncodeImageTest, OptionsShow) {
  const Tensor image = Gradations<uint8_t>(3);
  const auto size = [&](AttrMap attrs) {
    return Run1("EncodeJpeg", {image}, std::move(attrs)).scalar<std::string>().size();
  };
  EXPECT_LT(size({{"quality", int64_t{20}}}), size({}));
  EXPECT_GT(size({{"xmp_metadata", "<x/>"}}), size({}));
  EXPECT_NE(size({{"progressive", true}}), size({}));
  EXPECT_TENSOR_EQ(Run1("EncodeJpegVariableQuality", {image, Tensor::Scalar<int32_t>(95)}),
                   Run1("EncodeJpeg", {image}));
}

TEST_F(EncodeImageTest, Refuses) {
  const Tensor image = Gradations<uint8_t>(3);
  const StatusCode bad = StatusCode::kInvalidArgument;
  EXPECT_EQ(Code("EncodeJpeg", {Gradations<uint8_t>(2)}), bad);
  EXPECT_EQ(Code("EncodeJpeg", {image}, {{"format", "grayscale"}}), bad);
  EXPECT_EQ(Code("EncodeJpeg", {image}, {{"quality", int64_t{101}}}), bad);
  EXPECT_EQ(Code("EncodeJpegVariableQuality", {image, Tensor::Scalar<int32_t>(-1)}), bad);
  EXPECT_EQ(Code("EncodePng", {Gradations<uint8_t>(5)}), bad);
  EXPECT_EQ(Code("EncodePng", {image}, {{"compression", int64_t{10}}}), bad);
  EXPECT_EQ(Code("EncodePng", {Tensor::Of<uint8_t>({0, 2, 3}, {})}), StatusCode::kInternal);
  EXPECT_EQ(Code("EncodeJpeg", {Tensor::Of<uint8_t>({0, 2, 3}, {})}), StatusCode::kInternal);
  EXPECT_EQ(Run1("EncodePng", {Tensor::Of<uint8_t>({0, 2, 2, 3}, {})}).shape(), Shape({0}));
}

}  // namespace
}  // namespace millrace
