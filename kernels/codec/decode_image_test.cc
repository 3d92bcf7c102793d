// Expected values are TensorFlow 2.21's.
#include <array>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/codec/image_files.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterDecodeImage(Registry& r);

namespace {

using absl::StatusCode;

struct DecodeImageTest : OpTest {
  DecodeImageTest() : OpTest({RegisterDecodeImage}) {}
};

TEST_F(DecodeImageTest, Jpegs) {
  EXPECT_TENSOR_EQ(
      Run1("DecodeJpeg", {ImageFile(kJpeg)}),
      Tensor::Of<uint8_t>(
          {6, 5, 3}, {0,  40,  99,  28,  69,  125, 59,  100, 154, 88,  130, 180, 118, 158, 207,
                      21, 62,  118, 49,  90,  144, 80,  121, 173, 109, 151, 199, 139, 180, 224,
                      40, 81,  135, 69,  110, 162, 101, 142, 188, 130, 172, 214, 161, 200, 239,
                      59, 101, 151, 87,  129, 177, 119, 161, 203, 147, 190, 225, 178, 219, 249,
                      83, 123, 172, 111, 152, 196, 144, 183, 222, 171, 212, 242, 199, 239, 255,
                      99, 140, 186, 127, 169, 211, 160, 200, 236, 186, 227, 255, 213, 254, 255}));
  EXPECT_TENSOR_EQ(
      Run1("DecodeJpeg", {ImageFile(kJpeg)}, {{"channels", int64_t{1}}}),
      Tensor::Of<uint8_t>(
          {6, 5, 1}, {35, 63,  94,  123, 152, 56,  84,  115, 144, 173, 75,  104, 135, 164, 193,
                      94, 122, 153, 181, 210, 117, 145, 176, 203, 230, 133, 161, 192, 218, 244}));
  EXPECT_TENSOR_EQ(Run1("DecodeJpeg", {ImageFile(kJpeg)}, {{"ratio", int64_t{2}}}),
                   Tensor::Of<uint8_t>({3, 3, 3}, {24,  64,  123, 85,  126, 178, 130, 171, 217,
                                                   63,  104, 156, 125, 167, 209, 170, 211, 243,
                                                   105, 146, 192, 166, 207, 239, 206, 248, 255}));
  EXPECT_TENSOR_EQ(
      Run1("DecodeJpeg", {ImageFile(kJpeg)}, {{"fancy_upscaling", false}}),
      Tensor::Of<uint8_t>(
          {6, 5, 3}, {0,  40,  99,  28,  68,  127, 59,  100, 152, 88,  129, 181, 118, 159, 205,
                      21, 61,  120, 49,  89,  148, 80,  121, 173, 109, 150, 202, 139, 180, 226,
                      40, 81,  133, 69,  110, 162, 101, 143, 185, 130, 172, 214, 161, 202, 234,
                      59, 100, 152, 87,  128, 180, 119, 161, 203, 147, 189, 231, 178, 219, 251,
                      83, 124, 170, 111, 152, 198, 144, 185, 217, 171, 212, 244, 199, 241, 255,
                      99, 140, 186, 127, 168, 214, 160, 201, 233, 186, 227, 255, 213, 255, 255}));
  EXPECT_TENSOR_EQ(
      Run1("DecodeJpeg", {ImageFile(kJpeg)}, {{"dct_method", "INTEGER_FAST"}}),
      Tensor::Of<uint8_t>(
          {6, 5, 3}, {0,  40,  99,  28,  69,  125, 59,  100, 154, 88,  130, 180, 118, 158, 207,
                      21, 62,  118, 49,  90,  144, 80,  121, 173, 109, 151, 199, 139, 180, 224,
                      40, 81,  135, 69,  110, 162, 101, 142, 188, 130, 172, 214, 161, 200, 239,
                      59, 101, 151, 87,  129, 177, 119, 161, 203, 147, 190, 225, 178, 219, 249,
                      83, 123, 172, 111, 152, 196, 144, 183, 222, 171, 212, 242, 199, 239, 255,
                      99, 140, 186, 127, 169, 211, 160, 200, 236, 186, 227, 255, 213, 254, 255}));
  EXPECT_TENSOR_EQ(
      Run1("DecodeJpeg", {ImageFile(kGreyJpeg)}),
      Tensor::Of<uint8_t>({6, 5, 1},
                          {0,  22, 52,  85,  115, 12, 43,  73,  105, 136, 33, 64,  94,  126, 157,
                           54, 85, 115, 147, 178, 76, 106, 136, 169, 199, 98, 128, 158, 190, 221}));
  EXPECT_TENSOR_EQ(
      Run1("DecodeJpeg", {ImageFile(kGreyJpeg)}, {{"channels", int64_t{3}}}),
      Tensor::Of<uint8_t>(
          {6, 5, 3}, {0,  0,  0,  22,  22,  22,  52,  52,  52,  85,  85,  85,  115, 115, 115,
                      12, 12, 12, 43,  43,  43,  73,  73,  73,  105, 105, 105, 136, 136, 136,
                      33, 33, 33, 64,  64,  64,  94,  94,  94,  126, 126, 126, 157, 157, 157,
                      54, 54, 54, 85,  85,  85,  115, 115, 115, 147, 147, 147, 178, 178, 178,
                      76, 76, 76, 106, 106, 106, 136, 136, 136, 169, 169, 169, 199, 199, 199,
                      98, 98, 98, 128, 128, 128, 158, 158, 158, 190, 190, 190, 221, 221, 221}));
}

TEST_F(DecodeImageTest, Pngs) {
  EXPECT_TENSOR_EQ(
      Run1("DecodePng", {ImageFile(kPng)}),
      Tensor::Of<uint8_t>(
          {6, 5, 3}, {0,   40,  90,  30,  70,  120, 60,  100, 150, 90,  130, 180, 120, 160, 210,
                      20,  60,  110, 50,  90,  140, 80,  120, 170, 110, 150, 200, 140, 180, 230,
                      40,  80,  130, 70,  110, 160, 100, 140, 190, 130, 170, 220, 160, 200, 250,
                      60,  100, 150, 90,  130, 180, 120, 160, 210, 150, 190, 240, 180, 220, 255,
                      80,  120, 170, 110, 150, 200, 140, 180, 230, 170, 210, 255, 200, 240, 255,
                      100, 140, 190, 130, 170, 220, 160, 200, 250, 190, 230, 255, 220, 255, 255}));
  EXPECT_TENSOR_EQ(
      Run1("DecodePng", {ImageFile(kPng)}, {{"channels", int64_t{1}}}),
      Tensor::Of<uint8_t>(
          {6, 5, 1}, {33, 63,  93,  123, 153, 53,  83,  113, 143, 173, 73,  103, 133, 163, 193,
                      93, 123, 153, 183, 212, 113, 143, 173, 203, 229, 133, 163, 193, 220, 244}));
  EXPECT_TENSOR_EQ(
      Run1("DecodePng", {ImageFile(kPng)}, {{"channels", int64_t{4}}}),
      Tensor::Of<uint8_t>(
          {6, 5, 4},
          {0,   40,  90,  255, 30,  70,  120, 255, 60,  100, 150, 255, 90,  130, 180, 255, 120, 160,
           210, 255, 20,  60,  110, 255, 50,  90,  140, 255, 80,  120, 170, 255, 110, 150, 200, 255,
           140, 180, 230, 255, 40,  80,  130, 255, 70,  110, 160, 255, 100, 140, 190, 255, 130, 170,
           220, 255, 160, 200, 250, 255, 60,  100, 150, 255, 90,  130, 180, 255, 120, 160, 210, 255,
           150, 190, 240, 255, 180, 220, 255, 255, 80,  120, 170, 255, 110, 150, 200, 255, 140, 180,
           230, 255, 170, 210, 255, 255, 200, 240, 255, 255, 100, 140, 190, 255, 130, 170, 220, 255,
           160, 200, 250, 255, 190, 230, 255, 255, 220, 255, 255, 255}));
  EXPECT_TENSOR_EQ(
      Run1("DecodePng", {ImageFile(kPng)}, {{"dtype", DType::kUInt16}}),
      Tensor::Of<uint16_t>(
          {6, 5, 3},
          {0,     10280, 23130, 7710,  17990, 30840, 15420, 25700, 38550, 23130, 33410, 46260,
           30840, 41120, 53970, 5140,  15420, 28270, 12850, 23130, 35980, 20560, 30840, 43690,
           28270, 38550, 51400, 35980, 46260, 59110, 10280, 20560, 33410, 17990, 28270, 41120,
           25700, 35980, 48830, 33410, 43690, 56540, 41120, 51400, 64250, 15420, 25700, 38550,
           23130, 33410, 46260, 30840, 41120, 53970, 38550, 48830, 61680, 46260, 56540, 65535,
           20560, 30840, 43690, 28270, 38550, 51400, 35980, 46260, 59110, 43690, 53970, 65535,
           51400, 61680, 65535, 25700, 35980, 48830, 33410, 43690, 56540, 41120, 51400, 64250,
           48830, 59110, 65535, 56540, 65535, 65535}));
  EXPECT_TENSOR_EQ(
      Run1("DecodePng", {ImageFile(kPngWithAlpha)}),
      Tensor::Of<uint8_t>(
          {6, 5, 4},
          {0,   40,  90,  0,   30,  70,  120, 30,  60,  100, 150, 60,  90,  130, 180, 90,  120, 160,
           210, 120, 20,  60,  110, 20,  50,  90,  140, 50,  80,  120, 170, 80,  110, 150, 200, 110,
           140, 180, 230, 140, 40,  80,  130, 40,  70,  110, 160, 70,  100, 140, 190, 100, 130, 170,
           220, 130, 160, 200, 250, 160, 60,  100, 150, 60,  90,  130, 180, 90,  120, 160, 210, 120,
           150, 190, 240, 150, 180, 220, 255, 180, 80,  120, 170, 80,  110, 150, 200, 110, 140, 180,
           230, 140, 170, 210, 255, 170, 200, 240, 255, 200, 100, 140, 190, 100, 130, 170, 220, 130,
           160, 200, 250, 160, 190, 230, 255, 190, 220, 255, 255, 220}));
  EXPECT_TENSOR_EQ(
      Run1("DecodePng", {ImageFile(kPngWithAlpha)}, {{"channels", int64_t{1}}}),
      Tensor::Of<uint8_t>(
          {6, 5, 1}, {33, 63,  93,  123, 153, 53,  83,  113, 143, 173, 73,  103, 133, 163, 193,
                      93, 123, 153, 183, 212, 113, 143, 173, 203, 229, 133, 163, 193, 220, 244}));
  EXPECT_TENSOR_EQ(
      Run1("DecodePng", {ImageFile(kPngWithAlpha)}, {{"channels", int64_t{3}}}),
      Tensor::Of<uint8_t>(
          {6, 5, 3}, {0,   40,  90,  30,  70,  120, 60,  100, 150, 90,  130, 180, 120, 160, 210,
                      20,  60,  110, 50,  90,  140, 80,  120, 170, 110, 150, 200, 140, 180, 230,
                      40,  80,  130, 70,  110, 160, 100, 140, 190, 130, 170, 220, 160, 200, 250,
                      60,  100, 150, 90,  130, 180, 120, 160, 210, 150, 190, 240, 180, 220, 255,
                      80,  120, 170, 110, 150, 200, 140, 180, 230, 170, 210, 255, 200, 240, 255,
                      100, 140, 190, 130, 170, 220, 160, 200, 250, 190, 230, 255, 220, 255, 255}));
  EXPECT_TENSOR_EQ(
      Run1("DecodePng", {ImageFile(kGreyPng)}),
      Tensor::Of<uint8_t>(
          {6, 5, 1}, {40,  70,  100, 130, 160, 60,  90,  120, 150, 180, 80,  110, 140, 170, 200,
                      100, 130, 160, 190, 220, 120, 150, 180, 210, 240, 140, 170, 200, 230, 255}));
  EXPECT_TENSOR_EQ(
      Run1("DecodePng", {ImageFile(kGreyPng)}, {{"channels", int64_t{4}}}),
      Tensor::Of<uint8_t>(
          {6, 5, 4},
          {40,  40,  40,  255, 70,  70,  70,  255, 100, 100, 100, 255, 130, 130, 130, 255, 160, 160,
           160, 255, 60,  60,  60,  255, 90,  90,  90,  255, 120, 120, 120, 255, 150, 150, 150, 255,
           180, 180, 180, 255, 80,  80,  80,  255, 110, 110, 110, 255, 140, 140, 140, 255, 170, 170,
           170, 255, 200, 200, 200, 255, 100, 100, 100, 255, 130, 130, 130, 255, 160, 160, 160, 255,
           190, 190, 190, 255, 220, 220, 220, 255, 120, 120, 120, 255, 150, 150, 150, 255, 180, 180,
           180, 255, 210, 210, 210, 255, 240, 240, 240, 255, 140, 140, 140, 255, 170, 170, 170, 255,
           200, 200, 200, 255, 230, 230, 230, 255, 255, 255, 255, 255}));
  EXPECT_TENSOR_EQ(
      Run1("DecodePng", {ImageFile(kGreyPng)}, {{"dtype", DType::kUInt16}}),
      Tensor::Of<uint16_t>({6, 5, 1},
                           {10280, 17990, 25700, 33410, 41120, 15420, 23130, 30840, 38550, 46260,
                            20560, 28270, 35980, 43690, 51400, 25700, 33410, 41120, 48830, 56540,
                            30840, 38550, 46260, 53970, 61680, 35980, 43690, 51400, 59110, 65535}));
  EXPECT_TENSOR_EQ(
      Run1("DecodePng", {ImageFile(kPng16)}),
      Tensor::Of<uint8_t>(
          {6, 5, 3}, {0,   40,  90,  30,  70,  120, 60,  100, 150, 90,  130, 180, 120, 160, 210,
                      20,  60,  110, 50,  90,  140, 80,  120, 170, 110, 150, 200, 140, 180, 230,
                      40,  80,  130, 70,  110, 160, 100, 140, 190, 130, 170, 220, 160, 200, 250,
                      60,  100, 150, 90,  130, 180, 120, 160, 210, 150, 190, 240, 180, 220, 255,
                      80,  120, 170, 110, 150, 200, 140, 180, 230, 170, 210, 255, 200, 240, 255,
                      100, 140, 190, 130, 170, 220, 160, 200, 250, 190, 230, 255, 220, 255, 255}));
  EXPECT_TENSOR_EQ(
      Run1("DecodePng", {ImageFile(kPng16)}, {{"dtype", DType::kUInt16}}),
      Tensor::Of<uint16_t>(
          {6, 5, 3},
          {0,     10280, 23130, 7710,  17990, 30840, 15420, 25700, 38550, 23130, 33410, 46260,
           30840, 41120, 53970, 5140,  15420, 28270, 12850, 23130, 35980, 20560, 30840, 43690,
           28270, 38550, 51400, 35980, 46260, 59110, 10280, 20560, 33410, 17990, 28270, 41120,
           25700, 35980, 48830, 33410, 43690, 56540, 41120, 51400, 64250, 15420, 25700, 38550,
           23130, 33410, 46260, 30840, 41120, 53970, 38550, 48830, 61680, 46260, 56540, 65535,
           20560, 30840, 43690, 28270, 38550, 51400, 35980, 46260, 59110, 43690, 53970, 65535,
           51400, 61680, 65535, 25700, 35980, 48830, 33410, 43690, 56540, 41120, 51400, 64250,
           48830, 59110, 65535, 56540, 65535, 65535}));
}

TEST_F(DecodeImageTest, AnyFile) {
  EXPECT_TENSOR_EQ(
      Run1("DecodeImage", {ImageFile(kJpeg)},
           {{"dtype", DType::kUInt16}, {"expand_animations", false}}),
      Tensor::Of<uint16_t>(
          {6, 5, 3},
          {0,     10240, 25344, 7168,  17664, 32000, 15104, 25600, 39424, 22528, 33280, 46080,
           30208, 40448, 52992, 5376,  15872, 30208, 12544, 23040, 36864, 20480, 30976, 44288,
           27904, 38656, 50944, 35584, 46080, 57344, 10240, 20736, 34560, 17664, 28160, 41472,
           25856, 36352, 48128, 33280, 44032, 54784, 41216, 51200, 61184, 15104, 25856, 38656,
           22272, 33024, 45312, 30464, 41216, 51968, 37632, 48640, 57600, 45568, 56064, 63744,
           21248, 31488, 44032, 28416, 38912, 50176, 36864, 46848, 56832, 43776, 54272, 61952,
           50944, 61184, 65280, 25344, 35840, 47616, 32512, 43264, 54016, 40960, 51200, 60416,
           47616, 58112, 65280, 54528, 65024, 65280}));
  EXPECT_TENSOR_EQ(
      Run1("DecodeImage", {ImageFile(kPng16)},
           {{"dtype", DType::kUInt16}, {"expand_animations", false}}),
      Tensor::Of<uint16_t>(
          {6, 5, 3},
          {0,     10280, 23130, 7710,  17990, 30840, 15420, 25700, 38550, 23130, 33410, 46260,
           30840, 41120, 53970, 5140,  15420, 28270, 12850, 23130, 35980, 20560, 30840, 43690,
           28270, 38550, 51400, 35980, 46260, 59110, 10280, 20560, 33410, 17990, 28270, 41120,
           25700, 35980, 48830, 33410, 43690, 56540, 41120, 51400, 64250, 15420, 25700, 38550,
           23130, 33410, 46260, 30840, 41120, 53970, 38550, 48830, 61680, 46260, 56540, 65535,
           20560, 30840, 43690, 28270, 38550, 51400, 35980, 46260, 59110, 43690, 53970, 65535,
           51400, 61680, 65535, 25700, 35980, 48830, 33410, 43690, 56540, 41120, 51400, 64250,
           48830, 59110, 65535, 56540, 65535, 65535}));
  EXPECT_TENSOR_NEAR(
      Run1("DecodeImage", {ImageFile(kPng16)},
           {{"dtype", DType::kFloat}, {"expand_animations", false}}),
      Tensor::Of<float>(
          {6, 5, 3}, {0,           0.15686275f, 0.3529412f,  0.11764706f,  0.27450982f, 0.47058824f,
                      0.23529412f, 0.39215687f, 0.5882353f,  0.3529412f,   0.50980395f, 0.7058824f,
                      0.47058824f, 0.627451f,   0.8235294f,  0.078431375f, 0.23529412f, 0.43137255f,
                      0.19607843f, 0.3529412f,  0.54901963f, 0.3137255f,   0.47058824f, 0.6666667f,
                      0.43137255f, 0.5882353f,  0.78431374f, 0.54901963f,  0.7058824f,  0.9019608f,
                      0.15686275f, 0.3137255f,  0.50980395f, 0.27450982f,  0.43137255f, 0.627451f,
                      0.39215687f, 0.54901963f, 0.74509805f, 0.50980395f,  0.6666667f,  0.8627451f,
                      0.627451f,   0.78431374f, 0.98039216f, 0.23529412f,  0.39215687f, 0.5882353f,
                      0.3529412f,  0.50980395f, 0.7058824f,  0.47058824f,  0.627451f,   0.8235294f,
                      0.5882353f,  0.74509805f, 0.9411765f,  0.7058824f,   0.8627451f,  1,
                      0.3137255f,  0.47058824f, 0.6666667f,  0.43137255f,  0.5882353f,  0.78431374f,
                      0.54901963f, 0.7058824f,  0.9019608f,  0.6666667f,   0.8235294f,  1,
                      0.78431374f, 0.9411765f,  1,           0.39215687f,  0.54901963f, 0.74509805f,
                      0.50980395f, 0.6666667f,  0.8627451f,  0.627451f,    0.78431374f, 0.98039216f,
                      0.74509805f, 0.9019608f,  1,           0.8627451f,   1,           1}));
  // Each op takes every kind of file.
  const AttrMap still = {{"expand_animations", false}};
  for (const char* file : {kJpeg, kPng, kGreyPng}) {
    const Tensor image = Run1("DecodeImage", {ImageFile(file)}, still);
    EXPECT_TENSOR_EQ(Run1("DecodePng", {ImageFile(file)}), image);
    EXPECT_TENSOR_EQ(Run1("DecodeJpeg", {ImageFile(file)}), image);
  }
}

TEST_F(DecodeImageTest, Gifs) {
  const Tensor frames = Tensor::Of<uint8_t>(
      {2, 2, 3, 3}, {0, 0, 0, 255, 0, 0, 0, 255, 0, 10, 20, 30, 0,  255, 0,  255, 0, 0,  //
                     0, 0, 0, 255, 0, 0, 0, 255, 0, 10, 20, 30, 10, 20,  30, 255, 0, 0});
  EXPECT_TENSOR_EQ(Run1("DecodeGif", {ImageFile(kGif)}), frames);
  EXPECT_TENSOR_EQ(Run1("DecodeImage", {ImageFile(kGif)}), frames);
  EXPECT_TENSOR_EQ(Run1("DecodeImage", {ImageFile(kGif)}, {{"expand_animations", false}}),
                   *frames.Slice(0, 1).Reshaped(Shape({2, 3, 3})));
  EXPECT_EQ(Code("DecodePng", {ImageFile(kGif)}), StatusCode::kInvalidArgument);
  const Tensor column = Run1("DecodePng", {ImageFile(kInterlacedGif)});
  ASSERT_EQ(column.shape(), Shape({12, 1, 3}));
  for (int64_t y = 0; y < 12; ++y)
    EXPECT_EQ(column.data<uint8_t>()[y * 3], (std::array{0, 255, 0, 10}[y % 4])) << y;
  EXPECT_EQ(Run1("DecodeGif", {ImageFile(kGreyPng)}).shape(), Shape({1, 6, 5, 3}));
}

// Of an animation what is complete.
TEST_F(DecodeImageTest, IncompleteGifs) {
  const size_t size = ImageFile(kGif).scalar<std::string>().size();
  for (size_t n = 0; n < size - 1; ++n) {
    const auto frames = Run("DecodeGif", {ImageFile(kGif, n)});
    if (frames.ok()) {
      EXPECT_GE(n, 47u);
      EXPECT_EQ((*frames)[0].dim(0), 1);
    } else {
      EXPECT_EQ(frames.status().code(), StatusCode::kInvalidArgument);
    }
  }
}

TEST_F(DecodeImageTest, CropsAreParts) {
  const Tensor whole = Run1("DecodeJpeg", {ImageFile(kJpeg)});
  const auto crop = [&](std::vector<int32_t> window) {
    return Run1("DecodeAndCropJpeg", {ImageFile(kJpeg), Tensor::Vector<int32_t>(window)});
  };
  EXPECT_TENSOR_EQ(crop({0, 0, 6, 5}), whole);
  const Tensor part = crop({2, 1, 3, 2});
  ASSERT_EQ(part.shape(), Shape({3, 2, 3}));
  for (int64_t i = 0; i < part.num_elements(); ++i)
    EXPECT_EQ(part.data<uint8_t>()[i], whole.data<uint8_t>()[(i / 6 + 2) * 15 + 3 + i % 6]);
}

TEST_F(DecodeImageTest, Shapes) {
  EXPECT_TENSOR_EQ(Run1("ExtractJpegShape", {ImageFile(kJpeg)}),
                   Tensor::Vector<int32_t>({6, 5, 3}));
  EXPECT_TENSOR_EQ(
      Run1("ExtractJpegShape", {ImageFile(kGreyJpeg)}, {{"output_type", DType::kInt64}}),
      Tensor::Vector<int64_t>({6, 5, 1}));
}

TEST_F(DecodeImageTest, Refuses) {
  const StatusCode bad = StatusCode::kInvalidArgument;
  EXPECT_EQ(Code("DecodeJpeg", {Tensor::Scalar("nonsense")}), bad);
  EXPECT_EQ(Code("DecodeJpeg", {ImageFile(kJpeg)}, {{"ratio", int64_t{3}}}), bad);
  EXPECT_EQ(Code("DecodeJpeg", {ImageFile(kJpeg)}, {{"channels", int64_t{4}}}), bad);
  EXPECT_EQ(Code("DecodeJpeg", {Tensor::Vector<std::string>({"x"})}), bad);
  EXPECT_EQ(Code("DecodePng", {ImageFile(kPng)}, {{"channels", int64_t{2}}}), bad);
  const auto crop = [&](const char* file, std::vector<int32_t> window) {
    return Code("DecodeAndCropJpeg", {ImageFile(file), Tensor::Vector<int32_t>(window)});
  };
  EXPECT_EQ(crop(kJpeg, {0, 0, 9, 5}), bad);
  EXPECT_EQ(crop(kJpeg, {0, -1, 2, 2}), bad);
  EXPECT_EQ(crop(kJpeg, {0, 0, 2}), bad);
  EXPECT_EQ(crop(kPng, {0, 0, 2, 2}), bad);
  EXPECT_EQ(Code("ExtractJpegShape", {Tensor::Scalar("x")}), bad);
}

// However much of a file is there, decoding ends with an error, and reads nothing beyond.
TEST_F(DecodeImageTest, RefusesIncompleteFiles) {
  for (const char* file : {kJpeg, kGreyJpeg, kPng, kPngWithAlpha, kPng16}) {
    const size_t size = ImageFile(file).scalar<std::string>().size();
    for (size_t n = 0; n + 2 < size; n += 3)
      EXPECT_EQ(Code("DecodePng", {ImageFile(file, n)}), StatusCode::kInvalidArgument) << n;
  }
}

TEST_F(DecodeImageTest, RecoversTruncatedFiles) {
  const Tensor part = ImageFile(kJpeg, 640);
  EXPECT_EQ(Code("DecodeJpeg", {part}), StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Run1("DecodeJpeg", {part}, {{"try_recover_truncated", true}, {"acceptable_fraction", 0.0f}})
          .shape(),
      Shape({6, 5, 3}));
}

}  // namespace
}  // namespace millrace
