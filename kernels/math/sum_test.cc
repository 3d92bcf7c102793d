#include <cmath>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterSum(Registry& r);

namespace {

struct SumTest : OpTest {
  SumTest() : OpTest({RegisterSum}) {}
};

// Sums by the definition, for every set of axes of a shape.
TEST_F(SumTest, EverySetOfAxes) {
  for (const Shape& shape :
       {Shape({2, 3, 4, 5}), Shape({1, 3, 1, 2}), Shape({70, 1, 40}), Shape({3, 50, 2})}) {
    Tensor x = *Tensor::Create(DType::kDouble, shape);
    for (int64_t i = 0; i < x.num_elements(); ++i)
      x.mutable_data<double>()[i] = static_cast<double>((i * 37) % 101);
    for (int set = 0; set < (1 << shape.rank()); ++set) {
      std::vector<int32_t> axes;
      std::vector<int64_t> kept;
      for (int d = 0; d < shape.rank(); ++d) {
        if (set >> d & 1) {
          axes.push_back(d % 2 == 0 ? d : d - shape.rank());
        } else {
          kept.push_back(shape.dim(d));
        }
      }
      std::vector<double> wanted(static_cast<size_t>(Shape(kept).num_elements()));
      for (int64_t i = 0; i < x.num_elements(); ++i) {
        int64_t out = 0, step = 1, rest = i;
        for (int d = shape.rank() - 1; d >= 0; --d) {
          const int64_t at = rest % shape.dim(d);
          rest /= shape.dim(d);
          if (set >> d & 1) continue;
          out += at * step;
          step *= shape.dim(d);
        }
        wanted[out] += x.data<double>()[i];
      }
      EXPECT_TENSOR_EQ(Run1("Sum", {x, Tensor::Vector<int32_t>(axes)}),
                       Tensor::Of<double>(Shape(kept), wanted))
          << shape.ToString() << set;
    }
  }
}

TEST_F(SumTest, LargeOnesAreExactEnough) {
  Tensor x = *Tensor::Create(DType::kFloat, Shape({1000, 1000}));
  for (int64_t i = 0; i < x.num_elements(); ++i) x.mutable_data<float>()[i] = 0.1f;
  EXPECT_TENSOR_NEAR(Run1("Sum", {x, Tensor::Vector<int32_t>({0, 1})}), Tensor::Scalar(100000.0f),
                     1e-6);
  const Tensor columns = Run1("Mean", {x, Tensor::Scalar<int32_t>(0)});
  EXPECT_EQ(columns.shape(), Shape({1000}));
  for (float v : columns.flat<float>()) ASSERT_NEAR(v, 0.1f, 1e-6);
}

TEST_F(SumTest, KeepsDimsAndTypes) {
  const Tensor x = Tensor::Of<int32_t>({2, 2}, {1, 2, 3, 4});
  EXPECT_TENSOR_EQ(Run1("Sum", {x, Tensor::Scalar<int64_t>(1)}, {{"keep_dims", true}}),
                   Tensor::Of<int32_t>({2, 1}, {3, 7}));
  EXPECT_TENSOR_EQ(Run1("Mean", {x, Tensor::Vector<int32_t>({0, 1})}), Tensor::Scalar<int32_t>(2));
  EXPECT_TENSOR_EQ(
      Run1("EuclideanNorm", {Tensor::Vector<float>({3, 4}), Tensor::Scalar<int32_t>(0)}),
      Tensor::Scalar(5.0f));
}

TEST_F(SumTest, NothingToSum) {
  const Tensor none = Tensor::Of<float>({0, 2}, {});
  EXPECT_TENSOR_EQ(Run1("Sum", {none, Tensor::Scalar<int32_t>(0)}), Tensor::Vector<float>({0, 0}));
  EXPECT_TENSOR_EQ(Run1("Mean", {none, Tensor::Vector<int32_t>({0, 1})}),
                   Tensor::Scalar(std::nanf("")));
  EXPECT_TENSOR_EQ(Run1("Mean", {Tensor::Of<int32_t>({0}, {}), Tensor::Scalar<int32_t>(0)}),
                   Tensor::Scalar<int32_t>(0));
}

TEST_F(SumTest, RefusesWrongAxes) {
  const Tensor x = Tensor::Of<float>({2, 2}, {1, 2, 3, 4});
  EXPECT_EQ(Code("Sum", {x, Tensor::Scalar<int32_t>(2)}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("Sum", {x, Tensor::Vector<int32_t>({0, -2})}), absl::StatusCode::kInvalidArgument);
}

const Tensor& Example() {
  static const auto* x = new Tensor(Tensor::Of<double>({2, 3}, {1, 2, -3, 4, 5, 6}));
  return *x;
}
MR_GRADIENT_EXAMPLE({.op = "Sum", .inputs = {Example(), Tensor::Scalar<int32_t>(1)}});
MR_GRADIENT_EXAMPLE({.op = "Sum",
                     .inputs = {Example(), Tensor::Vector<int32_t>({0})},
                     .attrs = {{"keep_dims", true}}});
MR_GRADIENT_EXAMPLE({.op = "Mean", .inputs = {Example(), Tensor::Vector<int32_t>({0, 1})}});
MR_GRADIENT_EXAMPLE({.op = "Mean", .inputs = {Example(), Tensor::Vector<int32_t>({-1})}});
MR_GRADIENT_EXAMPLE({.op = "EuclideanNorm", .inputs = {Example(), Tensor::Vector<int32_t>({1})}});

}  // namespace
}  // namespace millrace
