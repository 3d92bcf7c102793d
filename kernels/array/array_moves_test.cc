// Padding, reversing, picking and laying out: values worked out by hand, and examples for the
// gradients.
#include <limits>

#include "gtest/gtest.h"
#include "kernels/array/register_array.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {
namespace {

using absl::StatusCode;

Tensor I(std::initializer_list<int32_t> v) { return Tensor::Vector<int32_t>(v); }
Tensor I0(int32_t v) { return Tensor::Scalar<int32_t>(v); }
Tensor M(int64_t rows, int64_t cols, std::initializer_list<int32_t> v) {
  return Tensor::Of<int32_t>({rows, cols}, v);
}
Tensor D(const Shape& shape, double first = 1) {
  Tensor t = *Tensor::CreateZeros(DType::kDouble, shape);
  for (double& x : t.mutable_flat<double>()) x = first++;
  return t;
}
Tensor D0(double v) { return Tensor::Scalar<double>(v); }

MR_GRADIENT_EXAMPLE({.op = "Pad", .inputs = {D({2, 3}), M(2, 2, {1, 0, 0, 2})}});
MR_GRADIENT_EXAMPLE({.op = "PadV2", .inputs = {D({2, 3}), M(2, 2, {1, 0, 0, 2}), D0(5)}});
MR_GRADIENT_EXAMPLE({.op = "MirrorPad",
                     .inputs = {D({2, 3}), M(2, 2, {1, 0, 1, 2})},
                     .attrs = {{"mode", "REFLECT"}}});
MR_GRADIENT_EXAMPLE({.op = "MirrorPadGrad",
                     .inputs = {D({3, 6}), M(2, 2, {1, 0, 1, 2})},
                     .attrs = {{"mode", "SYMMETRIC"}}});
MR_GRADIENT_EXAMPLE({.op = "ReverseV2", .inputs = {D({2, 3}), I({1})}});
MR_GRADIENT_EXAMPLE({.op = "Reverse", .inputs = {D({2, 3}), Tensor::Vector<bool>({true, false})}});
MR_GRADIENT_EXAMPLE({.op = "Roll", .inputs = {D({2, 3}), I({1, -2}), I({0, 1})}});
MR_GRADIENT_EXAMPLE({.op = "DynamicStitch",
                     .inputs = {I({0, 3}), I({2, 1}), D({2, 2}), D({2, 2}, 7)},
                     .attrs = {{"N", 2}}});
MR_GRADIENT_EXAMPLE({.op = "ParallelDynamicStitch",
                     .inputs = {I({0, 3}), I({2, 1}), D({2, 2}), D({2, 2}, 7)},
                     .attrs = {{"N", 2}}});
MR_GRADIENT_EXAMPLE({.op = "DynamicPartition",
                     .inputs = {D({4, 2}), I({1, 0, 1, 1})},
                     .attrs = {{"num_partitions", 2}}});
MR_GRADIENT_EXAMPLE({.op = "SparseToDense",
                     .inputs = {M(2, 2, {0, 1, 1, 0}), I({2, 2}), D({2}), D0(9)}});
MR_GRADIENT_EXAMPLE({.op = "MatrixDiag", .inputs = {D({2, 3})}});
MR_GRADIENT_EXAMPLE({.op = "MatrixDiagV2", .inputs = {D({3}), I0(1), I0(-1), I0(-1), D0(2)}});
MR_GRADIENT_EXAMPLE({.op = "MatrixDiagV3", .inputs = {D({2, 3}), I({0, 1}), I0(3), I0(3), D0(2)}});
MR_GRADIENT_EXAMPLE({.op = "MatrixDiagPart", .inputs = {D({2, 3, 4})}});
MR_GRADIENT_EXAMPLE({.op = "MatrixDiagPartV2", .inputs = {D({3, 4}), I({-1, 0}), D0(2)}});
MR_GRADIENT_EXAMPLE({.op = "MatrixDiagPartV3", .inputs = {D({3, 4}), I({-1, 2}), D0(2)}});
MR_GRADIENT_EXAMPLE({.op = "MatrixSetDiag", .inputs = {D({2, 3}), D({2}, 9)}});
MR_GRADIENT_EXAMPLE({.op = "MatrixSetDiagV2", .inputs = {D({2, 3}), D({2}, 9), I0(1)}});
MR_GRADIENT_EXAMPLE({.op = "MatrixSetDiagV3", .inputs = {D({2, 3}), D({2}, 9), I0(1)}});
MR_GRADIENT_EXAMPLE({.op = "MatrixBandPart",
                     .inputs = {D({3, 3}), Tensor::Scalar<int64_t>(1),
                                Tensor::Scalar<int64_t>(0)}});
MR_GRADIENT_EXAMPLE({.op = "Diag", .inputs = {D({3})}});
MR_GRADIENT_EXAMPLE({.op = "DiagPart", .inputs = {D({3, 3})}});
MR_GRADIENT_EXAMPLE({.op = "SpaceToBatchND",
                     .inputs = {D({1, 3, 2, 1}), I({2, 2}), M(2, 2, {1, 0, 0, 0})}});
MR_GRADIENT_EXAMPLE({.op = "BatchToSpaceND",
                     .inputs = {D({4, 2, 1, 1}), I({2, 2}), M(2, 2, {1, 0, 0, 0})}});
MR_GRADIENT_EXAMPLE({.op = "SpaceToBatch",
                     .inputs = {D({1, 2, 2, 1}), M(2, 2, {0, 0, 0, 0})},
                     .attrs = {{"block_size", 2}}});
MR_GRADIENT_EXAMPLE({.op = "BatchToSpace",
                     .inputs = {D({4, 1, 1, 1}), M(2, 2, {0, 0, 0, 0})},
                     .attrs = {{"block_size", 2}}});
MR_GRADIENT_EXAMPLE({.op = "SpaceToDepth",
                     .inputs = {D({1, 2, 4, 1})},
                     .attrs = {{"block_size", 2}}});
MR_GRADIENT_EXAMPLE({.op = "DepthToSpace",
                     .inputs = {D({1, 1, 2, 4})},
                     .attrs = {{"block_size", 2}}});
MR_GRADIENT_EXAMPLE({.op = "CheckNumerics", .inputs = {D({2})}, .attrs = {{"message", "bad"}}});
MR_GRADIENT_EXAMPLE({.op = "CheckNumericsV2", .inputs = {D({2})}, .attrs = {{"message", "bad"}}});

struct ArrayMovesTest : OpTest {
  ArrayMovesTest() : OpTest({RegisterArrayKernels}) {}
};

TEST_F(ArrayMovesTest, Pads) {
  EXPECT_TENSOR_EQ(Run1("Pad", {I({1, 2}), M(1, 2, {1, 2})}), I({0, 1, 2, 0, 0}));
  EXPECT_TENSOR_EQ(Run1("PadV2", {I({1}), M(1, 2, {1, 1}), I0(7)}), I({7, 1, 7}));
  EXPECT_EQ(Code("Pad", {I({1, 2}), M(1, 2, {-1, 2})}), StatusCode::kInvalidArgument);
  EXPECT_TENSOR_EQ(Run1("MirrorPad", {I({1, 2, 3}), M(1, 2, {2, 1})}, {{"mode", "REFLECT"}}),
                   I({3, 2, 1, 2, 3, 2}));
  EXPECT_TENSOR_EQ(Run1("MirrorPad", {I({1, 2, 3}), M(1, 2, {2, 1})}, {{"mode", "SYMMETRIC"}}),
                   I({2, 1, 1, 2, 3, 3}));
  EXPECT_EQ(Code("MirrorPad", {I({1, 2}), M(1, 2, {2, 0})}, {{"mode", "REFLECT"}}),
            StatusCode::kInvalidArgument);
}

TEST_F(ArrayMovesTest, Reversals) {
  EXPECT_TENSOR_EQ(Run1("ReverseV2", {M(2, 2, {1, 2, 3, 4}), I({-1})}), M(2, 2, {2, 1, 4, 3}));
  EXPECT_EQ(Code("ReverseV2", {M(2, 2, {1, 2, 3, 4}), I({1, -1})}), StatusCode::kInvalidArgument);
  EXPECT_TENSOR_EQ(Run1("ReverseV2", {I0(7), I({0})}), I0(7));
  EXPECT_TENSOR_EQ(Run1("Roll", {I({0, 1, 2, 3, 4}), I0(2), I0(0)}), I({3, 4, 0, 1, 2}));
  EXPECT_EQ(Code("Roll", {I({0, 1, 2}), I({2}), I0(0)}), StatusCode::kInvalidArgument);
}

TEST_F(ArrayMovesTest, OneHotWhereUnique) {
  EXPECT_TENSOR_EQ(Run1("OneHot", {I({0, -1, 1}), I0(2), I0(5), I0(0)}),
                   M(3, 2, {5, 0, 0, 0, 0, 5}));
  EXPECT_EQ(Code("Where", {Tensor::Scalar(true)}), StatusCode::kInvalidArgument);
  EXPECT_TENSOR_EQ(Run1("Where", {Tensor::Of<bool>({2, 2}, {true, false, true, true})}),
                   Tensor::Of<int64_t>({3, 2}, {0, 0, 1, 0, 1, 1}));
  const auto unique = Run("UniqueWithCounts", {I({1, 1, 2, 4, 4, 4, 7, 8, 8})});
  ASSERT_TRUE(unique.ok()) << unique.status();
  EXPECT_TENSOR_EQ((*unique)[0], I({1, 2, 4, 7, 8}));
  EXPECT_TENSOR_EQ((*unique)[1], I({0, 0, 1, 2, 2, 2, 3, 4, 4}));
  EXPECT_TENSOR_EQ((*unique)[2], I({2, 1, 3, 1, 2}));
  const auto columns = Run("UniqueV2", {M(2, 3, {1, 0, 1, 2, 0, 2}), Tensor::Vector<int64_t>({1})});
  ASSERT_TRUE(columns.ok()) << columns.status();
  EXPECT_TENSOR_EQ((*columns)[0], M(2, 2, {1, 0, 2, 0}));
}

TEST_F(ArrayMovesTest, StitchAndPartition) {
  EXPECT_EQ(Code("DynamicStitch", {I({std::numeric_limits<int32_t>::max()}), I({1})}, {{"N", 1}}),
            StatusCode::kInvalidArgument);
  EXPECT_TENSOR_EQ(Run1("DynamicStitch", {I({0, 2}), I({1}), I({10, 12}), I({11})}, {{"N", 2}}),
                   I({10, 11, 12}));
  const auto parts =
      Run("DynamicPartition", {I({10, 20, 30}), I({1, 0, 1})}, {{"num_partitions", 2}});
  ASSERT_TRUE(parts.ok()) << parts.status();
  EXPECT_TENSOR_EQ((*parts)[1], I({10, 30}));
  EXPECT_EQ(Code("DynamicPartition", {I({10}), I({2})}, {{"num_partitions", 2}}),
            StatusCode::kInvalidArgument);
  EXPECT_TENSOR_EQ(Run1("SparseToDense", {I({1, 3}), I({4}), I({5, 6}), I0(0)}), I({0, 5, 0, 6}));
  EXPECT_EQ(Code("SparseToDense", {I({3, 1}), I({4}), I({5, 6}), I0(0)}),
            StatusCode::kInvalidArgument);
}

TEST_F(ArrayMovesTest, Diagonals) {
  EXPECT_TENSOR_EQ(Run1("MatrixDiag", {I({1, 2})}), M(2, 2, {1, 0, 0, 2}));
  // Right-aligned above the main diagonal, left-aligned below, as TensorFlow's documentation shows
  // it.
  EXPECT_TENSOR_EQ(
      Run1("MatrixDiagPartV3", {M(3, 3, {1, 2, 3, 4, 5, 6, 7, 8, 9}), I({-1, 1}), I0(0)}),
      M(3, 3, {0, 2, 6, 1, 5, 9, 4, 8, 0}));
  EXPECT_TENSOR_EQ(Run1("MatrixBandPart", {M(2, 3, {1, 2, 3, 4, 5, 6}), I0(0), I0(1)}),
                   M(2, 3, {1, 2, 0, 0, 5, 6}));
  EXPECT_EQ(Code("MatrixBandPart", {M(2, 3, {1, 2, 3, 4, 5, 6}), I({0}), I0(1)}),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("DiagPart", {M(2, 3, {1, 2, 3, 4, 5, 6})}), StatusCode::kInvalidArgument);
}

TEST_F(ArrayMovesTest, Blocks) {
  const Tensor image = Tensor::Of<int32_t>({1, 2, 2, 1}, {1, 2, 3, 4});
  EXPECT_TENSOR_EQ(Run1("SpaceToBatchND", {image, I({2, 2}), M(2, 2, {0, 0, 0, 0})}),
                   Tensor::Of<int32_t>({4, 1, 1, 1}, {1, 2, 3, 4}));
  EXPECT_TENSOR_EQ(Run1("SpaceToDepth", {image}, {{"block_size", 2}}),
                   Tensor::Of<int32_t>({1, 1, 1, 4}, {1, 2, 3, 4}));
  EXPECT_EQ(Code("SpaceToDepth", {image}, {{"block_size", 3}}), StatusCode::kInvalidArgument);
}

TEST_F(ArrayMovesTest, BitsAndIndices) {
  EXPECT_TENSOR_EQ(Run1("Bitcast", {Tensor::Scalar<float>(1)}, {{"type", DType::kInt32}}),
                   I0(0x3f800000));
  EXPECT_TENSOR_EQ(Run1("UnravelIndex", {I({2, 5, 7}), I({3, 3})}), M(2, 3, {0, 1, 2, 2, 2, 1}));
  EXPECT_EQ(Code("UnravelIndex", {I({9}), I({3, 3})}), StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("UnravelIndex", {I({}), I({3, 3})}), StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("UnravelIndex", {I({1}), I({1 << 30, 4})}), StatusCode::kInvalidArgument);
  EXPECT_TENSOR_EQ(Run1("BroadcastArgs", {I({2, 1}), I({3})}), I({2, 3}));
  EXPECT_EQ(Code("CheckNumerics", {Tensor::Scalar<float>(std::numeric_limits<float>::infinity())},
                 {{"message", "m"}}),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
