#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterConv2d(Registry& r);

namespace {

struct Conv2dTest : OpTest {
  Conv2dTest() : OpTest({RegisterConv2d}) {}
};

using Ints = std::vector<int64_t>;

struct ReferenceWindow {
  int64_t stride_y = 1, stride_x = 1, dilation_y = 1, dilation_x = 1, pad_y = 0, pad_x = 0,
          out_height = 0, out_width = 0;
};

// x: NHWC, filter: HWIO, float.
Tensor ReferenceConvolution(const Tensor& x, const Tensor& f, const ReferenceWindow& w) {
  const int64_t channels = x.dim(3), group_in = f.dim(2), out = f.dim(3),
                group_out = out / (channels / group_in);
  Tensor y = *Tensor::CreateZeros(DType::kFloat, Shape({x.dim(0), w.out_height, w.out_width, out}));
  int64_t at = 0;
  for (int64_t n = 0; n < x.dim(0); ++n) {
    for (int64_t oy = 0; oy < w.out_height; ++oy) {
      for (int64_t ox = 0; ox < w.out_width; ++ox) {
        for (int64_t o = 0; o < out; ++o, ++at) {
          double sum = 0;
          for (int64_t ky = 0; ky < f.dim(0); ++ky) {
            for (int64_t kx = 0; kx < f.dim(1); ++kx) {
              const int64_t iy = oy * w.stride_y - w.pad_y + ky * w.dilation_y;
              const int64_t ix = ox * w.stride_x - w.pad_x + kx * w.dilation_x;
              if (iy < 0 || iy >= x.dim(1) || ix < 0 || ix >= x.dim(2)) continue;
              for (int64_t i = 0; i < group_in; ++i) {
                const int64_t channel = o / group_out * group_in + i;
                sum += static_cast<double>(
                           x.data<float>()[((n * x.dim(1) + iy) * x.dim(2) + ix) * channels +
                                           channel]) *
                       f.data<float>()[((ky * f.dim(1) + kx) * group_in + i) * out + o];
              }
            }
          }
          y.mutable_data<float>()[at] = static_cast<float>(sum);
        }
      }
    }
  }
  return y;
}

Tensor Numbers(const Shape& shape, uint32_t seed) {
  Tensor t = *Tensor::Create(DType::kFloat, shape);
  for (float& v : t.mutable_flat<float>()) {
    seed = seed * 1664525u + 1013904223u;
    v = static_cast<float>(seed >> 8) / 8388608.0f - 1.0f;
  }
  return t;
}

TEST_F(Conv2dTest, AgreesWithTheDefinition) {
  struct Case {
    Shape x, f;
    Ints strides, dilations;
    std::string padding;
    ReferenceWindow w;
  };
  const std::vector<Case> cases = {
      {Shape({2, 5, 6, 3}),
       Shape({3, 2, 3, 4}),
       {1, 1, 1, 1},
       {1, 1, 1, 1},
       "VALID",
       {1, 1, 1, 1, 0, 0, 3, 5}},
      {Shape({2, 5, 6, 3}),
       Shape({3, 3, 3, 4}),
       {1, 1, 1, 1},
       {1, 1, 1, 1},
       "SAME",
       {1, 1, 1, 1, 1, 1, 5, 6}},
      {Shape({1, 7, 7, 1}),
       Shape({5, 5, 1, 2}),
       {1, 2, 2, 1},
       {1, 1, 1, 1},
       "SAME",
       {2, 2, 1, 1, 2, 2, 4, 4}},
      {Shape({1, 8, 9, 2}),
       Shape({3, 2, 2, 3}),
       {1, 1, 1, 1},
       {1, 2, 3, 1},
       "VALID",
       {1, 1, 2, 3, 0, 0, 4, 6}},
      {Shape({1, 4, 4, 4}),
       Shape({3, 3, 2, 6}),
       {1, 1, 1, 1},
       {1, 1, 1, 1},
       "SAME",
       {1, 1, 1, 1, 1, 1, 4, 4}},
      {Shape({3, 30, 31, 8}),
       Shape({3, 3, 8, 16}),
       {1, 1, 1, 1},
       {1, 1, 1, 1},
       "SAME",
       {1, 1, 1, 1, 1, 1, 30, 31}},
  };
  for (const Case& c : cases) {
    const Tensor x = Numbers(c.x, 1), f = Numbers(c.f, 2);
    EXPECT_TENSOR_NEAR(
        Run1("Conv2D", {x, f},
             {{"strides", c.strides}, {"dilations", c.dilations}, {"padding", c.padding}}),
        ReferenceConvolution(x, f, c.w), 1e-4, 1e-4)
        << c.x.ToString() << c.f.ToString() << c.padding;
  }
}

TEST_F(Conv2dTest, ExplicitPaddingAndNchw) {
  const Tensor x = Numbers(Shape({1, 3, 4, 1}), 1), f = Numbers(Shape({2, 2, 1, 1}), 2);
  const AttrMap attrs = {{"strides", Ints{1, 1, 1, 1}},
                         {"padding", "EXPLICIT"},
                         {"explicit_paddings", Ints{0, 0, 1, 0, 0, 2, 0, 0}}};
  const Tensor y = Run1("Conv2D", {x, f}, attrs);
  EXPECT_TENSOR_NEAR(y, ReferenceConvolution(x, f, {1, 1, 1, 1, 1, 0, 3, 5}), 1e-5);
  // With one channel NCHW is the same elements under another shape.
  AttrMap nchw = attrs;
  nchw.Set("data_format", "NCHW");
  nchw.Set("explicit_paddings", Ints{0, 0, 0, 0, 1, 0, 0, 2});
  const Tensor z = Run1("Conv2D", {*x.Reshaped(Shape({1, 1, 3, 4})), f}, nchw);
  EXPECT_TENSOR_EQ(*z.Reshaped(y.shape()), y);
}

TEST_F(Conv2dTest, RefusesWhatDoesNotFit) {
  const AttrMap attrs = {{"strides", Ints{1, 1, 1, 1}}, {"padding", "VALID"}};
  const Tensor x = Numbers(Shape({1, 3, 3, 3}), 1);
  EXPECT_EQ(Code("Conv2D", {x, Numbers(Shape({2, 2, 2, 1}), 1)}, attrs),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("Conv2D", {x, Numbers(Shape({5, 5, 3, 1}), 1)}, attrs),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("Conv2D", {Numbers(Shape({3, 3}), 1), Numbers(Shape({2, 2, 3, 1}), 1)}, attrs),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("Conv2D", {x, Numbers(Shape({2, 2, 3, 1}), 1)},
                 {{"strides", Ints{1, 0, 1, 1}}, {"padding", "VALID"}}),
            absl::StatusCode::kInvalidArgument);
}

Tensor Doubles(const Shape& shape) {
  Tensor t = *Tensor::Create(DType::kDouble, shape);
  for (int64_t i = 0; i < t.num_elements(); ++i)
    t.mutable_data<double>()[i] = static_cast<double>((i * 7) % 5) - 2.0;
  return t;
}
MR_GRADIENT_EXAMPLE({.op = "Conv2D",
                     .inputs = {Doubles(Shape({2, 4, 3, 2})), Doubles(Shape({2, 2, 2, 3}))},
                     .attrs = {{"strides", Ints{1, 2, 1, 1}}, {"padding", "SAME"}}});
MR_GRADIENT_EXAMPLE({.op = "Conv2D",
                     .inputs = {Doubles(Shape({1, 2, 4, 4})), Doubles(Shape({2, 2, 1, 2}))},
                     .attrs = {{"strides", Ints{1, 1, 1, 1}},
                               {"dilations", Ints{1, 1, 2, 1}},
                               {"padding", "VALID"},
                               {"data_format", "NCHW"}}});

}  // namespace
}  // namespace millrace
