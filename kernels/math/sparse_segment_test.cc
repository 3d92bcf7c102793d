// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterSparseSegment(Registry& r);
absl::Status RegisterSparseSegmentGrad(Registry& r);

namespace {

struct SparseSegmentTest : OpTest {
  SparseSegmentTest() : OpTest({RegisterSparseSegment, RegisterSparseSegmentGrad}) {}
};

TEST_F(SparseSegmentTest, Sum) {
  EXPECT_TENSOR_NEAR(
      Run1("SparseSegmentSum",
           {Tensor::Of<float>({4, 3}, {-0.75f, -2, 0.25f, -0.75f, 2, 0.25f, -0.75f, 1.5f, -0.75f,
                                       -1, -1.25f, -0.5f}),
            Tensor::Vector<int32_t>({0, 1, 3, 1}), Tensor::Vector<int32_t>({0, 0, 1, 3})}),
      Tensor::Of<float>({4, 3}, {-1.5f, 0, 0.5f, -1, -1.25f, -0.5f, 0, 0, 0, -0.75f, 2, 0.25f}));
  EXPECT_TENSOR_NEAR(
      Run1("SparseSegmentSum", {Tensor::Of<double>({4, 3}, {-0.75, -2, 0.25, -0.75, 2, 0.25, -0.75,
                                                            1.5, -0.75, -1, -1.25, -0.5}),
                                Tensor::Vector<int64_t>({0, 1}), Tensor::Vector<int32_t>({0, 0})}),
      Tensor::Of<double>({1, 3}, {-1.5, 0, 0.5}), 1e-12);
  EXPECT_TENSOR_NEAR(
      Run1("SparseSegmentSumWithNumSegments",
           {Tensor::Of<float>({4, 3}, {-0.75f, -2, 0.25f, -0.75f, 2, 0.25f, -0.75f, 1.5f, -0.75f,
                                       -1, -1.25f, -0.5f}),
            Tensor::Vector<int32_t>({0, 2}), Tensor::Vector<int64_t>({0, 2}),
            Tensor::Scalar<int32_t>(4)}),
      Tensor::Of<float>({4, 3}, {-0.75f, -2, 0.25f, 0, 0, 0, -0.75f, 1.5f, -0.75f, 0, 0, 0}));
  EXPECT_TENSOR_NEAR(Run1("SparseSegmentSum",
                          {Tensor::Of<float>({4, 3}, {-0.75f, -2, 0.25f, -0.75f, 2, 0.25f, -0.75f,
                                                      1.5f, -0.75f, -1, -1.25f, -0.5f}),
                           Tensor::Of<int32_t>({0}, {}), Tensor::Of<int32_t>({0}, {})}),
                     Tensor::Of<float>({0, 3}, {}));
  EXPECT_TENSOR_NEAR(Run1("SparseSegmentSumGrad",
                          {Tensor::Of<float>({3, 2}, {1.75f, 0.75f, 1, -1.25f, -1.25f, 0.5f}),
                           Tensor::Vector<int32_t>({0, 1, 3, 1}),
                           Tensor::Vector<int32_t>({0, 0, 1, 2}), Tensor::Scalar<int32_t>(5)}),
                     Tensor::Of<float>({5, 2}, {1.75f, 0.75f, 0.5f, 1.25f, 0, 0, 1, -1.25f, 0, 0}));
  EXPECT_OUTPUTS_NEAR(
      Run("SparseSegmentSumGradV2",
          {Tensor::Of<float>({3, 2}, {1.75f, 0.75f, 1, -1.25f, -1.25f, 0.5f}),
           Tensor::Vector<int32_t>({0, 1, 3, 1}), Tensor::Vector<int32_t>({0, 0, 1, 2}),
           Tensor::Scalar<int32_t>(5)}),
      std::vector<Tensor>({Tensor::Of<float>({3, 2}, {1.75f, 0.75f, 0.5f, 1.25f, 1, -1.25f}),
                           Tensor::Vector<int32_t>({0, 1, 3})}));
  EXPECT_TENSOR_EQ(Run1("SparseSegmentSum",
                        {Tensor::Of<int32_t>({2, 2}, {1, 2, 3, 4}),
                         Tensor::Vector<int32_t>({1, 0, 1}), Tensor::Vector<int32_t>({0, 0, 1})}),
                   Tensor::Of<int32_t>({2, 2}, {4, 6, 3, 4}));
}

TEST_F(SparseSegmentTest, Mean) {
  EXPECT_TENSOR_NEAR(
      Run1("SparseSegmentMean",
           {Tensor::Of<float>({4, 3}, {-0.75f, -2, 0.25f, -0.75f, 2, 0.25f, -0.75f, 1.5f, -0.75f,
                                       -1, -1.25f, -0.5f}),
            Tensor::Vector<int32_t>({0, 1, 3, 1}), Tensor::Vector<int32_t>({0, 0, 1, 3})}),
      Tensor::Of<float>({4, 3}, {-0.75f, 0, 0.25f, -1, -1.25f, -0.5f, 0, 0, 0, -0.75f, 2, 0.25f}));
  EXPECT_TENSOR_NEAR(
      Run1("SparseSegmentMean", {Tensor::Of<double>({4, 3}, {-0.75, -2, 0.25, -0.75, 2, 0.25, -0.75,
                                                             1.5, -0.75, -1, -1.25, -0.5}),
                                 Tensor::Vector<int64_t>({0, 1}), Tensor::Vector<int32_t>({0, 0})}),
      Tensor::Of<double>({1, 3}, {-0.75, 0, 0.25}), 1e-12);
  EXPECT_TENSOR_NEAR(
      Run1("SparseSegmentMeanWithNumSegments",
           {Tensor::Of<float>({4, 3}, {-0.75f, -2, 0.25f, -0.75f, 2, 0.25f, -0.75f, 1.5f, -0.75f,
                                       -1, -1.25f, -0.5f}),
            Tensor::Vector<int32_t>({0, 2}), Tensor::Vector<int64_t>({0, 2}),
            Tensor::Scalar<int32_t>(4)}),
      Tensor::Of<float>({4, 3}, {-0.75f, -2, 0.25f, 0, 0, 0, -0.75f, 1.5f, -0.75f, 0, 0, 0}));
  EXPECT_TENSOR_NEAR(Run1("SparseSegmentMean",
                          {Tensor::Of<float>({4, 3}, {-0.75f, -2, 0.25f, -0.75f, 2, 0.25f, -0.75f,
                                                      1.5f, -0.75f, -1, -1.25f, -0.5f}),
                           Tensor::Of<int32_t>({0}, {}), Tensor::Of<int32_t>({0}, {})}),
                     Tensor::Of<float>({0, 3}, {}));
  EXPECT_TENSOR_NEAR(
      Run1("SparseSegmentMeanGrad",
           {Tensor::Of<float>({3, 2}, {1.75f, 0.75f, 1, -1.25f, -1.25f, 0.5f}),
            Tensor::Vector<int32_t>({0, 1, 3, 1}), Tensor::Vector<int32_t>({0, 0, 1, 2}),
            Tensor::Scalar<int32_t>(5)}),
      Tensor::Of<float>({5, 2}, {0.875f, 0.375f, -0.375f, 0.875f, 0, 0, 1, -1.25f, 0, 0}));
  EXPECT_OUTPUTS_NEAR(
      Run("SparseSegmentMeanGradV2",
          {Tensor::Of<float>({3, 2}, {1.75f, 0.75f, 1, -1.25f, -1.25f, 0.5f}),
           Tensor::Vector<int32_t>({0, 1, 3, 1}), Tensor::Vector<int32_t>({0, 0, 1, 2}),
           Tensor::Scalar<int32_t>(5)}),
      std::vector<Tensor>({Tensor::Of<float>({3, 2}, {0.875f, 0.375f, -0.375f, 0.875f, 1, -1.25f}),
                           Tensor::Vector<int32_t>({0, 1, 3})}));
}

TEST_F(SparseSegmentTest, SqrtN) {
  EXPECT_TENSOR_NEAR(
      Run1("SparseSegmentSqrtN",
           {Tensor::Of<float>({4, 3}, {-0.75f, -2, 0.25f, -0.75f, 2, 0.25f, -0.75f, 1.5f, -0.75f,
                                       -1, -1.25f, -0.5f}),
            Tensor::Vector<int32_t>({0, 1, 3, 1}), Tensor::Vector<int32_t>({0, 0, 1, 3})}),
      Tensor::Of<float>(
          {4, 3}, {-1.0606601f, 0, 0.35355338f, -1, -1.25f, -0.5f, 0, 0, 0, -0.75f, 2, 0.25f}));
  EXPECT_TENSOR_NEAR(
      Run1("SparseSegmentSqrtN",
           {Tensor::Of<double>(
                {4, 3}, {-0.75, -2, 0.25, -0.75, 2, 0.25, -0.75, 1.5, -0.75, -1, -1.25, -0.5}),
            Tensor::Vector<int64_t>({0, 1}), Tensor::Vector<int32_t>({0, 0})}),
      Tensor::Of<double>({1, 3}, {-1.0606601717798212, 0, 0.35355339059327373}), 1e-12);
  EXPECT_TENSOR_NEAR(
      Run1("SparseSegmentSqrtNWithNumSegments",
           {Tensor::Of<float>({4, 3}, {-0.75f, -2, 0.25f, -0.75f, 2, 0.25f, -0.75f, 1.5f, -0.75f,
                                       -1, -1.25f, -0.5f}),
            Tensor::Vector<int32_t>({0, 2}), Tensor::Vector<int64_t>({0, 2}),
            Tensor::Scalar<int32_t>(4)}),
      Tensor::Of<float>({4, 3}, {-0.75f, -2, 0.25f, 0, 0, 0, -0.75f, 1.5f, -0.75f, 0, 0, 0}));
  EXPECT_TENSOR_NEAR(Run1("SparseSegmentSqrtN",
                          {Tensor::Of<float>({4, 3}, {-0.75f, -2, 0.25f, -0.75f, 2, 0.25f, -0.75f,
                                                      1.5f, -0.75f, -1, -1.25f, -0.5f}),
                           Tensor::Of<int32_t>({0}, {}), Tensor::Of<int32_t>({0}, {})}),
                     Tensor::Of<float>({0, 3}, {}));
  EXPECT_TENSOR_NEAR(Run1("SparseSegmentSqrtNGrad",
                          {Tensor::Of<float>({3, 2}, {1.75f, 0.75f, 1, -1.25f, -1.25f, 0.5f}),
                           Tensor::Vector<int32_t>({0, 1, 3, 1}),
                           Tensor::Vector<int32_t>({0, 0, 1, 2}), Tensor::Scalar<int32_t>(5)}),
                     Tensor::Of<float>({5, 2}, {1.2374369f, 0.53033006f, -0.012563109f, 1.0303301f,
                                                0, 0, 1, -1.25f, 0, 0}));
  EXPECT_OUTPUTS_NEAR(
      Run("SparseSegmentSqrtNGradV2",
          {Tensor::Of<float>({3, 2}, {1.75f, 0.75f, 1, -1.25f, -1.25f, 0.5f}),
           Tensor::Vector<int32_t>({0, 1, 3, 1}), Tensor::Vector<int32_t>({0, 0, 1, 2}),
           Tensor::Scalar<int32_t>(5)}),
      std::vector<Tensor>({Tensor::Of<float>({3, 2}, {1.2374369f, 0.53033006f, -0.012563109f,
                                                      1.0303301f, 1, -1.25f}),
                           Tensor::Vector<int32_t>({0, 1, 3})}));
}

TEST_F(SparseSegmentTest, Refuses) {
  EXPECT_EQ(Code("SparseSegmentMean",
                 {Tensor::Of<float>({4, 3}, {-0.75f, -2, 0.25f, -0.75f, 2, 0.25f, -0.75f, 1.5f,
                                             -0.75f, -1, -1.25f, -0.5f}),
                  Tensor::Vector<int32_t>({0, 4}), Tensor::Vector<int32_t>({0, 1})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("SparseSegmentMean",
                 {Tensor::Of<float>({4, 3}, {-0.75f, -2, 0.25f, -0.75f, 2, 0.25f, -0.75f, 1.5f,
                                             -0.75f, -1, -1.25f, -0.5f}),
                  Tensor::Vector<int32_t>({0, 1}), Tensor::Vector<int32_t>({1, 0})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("SparseSegmentMean",
                 {Tensor::Of<float>({4, 3}, {-0.75f, -2, 0.25f, -0.75f, 2, 0.25f, -0.75f, 1.5f,
                                             -0.75f, -1, -1.25f, -0.5f}),
                  Tensor::Vector<int32_t>({0, 1}), Tensor::Vector<int32_t>({0})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("SparseSegmentMean",
                 {Tensor::Of<float>({4, 3}, {-0.75f, -2, 0.25f, -0.75f, 2, 0.25f, -0.75f, 1.5f,
                                             -0.75f, -1, -1.25f, -0.5f}),
                  Tensor::Vector<int32_t>({0, -1}), Tensor::Vector<int32_t>({0, 0})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("SparseSegmentMean",
                 {Tensor::Of<float>({4, 3}, {-0.75f, -2, 0.25f, -0.75f, 2, 0.25f, -0.75f, 1.5f,
                                             -0.75f, -1, -1.25f, -0.5f}),
                  Tensor::Vector<int32_t>({0, 1}), Tensor::Vector<int32_t>({-1, 0})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("SparseSegmentSumWithNumSegments",
                 {Tensor::Of<float>({4, 3}, {-0.75f, -2, 0.25f, -0.75f, 2, 0.25f, -0.75f, 1.5f,
                                             -0.75f, -1, -1.25f, -0.5f}),
                  Tensor::Vector<int32_t>({0, 2}), Tensor::Vector<int32_t>({0, 2}),
                  Tensor::Scalar<int32_t>(2)}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("SparseSegmentSumWithNumSegments",
                 {Tensor::Of<float>({4, 3}, {-0.75f, -2, 0.25f, -0.75f, 2, 0.25f, -0.75f, 1.5f,
                                             -0.75f, -1, -1.25f, -0.5f}),
                  Tensor::Vector<int32_t>({0, 2}), Tensor::Vector<int32_t>({0, 2}),
                  Tensor::Scalar<int32_t>(-2)}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("SparseSegmentSumGrad",
                 {Tensor::Of<float>({3, 2}, {1.75f, 0.75f, 1, -1.25f, -1.25f, 0.5f}),
                  Tensor::Vector<int32_t>({0, 5}), Tensor::Vector<int32_t>({0, 1}),
                  Tensor::Scalar<int32_t>(5)}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("SparseSegmentSumGrad",
                 {Tensor::Of<float>({3, 2}, {1.75f, 0.75f, 1, -1.25f, -1.25f, 0.5f}),
                  Tensor::Vector<int32_t>({0, 4}), Tensor::Vector<int32_t>({0, 3}),
                  Tensor::Scalar<int32_t>(5)}),
            absl::StatusCode::kInvalidArgument);
}

MR_GRADIENT_EXAMPLE({.op = "SparseSegmentSum",
                     .inputs = {Tensor::Of<double>({4, 3}, {-0.75, -2, 0.25, -0.75, 2, 0.25, -0.75,
                                                            1.5, -0.75, -1, -1.25, -0.5}),
                                Tensor::Vector<int32_t>({0, 1, 3, 1}),
                                Tensor::Vector<int32_t>({0, 0, 1, 3})}});
MR_GRADIENT_EXAMPLE({.op = "SparseSegmentSumWithNumSegments",
                     .inputs = {Tensor::Of<double>({4, 3}, {-0.75, -2, 0.25, -0.75, 2, 0.25, -0.75,
                                                            1.5, -0.75, -1, -1.25, -0.5}),
                                Tensor::Vector<int32_t>({0, 2}), Tensor::Vector<int32_t>({0, 2}),
                                Tensor::Scalar<int32_t>(4)}});
MR_GRADIENT_EXAMPLE({.op = "SparseSegmentSumGrad",
                     .inputs = {Tensor::Of<double>({3, 2}, {1.75, 0.75, 1, -1.25, -1.25, 0.5}),
                                Tensor::Vector<int32_t>({0, 1, 3, 1}),
                                Tensor::Vector<int32_t>({0, 0, 1, 2}),
                                Tensor::Scalar<int32_t>(5)}});
MR_GRADIENT_EXAMPLE({.op = "SparseSegmentMean",
                     .inputs = {Tensor::Of<double>({4, 3}, {-0.75, -2, 0.25, -0.75, 2, 0.25, -0.75,
                                                            1.5, -0.75, -1, -1.25, -0.5}),
                                Tensor::Vector<int32_t>({0, 1, 3, 1}),
                                Tensor::Vector<int32_t>({0, 0, 1, 3})}});
MR_GRADIENT_EXAMPLE({.op = "SparseSegmentMeanWithNumSegments",
                     .inputs = {Tensor::Of<double>({4, 3}, {-0.75, -2, 0.25, -0.75, 2, 0.25, -0.75,
                                                            1.5, -0.75, -1, -1.25, -0.5}),
                                Tensor::Vector<int32_t>({0, 2}), Tensor::Vector<int32_t>({0, 2}),
                                Tensor::Scalar<int32_t>(4)}});
MR_GRADIENT_EXAMPLE({.op = "SparseSegmentMeanGrad",
                     .inputs = {Tensor::Of<double>({3, 2}, {1.75, 0.75, 1, -1.25, -1.25, 0.5}),
                                Tensor::Vector<int32_t>({0, 1, 3, 1}),
                                Tensor::Vector<int32_t>({0, 0, 1, 2}),
                                Tensor::Scalar<int32_t>(5)}});
MR_GRADIENT_EXAMPLE({.op = "SparseSegmentSqrtN",
                     .inputs = {Tensor::Of<double>({4, 3}, {-0.75, -2, 0.25, -0.75, 2, 0.25, -0.75,
                                                            1.5, -0.75, -1, -1.25, -0.5}),
                                Tensor::Vector<int32_t>({0, 1, 3, 1}),
                                Tensor::Vector<int32_t>({0, 0, 1, 3})}});
MR_GRADIENT_EXAMPLE({.op = "SparseSegmentSqrtNWithNumSegments",
                     .inputs = {Tensor::Of<double>({4, 3}, {-0.75, -2, 0.25, -0.75, 2, 0.25, -0.75,
                                                            1.5, -0.75, -1, -1.25, -0.5}),
                                Tensor::Vector<int32_t>({0, 2}), Tensor::Vector<int32_t>({0, 2}),
                                Tensor::Scalar<int32_t>(4)}});
MR_GRADIENT_EXAMPLE({.op = "SparseSegmentSqrtNGrad",
                     .inputs = {Tensor::Of<double>({3, 2}, {1.75, 0.75, 1, -1.25, -1.25, 0.5}),
                                Tensor::Vector<int32_t>({0, 1, 3, 1}),
                                Tensor::Vector<int32_t>({0, 0, 1, 2}),
                                Tensor::Scalar<int32_t>(5)}});

}  // namespace
}  // namespace millrace
