#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterAdd(Registry& r);

namespace {

struct AddTest : OpTest {
  AddTest() : OpTest({RegisterAdd}) {}
};

TEST_F(AddTest, AddsAndBroadcasts) {
  const Tensor x = Tensor::Of<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_TENSOR_EQ(Run1("AddV2", {x, x}), Tensor::Of<float>({2, 3}, {2, 4, 6, 8, 10, 12}));
  EXPECT_TENSOR_EQ(Run1("AddV2", {x, Tensor::Scalar(1.0f)}),
                   Tensor::Of<float>({2, 3}, {2, 3, 4, 5, 6, 7}));
  EXPECT_TENSOR_EQ(Run1("AddV2", {x, Tensor::Vector<float>({10, 20, 30})}),
                   Tensor::Of<float>({2, 3}, {11, 22, 33, 14, 25, 36}));
  EXPECT_TENSOR_EQ(
      Run1("Sub", {Tensor::Of<float>({2, 1}, {10, 20}), Tensor::Of<float>({1, 3}, {1, 2, 3})}),
      Tensor::Of<float>({2, 3}, {9, 8, 7, 19, 18, 17}));
  EXPECT_TENSOR_EQ(Run1("AddV2", {Tensor::Of<float>({2, 1, 2}, {1, 2, 3, 4}),
                                  Tensor::Of<float>({3, 1}, {10, 20, 30})}),
                   Tensor::Of<float>({2, 3, 2}, {11, 12, 21, 22, 31, 32, 13, 14, 23, 24, 33, 34}));
}

TEST_F(AddTest, BroadcastsAgainstItsOwnDefinition) {
  // Every pair of shapes of rank up to 3 with dimensions 1, 2, 3, where they broadcast.
  std::vector<Shape> shapes = {Shape()};
  for (int64_t a : {1, 2, 3}) {
    shapes.push_back(Shape({a}));
    for (int64_t b : {1, 3}) {
      shapes.push_back(Shape({a, b}));
      for (int64_t c : {1, 2}) shapes.push_back(Shape({a, b, c}));
    }
  }
  for (const Shape& sx : shapes) {
    for (const Shape& sy : shapes) {
      std::vector<int32_t> vx(sx.num_elements()), vy(sy.num_elements());
      for (size_t i = 0; i < vx.size(); ++i) vx[i] = static_cast<int32_t>(100 * (i + 1));
      for (size_t i = 0; i < vy.size(); ++i) vy[i] = static_cast<int32_t>(i);
      auto got = Run("AddV2", {Tensor::Of<int32_t>(sx, vx), Tensor::Of<int32_t>(sy, vy)});
      const int rank = std::max(sx.rank(), sy.rank());
      std::vector<int64_t> dims(rank);
      bool fits = true;
      const auto dim = [&](const Shape& s, int i) {
        return i < rank - s.rank() ? 1 : s.dim(i - (rank - s.rank()));
      };
      for (int i = 0; i < rank; ++i) {
        fits = fits && (dim(sx, i) == dim(sy, i) || dim(sx, i) == 1 || dim(sy, i) == 1);
        dims[i] = dim(sx, i) == 1 ? dim(sy, i) : dim(sx, i);
      }
      ASSERT_EQ(got.ok(), fits) << sx.ToString() << sy.ToString() << got.status();
      if (!fits) continue;
      const Tensor& z = (*got)[0];
      ASSERT_EQ(z.shape(), Shape(dims));
      for (int64_t o = 0; o < z.num_elements(); ++o) {
        int64_t ix = 0, iy = 0, rest = o, step_x = 1, step_y = 1;
        for (int i = rank - 1; i >= 0; --i) {
          const int64_t at = rest % dims[i];
          rest /= dims[i];
          if (dim(sx, i) > 1) ix += at * step_x;
          if (dim(sy, i) > 1) iy += at * step_y;
          step_x *= dim(sx, i);
          step_y *= dim(sy, i);
        }
        ASSERT_EQ(z.data<int32_t>()[o], vx[ix] + vy[iy]) << sx.ToString() << sy.ToString() << o;
      }
    }
  }
}

TEST_F(AddTest, SharesLargeWorkAmongThreads) {
  std::vector<float> values(1000000);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 1000);
  const Tensor x = Tensor::Of<float>({1000, 1000}, values);
  const Tensor z =
      Run1("AddV2", {x, Tensor::Of<float>({1000}, absl::MakeConstSpan(values).subspan(0, 1000))});
  for (int64_t i = 0; i < z.num_elements(); i += 997) {
    ASSERT_EQ(z.data<float>()[i], 2 * static_cast<float>(i % 1000)) << i;
  }
}

TEST_F(AddTest, OtherTypes) {
  EXPECT_TENSOR_EQ(Run1("Add", {Tensor::Vector<std::string>({"a", "b"}), Tensor::Scalar("x")}),
                   Tensor::Vector<std::string>({"ax", "bx"}));
  EXPECT_TENSOR_EQ(Run1("AddV2", {Tensor::Vector<uint8_t>({250, 1}), Tensor::Scalar<uint8_t>(10)}),
                   Tensor::Vector<uint8_t>({4, 11}));
  EXPECT_TENSOR_EQ(
      Run1("AddV2", {Tensor::Vector<half>({half(1.5f), half(-2.0f)}), Tensor::Scalar(half(1.0f))}),
      Tensor::Vector<half>({half(2.5f), half(-1.0f)}));
  EXPECT_TENSOR_EQ(Run1("AddV2", {Tensor::Scalar<bfloat16>(bfloat16(2.0f)),
                                  Tensor::Scalar<bfloat16>(bfloat16(3.0f))}),
                   Tensor::Scalar<bfloat16>(bfloat16(5.0f)));
}

TEST_F(AddTest, RefusesWhatDoesNotFit) {
  EXPECT_EQ(Code("AddV2", {Tensor::Vector<float>({1, 2}), Tensor::Vector<float>({1, 2, 3})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("AddV2", {Tensor::Vector<float>({1, 2}), Tensor::Vector<double>({1, 2})}),
            absl::StatusCode::kInvalidArgument);
}

MR_GRADIENT_EXAMPLE({.op = "Add", .inputs = {Tensor::Vector<double>({1, 2}), Tensor::Scalar(3.0)}});
MR_GRADIENT_EXAMPLE({.op = "AddV2",
                     .inputs = {Tensor::Of<double>({2, 1}, {1, 2}),
                                Tensor::Vector<double>({3, 4, 5})}});
MR_GRADIENT_EXAMPLE({.op = "Sub",
                     .inputs = {Tensor::Of<double>({2, 1}, {1, 2}),
                                Tensor::Of<double>({2, 2}, {3, 4, 5, 6})}});

}  // namespace
}  // namespace millrace
