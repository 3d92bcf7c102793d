// ImageSummary: tags, scaling, and the PNG files in it, which are read back here.
#include <zlib.h>

#include <cmath>

#include "kernels/testing/op_test.h"
#include "protos/summary.pb.h"

namespace millrace {

absl::Status RegisterImageSummary(Registry& r);

namespace {

uint32_t BigEndian(const std::string& bytes, size_t at) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<uint8_t>(bytes[at + i]);
  return value;
}

// The pixels of a PNG file of unfiltered rows. Checks the order of its chunks and their checksums.
std::vector<int> Pixels(const Summary::Image& image) {
  const std::string& file = image.encoded_image_string();
  EXPECT_EQ(file.substr(0, 8), "\x89PNG\r\n\x1a\n");
  std::vector<std::string> types;
  std::string header, compressed;
  for (size_t at = 8; at < file.size();) {
    const size_t size = BigEndian(file, at);
    const std::string body = file.substr(at + 4, size + 4);
    EXPECT_EQ(BigEndian(file, at + 8 + size),
              crc32(0, reinterpret_cast<const Bytef*>(body.data()), body.size()));
    types.push_back(body.substr(0, 4));
    if (types.back() == "IHDR") header = body.substr(4);
    if (types.back() == "IDAT") compressed = body.substr(4);
    at += size + 12;
  }
  EXPECT_EQ(types, (std::vector<std::string>{"IHDR", "IDAT", "IEND"}));
  EXPECT_EQ(BigEndian(header, 0), image.width());
  EXPECT_EQ(BigEndian(header, 4), image.height());
  const size_t row = image.width() * image.colorspace();
  std::vector<Bytef> rows(image.height() * (row + 1));
  uLongf size = rows.size();
  EXPECT_EQ(uncompress(rows.data(), &size, reinterpret_cast<const Bytef*>(compressed.data()),
                       compressed.size()),
            Z_OK);
  EXPECT_EQ(size, rows.size());
  std::vector<int> pixels;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (i % (row + 1) == 0) {
      EXPECT_EQ(rows[i], 0);
    } else {
      pixels.push_back(rows[i]);
    }
  }
  return pixels;
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
  EXPECT_EQ(Pixels(s.value(0).image()), (std::vector<int>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(Pixels(s.value(1).image()), (std::vector<int>{250, 7, 8, 9, 10, 255}));
}

TEST_F(ImageSummaryTest, RealsAreScaledEachImageForItself) {
  const Summary s = Make(Images<float>({3, 2, 1, 1}, {0.5f, 2, -1, 0.5f, 0, 1e-9f}));
  EXPECT_EQ(Pixels(s.value(0).image()), (std::vector<int>{63, 255}));
  EXPECT_EQ(Pixels(s.value(1).image()), (std::vector<int>{1, 191}));
  EXPECT_EQ(Pixels(s.value(2).image()), (std::vector<int>{0, 0}));
}

TEST_F(ImageSummaryTest, PixelsThatAreNotFiniteGetAColourOfTheirOwn) {
  const Tensor image =
      Images<double>({1, 1, 2, 3}, {1, std::nan(""), 100, 0, 0.5, HUGE_VAL / HUGE_VAL});
  EXPECT_EQ(Pixels(Make(image).value(0).image()), (std::vector<int>{255, 0, 0, 255, 0, 0}));
  const Tensor half = Images<double>({1, 1, 2, 1}, {HUGE_VAL, 4});
  const Summary s = Make(half, {{"bad_color", Tensor::Vector<uint8_t>({9})}, {"max_images", 1}});
  EXPECT_EQ(s.value(0).tag(), "t/image");
  EXPECT_EQ(Pixels(s.value(0).image()), (std::vector<int>{9, 255}));
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
