// Making, moving and cutting tensors: the examples of TensorFlow's documentation, corner cases, and
// errors.
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

MR_GRADIENT_EXAMPLE({.op = "PlaceholderWithDefault",
                     .inputs = {D({2})},
                     .attrs = {{"shape", Shape({2})}}});
MR_GRADIENT_EXAMPLE({.op = "Identity", .inputs = {D({2})}});
MR_GRADIENT_EXAMPLE({.op = "IdentityN", .inputs = {D({2}), D({3})}});
MR_GRADIENT_EXAMPLE({.op = "Snapshot", .inputs = {D({2})}});
MR_GRADIENT_EXAMPLE({.op = "Reshape", .inputs = {D({2, 3}), I({3, -1})}});
MR_GRADIENT_EXAMPLE({.op = "ExpandDims", .inputs = {D({2, 3}), I0(-2)}});
MR_GRADIENT_EXAMPLE({.op = "Squeeze", .inputs = {D({2, 1, 3})}});
MR_GRADIENT_EXAMPLE({.op = "EnsureShape",
                     .inputs = {D({2})},
                     .attrs = {{"shape", PartialShape::Of({-1})}}});
MR_GRADIENT_EXAMPLE({.op = "Fill", .inputs = {I({2, 3}), Tensor::Scalar<double>(3)}});
MR_GRADIENT_EXAMPLE({.op = "Pack", .inputs = {D({2}), D({2}, 5)}, .attrs = {{"axis", 1}}});
MR_GRADIENT_EXAMPLE({.op = "Unpack", .inputs = {D({2, 3})}, .attrs = {{"num", 3}, {"axis", -1}}});
MR_GRADIENT_EXAMPLE({.op = "ConcatV2", .inputs = {D({2, 1}), D({2, 2}, 5), I0(-1)}});
MR_GRADIENT_EXAMPLE({.op = "Concat", .inputs = {I0(0), D({1, 2}), D({2, 2}, 5)}});
MR_GRADIENT_EXAMPLE({.op = "Slice", .inputs = {D({3, 4}), I({1, 0}), I({2, -1})}});
MR_GRADIENT_EXAMPLE({.op = "StridedSlice",
                     .inputs = {D({3, 4}), I({2, 0}), I({0, 4}), I({-1, 2})},
                     .attrs = {{"begin_mask", 1}}});
MR_GRADIENT_EXAMPLE({.op = "StridedSliceGrad", .inputs = {I({4}), I({0}), I({4}), I({2}), D({2})}});
MR_GRADIENT_EXAMPLE({.op = "Tile", .inputs = {D({2, 3}), I({2, 3})}});
MR_GRADIENT_EXAMPLE({.op = "BroadcastTo", .inputs = {D({2, 1}), I({3, 2, 4})}});
MR_GRADIENT_EXAMPLE({.op = "Transpose", .inputs = {D({2, 3, 4}), I({2, 0, 1})}});
MR_GRADIENT_EXAMPLE({.op = "ConjugateTranspose",
                     .inputs = {Tensor::Of<std::complex<double>>({1, 2}, {{1, 2}, {3, -4}}),
                                I({1, 0})}});
MR_GRADIENT_EXAMPLE({.op = "Split", .inputs = {I0(1), D({2, 4})}, .attrs = {{"num_split", 2}}});
MR_GRADIENT_EXAMPLE({.op = "SplitV",
                     .inputs = {D({2, 4}), I({1, 3}), I0(1)},
                     .attrs = {{"num_split", 2}}});
MR_GRADIENT_EXAMPLE({.op = "Gather", .inputs = {D({3, 2}), I({2, 0, 2})}});
MR_GRADIENT_EXAMPLE({.op = "GatherV2", .inputs = {D({3, 2}), M(2, 1, {2, 2}), I0(0)}});
MR_GRADIENT_EXAMPLE({.op = "GatherV2", .inputs = {D({2, 3, 2}), I({2, 0, 2}), I0(1)}});
MR_GRADIENT_EXAMPLE({.op = "GatherV2",
                     .inputs = {D({2, 3, 2}), M(2, 2, {2, 2, 0, 1}), I0(-2)},
                     .attrs = {{"batch_dims", 1}}});
MR_GRADIENT_EXAMPLE({.op = "GatherNd", .inputs = {D({2, 3}), M(3, 1, {1, 0, 1})}});
MR_GRADIENT_EXAMPLE({.op = "ScatterNd", .inputs = {M(2, 1, {2, 2}), D({2, 2}), I({4, 2})}});
MR_GRADIENT_EXAMPLE({.op = "TensorScatterUpdate", .inputs = {D({4}), M(2, 1, {2, 0}), D({2}, 7)}});
MR_GRADIENT_EXAMPLE({.op = "TensorScatterAdd", .inputs = {D({4}), M(2, 1, {2, 2}), D({2}, 7)}});
MR_GRADIENT_EXAMPLE({.op = "TensorScatterSub", .inputs = {D({4}), M(2, 1, {2, 2}), D({2}, 7)}});
MR_GRADIENT_EXAMPLE({.op = "TensorScatterMin", .inputs = {D({4}), M(2, 1, {2, 0}), D({2}, 2.5)}});
MR_GRADIENT_EXAMPLE({.op = "TensorScatterMax", .inputs = {D({4}), M(2, 1, {2, 0}), D({2}, 2.5)}});
MR_GRADIENT_EXAMPLE({.op = "ScatterNdNonAliasingAdd",
                     .inputs = {D({4}), M(2, 1, {2, 2}), D({2}, 7)}});

struct ArrayTest : OpTest {
  ArrayTest() : OpTest({RegisterArrayKernels}) {}
};

TEST_F(ArrayTest, ConstAndPlaceholders) {
  EXPECT_TENSOR_EQ(Run1("Const", {}, {{"value", I({1, 2})}, {"dtype", DType::kInt32}}), I({1, 2}));
  EXPECT_EQ(Code("Const", {}, {{"value", I({1, 2})}, {"dtype", DType::kFloat}}),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("Placeholder", {}, {{"dtype", DType::kFloat}}), StatusCode::kInvalidArgument);
  EXPECT_TENSOR_EQ(Run1("PlaceholderWithDefault", {I({1})}, {{"shape", PartialShape()}}), I({1}));
}

TEST_F(ArrayTest, FactsOfShapes) {
  const Tensor x = M(2, 3, {1, 2, 3, 4, 5, 6});
  EXPECT_TENSOR_EQ(Run1("Shape", {x}), I({2, 3}));
  EXPECT_TENSOR_EQ(Run1("Shape", {x}, {{"out_type", DType::kInt64}}),
                   Tensor::Vector<int64_t>({2, 3}));
  EXPECT_TENSOR_EQ(Run1("Shape", {I0(1)}), I({}));
  EXPECT_TENSOR_EQ(Run1("Size", {x}), I0(6));
  EXPECT_TENSOR_EQ(Run1("Rank", {Tensor::Scalar("s")}), I0(0));
}

TEST_F(ArrayTest, Reshape) {
  const Tensor x = M(2, 3, {1, 2, 3, 4, 5, 6});
  EXPECT_TENSOR_EQ(Run1("Reshape", {x, I({3, -1})}), M(3, 2, {1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(InferredShape("Reshape", {x, I({-1})}), "[6]");
  EXPECT_EQ(Code("Reshape", {x, I({4})}), StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("Reshape", {x, I({-1, -1})}), StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("Reshape", {x, I({-2, 3})}), StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("Reshape", {x, Tensor::Vector<int64_t>({int64_t{1} << 40, int64_t{1} << 40})}),
            StatusCode::kInvalidArgument);
  const Tensor none = *Tensor::CreateZeros(DType::kInt32, Shape({0, 3}));
  EXPECT_TENSOR_EQ(Run1("Reshape", {none, I({-1, 0})}),
                   *Tensor::CreateZeros(DType::kInt32, Shape({3, 0})));
  EXPECT_EQ(Code("Reshape", {x, I({-1, 0})}), StatusCode::kInvalidArgument);
  EXPECT_TENSOR_EQ(Run1("Reshape", {none, I({3, 0})}),
                   *Tensor::CreateZeros(DType::kInt32, Shape({3, 0})));
}

TEST_F(ArrayTest, ExpandAndSqueeze) {
  EXPECT_EQ(Run1("ExpandDims", {I({1, 2}), I0(-1)}).shape(), Shape({2, 1}));
  EXPECT_EQ(Code("ExpandDims", {I({1, 2}), I0(2)}), StatusCode::kInvalidArgument);
  const Tensor x = Tensor::Of<int32_t>({1, 2, 1}, {1, 2});
  EXPECT_EQ(Run1("Squeeze", {x}).shape(), Shape({2}));
  EXPECT_EQ(Run1("Squeeze", {x}, {{"squeeze_dims", std::vector<int64_t>{-1}}}).shape(),
            Shape({1, 2}));
  EXPECT_EQ(Code("Squeeze", {x}, {{"squeeze_dims", std::vector<int64_t>{1}}}),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("EnsureShape", {x}, {{"shape", Shape({2})}}), StatusCode::kInvalidArgument);
}

TEST_F(ArrayTest, Fills) {
  EXPECT_TENSOR_EQ(Run1("Fill", {I({2, 1}), I0(7)}), M(2, 1, {7, 7}));
  EXPECT_TENSOR_EQ(Run1("Fill", {I({2}), Tensor::Scalar("s")}),
                   Tensor::Vector<std::string>({"s", "s"}));
  EXPECT_EQ(Code("Fill", {I({-1}), I0(7)}), StatusCode::kInvalidArgument);
  EXPECT_TENSOR_EQ(Run1("ZerosLike", {Tensor::Vector<std::string>({"a"})}),
                   Tensor::Vector<std::string>({""}));
  EXPECT_TENSOR_EQ(Run1("OnesLike", {Tensor::Vector<half>({half(3.0f)})}),
                   Tensor::Vector<half>({half(1.0f)}));
}

TEST_F(ArrayTest, PackAndUnpack) {
  EXPECT_TENSOR_EQ(Run1("Pack", {I({1, 4}), I({2, 5}), I({3, 6})}, {{"axis", 1}}),
                   M(2, 3, {1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(Code("Pack", {I({1, 4}), I({2})}), StatusCode::kInvalidArgument);
  const auto parts = Run("Unpack", {M(2, 3, {1, 2, 3, 4, 5, 6})}, {{"num", 3}, {"axis", 1}});
  ASSERT_TRUE(parts.ok()) << parts.status();
  EXPECT_TENSOR_EQ((*parts)[1], I({2, 5}));
  EXPECT_EQ(Code("Unpack", {I({1, 2})}, {{"num", 3}}), StatusCode::kInvalidArgument);
}

TEST_F(ArrayTest, ConcatAndSplit) {
  EXPECT_TENSOR_EQ(Run1("ConcatV2", {M(2, 1, {1, 4}), M(2, 2, {2, 3, 5, 6}), I0(-1)}),
                   M(2, 3, {1, 2, 3, 4, 5, 6}));
  EXPECT_TENSOR_EQ(Run1("ConcatV2", {Tensor::Vector<std::string>({"a"}),
                                     Tensor::Vector<std::string>({"b"}), I0(0)}),
                   Tensor::Vector<std::string>({"a", "b"}));
  EXPECT_EQ(Code("ConcatV2", {M(2, 1, {1, 4}), M(1, 2, {2, 3}), I0(0)}),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("ConcatV2", {I0(1), I0(2), I0(0)}), StatusCode::kInvalidArgument);
  const auto offsets = Run("ConcatOffset", {I0(1), I({2, 2}), I({2, 3}), I({2, 4})});
  ASSERT_TRUE(offsets.ok()) << offsets.status();
  EXPECT_TENSOR_EQ((*offsets)[2], I({0, 5}));
  const auto halves = Run("Split", {I0(1), M(2, 2, {1, 2, 3, 4})}, {{"num_split", 2}});
  ASSERT_TRUE(halves.ok()) << halves.status();
  EXPECT_TENSOR_EQ((*halves)[1], M(2, 1, {2, 4}));
  EXPECT_EQ(Code("Split", {I0(0), I({1, 2, 3})}, {{"num_split", 2}}), StatusCode::kInvalidArgument);
  const auto parts = Run("SplitV", {I({1, 2, 3}), I({1, -1}), I0(0)}, {{"num_split", 2}});
  ASSERT_TRUE(parts.ok()) << parts.status();
  EXPECT_TENSOR_EQ((*parts)[1], I({2, 3}));
  EXPECT_EQ(Code("SplitV", {I({1, 2, 3}), I({1, 1}), I0(0)}, {{"num_split", 2}}),
            StatusCode::kInvalidArgument);
}

TEST_F(ArrayTest, Slices) {
  const Tensor x = M(2, 3, {1, 2, 3, 4, 5, 6});
  EXPECT_TENSOR_EQ(Run1("Slice", {x, I({0, 1}), I({-1, 2})}), M(2, 2, {2, 3, 5, 6}));
  EXPECT_EQ(Code("Slice", {x, I({0, 1}), I({-1, 3})}), StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("Slice", {x, I({0}), I({1})}), StatusCode::kInvalidArgument);
  EXPECT_TENSOR_EQ(Run1("StridedSlice", {x, I({0, 2}), I({2, 0}), I({1, -1})}),
                   M(2, 2, {3, 2, 6, 5}));
  // x[1]
  EXPECT_TENSOR_EQ(Run1("StridedSlice", {x, I({1}), I({2}), I({1})}, {{"shrink_axis_mask", 1}}),
                   I({4, 5, 6}));
  // x[..., new axis, -1]
  EXPECT_TENSOR_EQ(Run1("StridedSlice", {x, I({0, 0, -1}), I({0, 0, 0}), I({1, 1, 1})},
                        {{"ellipsis_mask", 1}, {"new_axis_mask", 2}, {"shrink_axis_mask", 4}}),
                   M(2, 1, {3, 6}));
  EXPECT_EQ(Code("StridedSlice", {x, I({2}), I({3}), I({1})}, {{"shrink_axis_mask", 1}}),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("StridedSlice", {x, I({0}), I({2}), I({0})}), StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("StridedSlice", {x, I({0, 0, 0}), I({1, 1, 1}), I({1, 1, 1})}),
            StatusCode::kInvalidArgument);
  EXPECT_TENSOR_EQ(Run1("StridedSliceGrad", {I({5}), I({3}), I({0}), I({-2}), I({7, 8})}),
                   I({0, 8, 0, 7, 0}));
}

TEST_F(ArrayTest, TileAndBroadcast) {
  EXPECT_TENSOR_EQ(Run1("Tile", {M(1, 2, {1, 2}), I({2, 2})}), M(2, 4, {1, 2, 1, 2, 1, 2, 1, 2}));
  EXPECT_EQ(Code("Tile", {I({1}), I({-1})}), StatusCode::kInvalidArgument);
  EXPECT_TENSOR_EQ(Run1("BroadcastTo", {M(2, 1, {1, 2}), I({2, 3})}), M(2, 3, {1, 1, 1, 2, 2, 2}));
  EXPECT_EQ(Code("BroadcastTo", {I({1, 2}), I({3})}), StatusCode::kInvalidArgument);
}

TEST_F(ArrayTest, TransposeMovesEveryElement) {
  // Larger than a tile in each direction.
  const int64_t n = 37, m = 53, k = 3;
  const Tensor x = D({k, n, m});
  const Tensor y = Run1("Transpose", {x, I({2, 0, 1})});
  ASSERT_EQ(y.shape(), Shape({m, k, n}));
  for (int64_t a = 0; a < k; ++a) {
    for (int64_t b = 0; b < n; ++b) {
      for (int64_t c = 0; c < m; ++c) {
        ASSERT_EQ(y.data<double>()[(c * k + a) * n + b], x.data<double>()[(a * n + b) * m + c]);
      }
    }
  }
  EXPECT_EQ(Code("Transpose", {x, I({0, 0, 1})}), StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("Transpose", {x, I({0, 1})}), StatusCode::kInvalidArgument);
  EXPECT_TENSOR_EQ(Run1("InvertPermutation", {I({2, 0, 1})}), I({1, 2, 0}));
  EXPECT_EQ(Code("InvertPermutation", {I({0, 0})}), StatusCode::kInvalidArgument);
}

TEST_F(ArrayTest, Ranges) {
  EXPECT_TENSOR_EQ(Run1("Range", {I0(3), I0(10), I0(3)}), I({3, 6, 9}));
  EXPECT_TENSOR_EQ(Run1("Range", {I0(3), I0(0), I0(-2)}), I({3, 1}));
  EXPECT_EQ(InferredShape("Range", {I0(3), I0(10), I0(3)}), "[3]");
  EXPECT_EQ(Code("Range", {I0(3), I0(10), I0(0)}), StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("Range", {I0(3), I0(1), I0(1)}), StatusCode::kInvalidArgument);
  EXPECT_TENSOR_NEAR(
      Run1("LinSpace", {Tensor::Scalar<float>(10), Tensor::Scalar<float>(12), I0(3)}),
      Tensor::Vector<float>({10, 11, 12}));
  EXPECT_EQ(Code("LinSpace", {Tensor::Scalar<float>(10), Tensor::Scalar<float>(12), I0(0)}),
            StatusCode::kInvalidArgument);
}

TEST_F(ArrayTest, Gathers) {
  const Tensor x = M(3, 2, {1, 2, 3, 4, 5, 6});
  EXPECT_TENSOR_EQ(Run1("GatherV2", {x, I({2, 0}), I0(0)}), M(2, 2, {5, 6, 1, 2}));
  EXPECT_TENSOR_EQ(Run1("GatherV2", {x, I0(1), I0(-1)}), I({2, 4, 6}));
  EXPECT_TENSOR_EQ(Run1("GatherV2", {x, M(3, 1, {1, 0, 1}), I0(1)}, {{"batch_dims", 1}}),
                   M(3, 1, {2, 3, 6}));
  EXPECT_TENSOR_EQ(Run1("Gather", {Tensor::Vector<std::string>({"a", "b"}), I({1, 1})}),
                   Tensor::Vector<std::string>({"b", "b"}));
  EXPECT_EQ(Code("GatherV2", {x, I({3}), I0(0)}), StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("GatherV2", {x, I({-1}), I0(0)}), StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("GatherV2", {x, I({0}), I0(2)}), StatusCode::kInvalidArgument);
  EXPECT_TENSOR_EQ(Run1("GatherNd", {x, M(2, 2, {2, 1, 0, 0})}), I({6, 1}));
  EXPECT_EQ(Code("GatherNd", {x, M(1, 2, {2, 2})}), StatusCode::kInvalidArgument);
  const Tensor none = *Tensor::CreateZeros(DType::kInt32, Shape({3, 0}));
  EXPECT_EQ(Code("GatherNd", {none, M(1, 1, {2})}), StatusCode::kInvalidArgument);
}

TEST_F(ArrayTest, Scatters) {
  EXPECT_TENSOR_EQ(Run1("ScatterNd", {M(3, 1, {4, 1, 4}), I({9, 10, 11}), I({6})}),
                   I({0, 10, 0, 0, 20, 0}));
  EXPECT_TENSOR_EQ(Run1("TensorScatterUpdate", {I({1, 2, 3}), M(1, 1, {1}), I({9})}), I({1, 9, 3}));
  EXPECT_TENSOR_EQ(Run1("TensorScatterMax", {I({1, 2, 3}), M(2, 1, {1, 2}), I({9, 0})}),
                   I({1, 9, 3}));
  EXPECT_TENSOR_EQ(
      Run1("ScatterNd", {M(3, 1, {1, 0, 1}), Tensor::Vector<std::string>({"a", "b", "c"}), I({3})}),
      Tensor::Vector<std::string>({"b", "ac", ""}));
  EXPECT_EQ(Code("ScatterNd", {M(1, 1, {6}), I({9}), I({6})}), StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("ScatterNd", {M(1, 1, {1}), M(1, 0, {}), I({3, 0})}),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("TensorScatterUpdate", {I({1, 2, 3}), M(1, 1, {1}), I0(9)}),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("TensorScatterUpdate", {I({1, 2, 3}), M(1, 1, {1}), I({9})},
                 {{"bad_indices_policy", "MAYBE"}}),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("ScatterNd", {M(1, 1, {0}), I({9, 9}), I({6})}), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
