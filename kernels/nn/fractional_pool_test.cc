// Fractional pooling. Expected sequences are TensorFlow 2.21's.
#include <numeric>

#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterFractionalPool(Registry& r);
absl::Status RegisterFractionalPoolGrad(Registry& r);

namespace {

using absl::StatusCode;

Tensor Images(const Shape& shape) {
  Tensor t = *Tensor::CreateZeros(DType::kDouble, shape);
  std::iota(t.mutable_data<double>(), t.mutable_data<double>() + t.num_elements(), 1.0);
  return t;
}
AttrMap Attrs(float rows, float columns, bool pseudo_random, bool overlapping = false) {
  return {{"pooling_ratio", std::vector<float>{1, rows, columns, 1}},
          {"pseudo_random", pseudo_random},
          {"overlapping", overlapping},
          {"deterministic", true},
          {"seed", 1},
          {"seed2", 2}};
}

MR_GRADIENT_EXAMPLE({.op = "FractionalMaxPool",
                     .inputs = {Images({1, 5, 4, 2})},
                     .attrs = Attrs(1.5f, 1.3f, true, true)});
MR_GRADIENT_EXAMPLE({.op = "FractionalAvgPool",
                     .inputs = {Images({2, 5, 4, 1})},
                     .attrs = Attrs(1.5f, 1.3f, false, true)});

struct FractionalPoolTest : OpTest {
  FractionalPoolTest() : OpTest({RegisterFractionalPool, RegisterFractionalPoolGrad}) {}
  void ExpectSequences(bool pseudo_random, std::initializer_list<int64_t> rows,
                       std::initializer_list<int64_t> columns) {
    const auto got =
        Run("FractionalMaxPool", {Images({1, 10, 11, 1})}, Attrs(1.3f, 1.3f, pseudo_random));
    ASSERT_TRUE(got.ok()) << got.status();
    EXPECT_TENSOR_EQ((*got)[1], Tensor::Vector<int64_t>(rows));
    EXPECT_TENSOR_EQ((*got)[2], Tensor::Vector<int64_t>(columns));
  }
};

TEST_F(FractionalPoolTest, DrawsTheSequencesOfItsSeeds) {
  ExpectSequences(false, {0, 1, 2, 3, 5, 7, 9, 10}, {0, 1, 2, 3, 4, 5, 7, 9, 11});
  ExpectSequences(true, {0, 1, 3, 4, 6, 7, 8, 10}, {0, 1, 3, 4, 5, 7, 8, 10, 11});
}

TEST_F(FractionalPoolTest, PoolsWindows) {
  const AttrMap halves = Attrs(2, 2, false), overlapping = Attrs(2, 2, false, true);
  const Tensor x = Images({1, 4, 4, 1});
  const Tensor ends = Tensor::Vector<int64_t>({0, 2, 4});
  EXPECT_OUTPUTS_NEAR(Run("FractionalMaxPool", {x}, halves),
                      {Tensor::Of<double>({1, 2, 2, 1}, {6, 8, 14, 16}), ends, ends});
  EXPECT_OUTPUTS_NEAR(Run("FractionalAvgPool", {x}, halves),
                      {Tensor::Of<double>({1, 2, 2, 1}, {3.5, 5.5, 11.5, 13.5}), ends, ends});
  EXPECT_OUTPUTS_NEAR(Run("FractionalMaxPool", {x}, overlapping),
                      {Tensor::Of<double>({1, 2, 2, 1}, {11, 12, 15, 16}), ends, ends});
}

TEST_F(FractionalPoolTest, Refuses) {
  const Tensor x = Images({1, 4, 4, 1});
  EXPECT_EQ(Code("FractionalMaxPool", {x}, Attrs(0.5f, 1, false)), StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("FractionalMaxPool", {x}, Attrs(5, 1, false)), StatusCode::kInvalidArgument);
  AttrMap batch = Attrs(1, 1, false);
  batch.Set("pooling_ratio", std::vector<float>{2, 1, 1, 1});
  EXPECT_EQ(Code("FractionalAvgPool", {Images({2, 4, 4, 1})}, batch), StatusCode::kUnimplemented);
  const Tensor y = Images({1, 2, 2, 1}), ends = Tensor::Vector<int64_t>({0, 2, 4});
  // Not what the images pool to; and windows outside.
  EXPECT_EQ(Code("FractionalMaxPoolGrad", {x, y, y, ends, ends}), StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("FractionalMaxPoolGrad", {x, y, y, Tensor::Vector<int64_t>({0, 2, 5}), ends}),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
