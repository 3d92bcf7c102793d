#include <complex>
#include <limits>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterSegment(Registry& r);

namespace {

struct SegmentTest : OpTest {
  SegmentTest() : OpTest({RegisterSegment}) {}
};

TEST_F(SegmentTest, Sorted) {
  const Tensor x = Tensor::Of<float>({3, 2}, {1, 2, 3, 4, 5, 6}),
               ids = Tensor::Vector<int32_t>({0, 0, 2});
  EXPECT_TENSOR_EQ(Run1("SegmentSum", {x, ids}), Tensor::Of<float>({3, 2}, {4, 6, 0, 0, 5, 6}));
  EXPECT_TENSOR_EQ(Run1("SegmentMean", {x, ids}), Tensor::Of<float>({3, 2}, {2, 3, 0, 0, 5, 6}));
  EXPECT_TENSOR_EQ(Run1("SegmentProd", {x, ids}), Tensor::Of<float>({3, 2}, {3, 8, 1, 1, 5, 6}));
  EXPECT_TENSOR_EQ(Run1("SegmentMin", {x, ids}), Tensor::Of<float>({3, 2}, {1, 2, 0, 0, 5, 6}));
  EXPECT_TENSOR_EQ(Run1("SegmentMax", {x, ids}), Tensor::Of<float>({3, 2}, {3, 4, 0, 0, 5, 6}));
  EXPECT_EQ(Code("SegmentSum", {x, Tensor::Vector<int32_t>({0, 2, 1})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("SegmentSum", {x, Tensor::Vector<int32_t>({-1, 0, 1})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("SegmentSum", {x, Tensor::Vector<int32_t>({0, 0})}),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(SegmentTest, TheLargestIdIsRefused) {
  const Tensor ids = Tensor::Vector<int64_t>({0, INT64_MAX});
  for (const char* op : {"SegmentSum", "SegmentProd", "SegmentMean"})
    EXPECT_FALSE(Run(op, {Tensor::Vector<float>({1, 2}), ids}).ok()) << op;
}

TEST_F(SegmentTest, Unsorted) {
  const Tensor x = Tensor::Of<float>({3, 2}, {1, 2, 3, 4, 5, 6}),
               ids = Tensor::Vector<int64_t>({1, -1, 1});
  const Tensor n = Tensor::Scalar<int32_t>(2);
  EXPECT_TENSOR_EQ(Run1("UnsortedSegmentSum", {x, ids, n}),
                   Tensor::Of<float>({2, 2}, {0, 0, 6, 8}));
  EXPECT_TENSOR_EQ(Run1("UnsortedSegmentProd", {x, ids, n}),
                   Tensor::Of<float>({2, 2}, {1, 1, 5, 12}));
  const float most = std::numeric_limits<float>::max();
  EXPECT_TENSOR_EQ(Run1("UnsortedSegmentMin", {x, ids, n}),
                   Tensor::Of<float>({2, 2}, {most, most, 1, 2}));
  EXPECT_TENSOR_EQ(Run1("UnsortedSegmentMax", {x, ids, n}),
                   Tensor::Of<float>({2, 2}, {-most, -most, 5, 6}));
  EXPECT_EQ(Code("UnsortedSegmentSum", {x, Tensor::Vector<int32_t>({0, 2, 1}), n}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("UnsortedSegmentSum", {x, ids, Tensor::Scalar<int32_t>(-1)}),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(SegmentTest, SmallIntegersAndComplex) {
  const Tensor bytes = Tensor::Vector<uint8_t>({2, 5, 4}), ids = Tensor::Vector<int32_t>({0, 0, 1});
  EXPECT_TENSOR_EQ(Run1("SegmentMean", {bytes, ids}), Tensor::Vector<uint8_t>({3, 4}));
  EXPECT_TENSOR_EQ(Run1("SegmentProd", {bytes, ids}), Tensor::Vector<uint8_t>({10, 4}));
  EXPECT_TENSOR_EQ(Run1("UnsortedSegmentProd", {bytes, ids, Tensor::Scalar<int32_t>(2)}),
                   Tensor::Vector<uint8_t>({10, 4}));
  using C = std::complex<float>;
  EXPECT_TENSOR_EQ(Run1("SegmentMean", {Tensor::Vector<C>({{1, 2}, {3, -2}, {0, 1}}), ids}),
                   Tensor::Vector<C>({{2, 0}, {0, 1}}));
}

const Tensor& X() {
  static const auto* x = new Tensor(Tensor::Of<double>({3, 2}, {1, 2, 3, 4, 5, 6}));
  return *x;
}
const Tensor& Ids() {
  static const auto* ids = new Tensor(Tensor::Vector<int32_t>({0, 0, 2}));
  return *ids;
}
const Tensor& Mixed() {
  static const auto* ids = new Tensor(Tensor::Vector<int32_t>({1, -1, 1}));
  return *ids;
}
const Tensor& Two() {
  static const auto* n = new Tensor(Tensor::Scalar<int32_t>(2));
  return *n;
}
MR_GRADIENT_EXAMPLE({.op = "SegmentSum", .inputs = {X(), Ids()}});
MR_GRADIENT_EXAMPLE({.op = "SegmentMean", .inputs = {X(), Ids()}});
MR_GRADIENT_EXAMPLE({.op = "SegmentProd",
                     .inputs = {Tensor::Of<double>({3, 2}, {0, 2, 3, 4, 5, 6}), Ids()}});
MR_GRADIENT_EXAMPLE({.op = "SegmentMin", .inputs = {X(), Ids()}});
MR_GRADIENT_EXAMPLE({.op = "SegmentMax", .inputs = {X(), Ids()}});
MR_GRADIENT_EXAMPLE({.op = "UnsortedSegmentSum", .inputs = {X(), Mixed(), Two()}});
MR_GRADIENT_EXAMPLE({.op = "UnsortedSegmentProd", .inputs = {X(), Mixed(), Two()}});
// An empty segment's value is the largest double, beside which a difference is lost: there is none.
const Tensor& OneSegment() {
  static const auto* ids = new Tensor(Tensor::Vector<int32_t>({0, -1, 0}));
  return *ids;
}
MR_GRADIENT_EXAMPLE({.op = "UnsortedSegmentMin",
                     .inputs = {X(), OneSegment(), Tensor::Scalar<int32_t>(1)}});
MR_GRADIENT_EXAMPLE({.op = "UnsortedSegmentMax",
                     .inputs = {X(), OneSegment(), Tensor::Scalar<int32_t>(1)}});

}  // namespace
}  // namespace millrace
