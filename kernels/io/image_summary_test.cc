// ImageSummary: tags, scaling, and the PNG files in it, which are read back here.
#include <cmath>

#include "kernels/codec/png.h"
#include "kernels/testing/op_test.h"
#include "protos/summary.pb.h"

namespace millrace {

absl::Status RegisterImageSummary(Registry& r);

namespace {

// The pixels of the PNG file in an image.
std::vector<int> PixelsOf(const Summary::Image& image) {
  const auto pixels = DecodePng<uint8_t>(image.encoded_image_string(), 0);
  if (!pixels.ok()) {
    ADD_FAILURE() << pixels.status();
    return {};
  }
  EXPECT_EQ(pixels->width, image.width());
  EXPECT_EQ(pixels->height, image.height());
  EXPECT_EQ(pixels->channels, image.colorspace());
  return std::vector<int>(pixels->values.begin(), pixels->values.end());
}

struct ImageSummaryTest : OpTest {
  ImageSummaryTest() : OpTest({RegisterImageSummary}) {}
  Summary Make(Tensor images, AttrMap attrs = {}) {
    Summary summary;
    const Tensor made = Run1("ImageSummary", {Tensor::Scalar("t"), std::move(images)}, attrs);
    EXPECT_TRUE(summary.ParseFromString(made.scalar<std::string>()));
    return summary;
  }
};

template <typename T>
Tensor Images(std::vector<int64_t> shape, const std::vector<T>& values) {
  absl::StatusOr<Tensor> t = Tensor::Create(kDTypeOf<T>, Shape(shape));
  std::copy(values.begin(), values.end(), t->template mutable_data<T>());
  return *std::move(t);
}

TEST_F(ImageSummaryTest, BytesAreShownAsTheyAre) {
  const Summary s = Make(Images<uint8_t>({2, 1, 2, 3}, {0, 1, 2, 3, 4, 5, 250, 7, 8, 9, 10, 255}));
  ASSERT_EQ(s.value_size(), 2);
  EXPECT_EQ(s.value(0).tag(), "t/image/0");
  EXPECT_EQ(s.value(1).image().colorspace(), 3);
  EXPECT_EQ(PixelsOf(s.value(0).image()), (std::vector<int>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(PixelsOf(s.value(1).image()), (std::vector<int>{250, 7, 8, 9, 10, 255}));
}

TEST_F(ImageSummaryTest, RealsAreScaledEachImageForItself) {
  const Summary s = Make(Images<float>({3, 2, 1, 1}, {0.5f, 2, -1, 0.5f, 0, 1e-9f}));
  EXPECT_EQ(PixelsOf(s.value(0).image()), (std::vector<int>{63, 255}));
  EXPECT_EQ(PixelsOf(s.value(1).image()), (std::vector<int>{1, 191}));
  EXPECT_EQ(PixelsOf(s.value(2).image()), (std::vector<int>{0, 0}));
}

TEST_F(ImageSummaryTest, PixelsThatAreNotFiniteGetAColourOfTheirOwn) {
  const Tensor image =
      Images<double>({1, 1, 2, 3}, {1, std::nan(""), 100, 0, 0.5, HUGE_VAL / HUGE_VAL});
  EXPECT_EQ(PixelsOf(Make(image).value(0).image()), (std::vector<int>{255, 0, 0, 255, 0, 0}));
  const Tensor half = Images<double>({1, 1, 2, 1}, {HUGE_VAL, 4});
  const Summary s = Make(half, {{"bad_color", Tensor::Vector<uint8_t>({9})}, {"max_images", 1}});
  EXPECT_EQ(s.value(0).tag(), "t/image");
  EXPECT_EQ(PixelsOf(s.value(0).image()), (std::vector<int>{9, 255}));
}

TEST_F(ImageSummaryTest, RefusesWhatIsNoImage) {
  const Tensor tag = Tensor::Scalar("t");
  for (const std::vector<int64_t>& shape :
       std::vector<std::vector<int64_t>>{{2, 2, 3}, {1, 2, 2, 2}, {1, 0, 2, 1}}) {
    const Tensor images = *Tensor::CreateZeros(DType::kFloat, Shape(shape));
    EXPECT_EQ(Code("ImageSummary", {tag, images}), absl::StatusCode::kInvalidArgument);
  }
  const Tensor images = *Tensor::CreateZeros(DType::kFloat, Shape({1, 1, 1, 3}));
  for (const Tensor& colour : {Tensor::Vector<uint8_t>({1, 2}), Tensor::Vector<float>({1, 2, 3})}) {
    EXPECT_EQ(Code("ImageSummary", {tag, images}, {{"bad_color", colour}}),
              absl::StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(Make(*Tensor::CreateZeros(DType::kFloat, Shape({0, 1, 1, 3}))).value_size(), 0);
}

}  // namespace
}  // namespace millrace
