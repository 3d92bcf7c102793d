// Variables, their updates and optimizers, against values worked out by hand or given by
// TensorFlow 2.21.
#include "gtest/gtest.h"
#include "kernels/state/register_state.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {
namespace {

MR_GRADIENT_EXAMPLE({.op = "ReadVariableOp",
                     .inputs = {Tensor::Vector<double>({1, 2})},
                     .attrs = {{"dtype", DType::kDouble}},
                     .variables = {0}});
MR_GRADIENT_EXAMPLE({.op = "ResourceGather",
                     .inputs = {Tensor::Of<double>({3, 2}, {1, 2, 3, 4, 5, 6}),
                                Tensor::Vector<int32_t>({2, 0, 2})},
                     .attrs = {{"dtype", DType::kDouble}},
                     .variables = {0}});
MR_GRADIENT_EXAMPLE({.op = "ResourceGatherNd",
                     .inputs = {Tensor::Of<double>({3, 2}, {1, 2, 3, 4, 5, 6}),
                                Tensor::Of<int32_t>({2, 2}, {2, 0, 0, 1})},
                     .attrs = {{"dtype", DType::kDouble}},
                     .variables = {0}});

using absl::StatusCode;

struct StateTest : OpTest {
  StateTest() : OpTest({RegisterStateKernels}) {}
  // Runs an op without outputs, or of which they do not matter.
  void Do(absl::string_view op, std::vector<OpInput> inputs, AttrMap attrs = {}) {
    const auto result = Run(op, std::move(inputs), std::move(attrs));
    EXPECT_TRUE(result.ok()) << op << ": " << result.status();
  }
};

Tensor F(float v) { return Tensor::Scalar<float>(v); }
Tensor Vec(std::initializer_list<float> v) { return Tensor::Vector<float>(v); }
OpInput Ref(Tensor handle) { return OpInput(std::move(handle), RefType(DType::kFloat)); }

TEST_F(StateTest, AssignReadAndUpdate) {
  const AttrMap attrs = {{"dtype", DType::kFloat}, {"shape", Shape({2})}, {"shared_name", "w"}};
  const Tensor handle = Run1("VarHandleOp", {}, attrs);
  EXPECT_FALSE(Run1("VarIsInitializedOp", {handle}).scalar<bool>());
  EXPECT_EQ(Code("ReadVariableOp", {handle}, {{"dtype", DType::kFloat}}),
            StatusCode::kFailedPrecondition);
  EXPECT_EQ(Code("AssignAddVariableOp", {handle, Vec({1, 1})}), StatusCode::kFailedPrecondition);
  Do("AssignVariableOp", {handle, Vec({1, 2})});
  EXPECT_TRUE(Run1("VarIsInitializedOp", {handle}).scalar<bool>());
  const Tensor snapshot = Run1("ReadVariableOp", {handle}, {{"dtype", DType::kFloat}});
  Do("AssignAddVariableOp", {handle, Vec({10, 20})});
  Do("AssignSubVariableOp", {handle, Vec({1, 1})});
  EXPECT_TENSOR_EQ(snapshot, Vec({1, 2}));
  EXPECT_TENSOR_EQ(Run1("ReadVariableOp", {handle}, {{"dtype", DType::kFloat}}), Vec({10, 21}));
  EXPECT_TENSOR_EQ(Run1("VariableShape", {handle}), Tensor::Vector<int32_t>({2}));
  EXPECT_EQ(Code("AssignAddVariableOp", {handle, Vec({1, 2, 3})}), StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("AssignVariableOp", {handle, Tensor::Vector<int32_t>({1, 2})}),
            StatusCode::kInvalidArgument);
  Do("DisableCopyOnRead", {handle});
  EXPECT_TENSOR_EQ(Run1("ReadVariableOp", {handle}, {{"dtype", DType::kFloat}}), Vec({10, 21}));
  Do("DestroyResourceOp", {handle});
  EXPECT_EQ(Code("DisableCopyOnRead", {handle}), StatusCode::kFailedPrecondition);
  EXPECT_EQ(Code("ReadVariableOp", {handle}, {{"dtype", DType::kFloat}}),
            StatusCode::kFailedPrecondition);
  EXPECT_EQ(Code("DestroyResourceOp", {handle}, {{"ignore_lookup_error", false}}),
            StatusCode::kNotFound);
}

TEST_F(StateTest, SharedValueIsNotChangedByUpdate) {
  const Tensor big = *Tensor::CreateZeros(DType::kFloat, Shape({100}));
  const Tensor handle = MakeVariable("w", big);
  Tensor ones = *Tensor::CreateZeros(DType::kFloat, Shape({100}));
  for (float& x : ones.mutable_flat<float>()) x = 1;
  Do("AssignAddVariableOp", {handle, ones});
  EXPECT_EQ(big.data<float>()[99], 0);
  EXPECT_EQ(ReadVariable("w").data<float>()[99], 1);
}

TEST_F(StateTest, ReferenceVariables) {
  const Tensor handle = Run1(
      "VariableV2", {}, {{"dtype", DType::kFloat}, {"shape", Shape({2})}, {"shared_name", "v"}});
  EXPECT_FALSE(Run1("IsVariableInitialized", {Ref(handle)}).scalar<bool>());
  EXPECT_EQ(Code("Assign", {Ref(handle), Vec({1, 2, 3})}), StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("AssignAdd", {Ref(handle), Vec({1, 2})}), StatusCode::kFailedPrecondition);
  const Tensor out = Run1("Assign", {Ref(handle), Vec({1, 2})});
  EXPECT_EQ(out.scalar<ResourceHandle>().name, "v");
  Do("AssignSub", {Ref(handle), Vec({1, 1})});
  EXPECT_TENSOR_EQ(ReadVariable("v"), Vec({0, 1}));
  Do("Assign", {Ref(handle), Vec({1, 2, 3})}, {{"validate_shape", false}});
  EXPECT_TENSOR_EQ(ReadVariable("v"), Vec({1, 2, 3}));
}

TEST_F(StateTest, Scatters) {
  const Tensor handle = MakeVariable("w", Tensor::Of<float>({3, 2}, {1, 2, 3, 4, 5, 6}));
  const Tensor indices = Tensor::Vector<int32_t>({2, 0, 2});
  Do("ResourceScatterAdd", {handle, indices, Tensor::Of<float>({3, 2}, {1, 1, 10, 10, 100, 100})});
  EXPECT_TENSOR_EQ(ReadVariable("w"), Tensor::Of<float>({3, 2}, {11, 12, 3, 4, 106, 107}));
  Do("ResourceScatterMul", {handle, Tensor::Scalar<int32_t>(1), F(2)});
  EXPECT_TENSOR_EQ(ReadVariable("w"), Tensor::Of<float>({3, 2}, {11, 12, 6, 8, 106, 107}));
  Do("ResourceScatterUpdate",
     {handle, Tensor::Vector<int64_t>({1}), Tensor::Of<float>({1, 2}, {0, 0})});
  Do("ResourceScatterNdSub", {handle, Tensor::Of<int32_t>({1, 2}, {2, 1}), Vec({7})});
  EXPECT_TENSOR_EQ(ReadVariable("w"), Tensor::Of<float>({3, 2}, {11, 12, 0, 0, 106, 100}));
  Do("ScatterMin", {Ref(handle), Tensor::Vector<int32_t>({0}), Tensor::Of<float>({1, 2}, {5, 50})});
  EXPECT_TENSOR_EQ(ReadVariable("w"), Tensor::Of<float>({3, 2}, {5, 12, 0, 0, 106, 100}));
  // Nothing is written when one index is wrong.
  EXPECT_EQ(Code("ResourceScatterAdd", {handle, Tensor::Vector<int32_t>({0, 3}),
                                        Tensor::Of<float>({2, 2}, {9, 9, 9, 9})}),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("ResourceScatterAdd", {handle, indices, Tensor::Of<float>({3, 1}, {1, 1, 1})}),
            StatusCode::kInvalidArgument);
  EXPECT_TENSOR_EQ(ReadVariable("w"), Tensor::Of<float>({3, 2}, {5, 12, 0, 0, 106, 100}));
}

TEST_F(StateTest, IntegerDivisionByZeroIsAnError) {
  const Tensor handle = MakeVariable("n", Tensor::Vector<int32_t>({4, 6}));
  EXPECT_EQ(Code("ResourceScatterDiv",
                 {handle, Tensor::Vector<int32_t>({0}), Tensor::Vector<int32_t>({0})}),
            StatusCode::kInvalidArgument);
}

TEST_F(StateTest, StridedSliceAssign) {
  const Tensor handle = MakeVariable("w", Vec({0, 1, 2, 3, 4}));
  const auto ints = [](int32_t v) { return Tensor::Vector<int32_t>({v}); };
  Do("ResourceStridedSliceAssign", {handle, ints(1), ints(5), ints(2), Vec({10, 30})});
  EXPECT_TENSOR_EQ(ReadVariable("w"), Vec({0, 10, 2, 30, 4}));
}

TEST_F(StateTest, AProductOfMatricesIsAddedAsItIsComputed) {
  const Tensor w = MakeVariable("w", Tensor::Of<float>({2, 2}, {1, 2, 3, 4}));
  const Tensor before = ReadVariable("w");
  const Tensor x = Tensor::Of<float>({3, 2}, {1, 0, 0, 1, 1, 1});
  const Tensor dy = Tensor::Of<float>({3, 2}, {2, 4, 6, 8, 10, 12});
  Do("_MatMulApplyGradientDescent", {w, F(0.5), x, dy}, {{"transpose_a", true}});
  // x^T dy = [[12, 16], [16, 20]].
  EXPECT_TENSOR_EQ(ReadVariable("w"), Tensor::Of<float>({2, 2}, {-5, -6, -5, -6}));
  EXPECT_TENSOR_EQ(before, Tensor::Of<float>({2, 2}, {1, 2, 3, 4}));
  EXPECT_EQ(Code("_MatMulApplyGradientDescent", {w, F(0.5), x, x}), StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("_MatMulApplyGradientDescent", {w, F(0.5), dy, Tensor::Of<float>({2, 1}, {1, 1})}),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("_MatMulApplyGradientDescent", {w, Vec({1, 2}), x, dy}, {{"transpose_a", true}}),
            StatusCode::kInvalidArgument);
}

// The library's product, not that for a handful of numbers.
TEST_F(StateTest, LargeProductsAreAddedToo) {
  constexpr int kBatch = 5, kIn = 37, kOut = 41;
  Tensor x = *Tensor::CreateZeros(DType::kFloat, Shape({kBatch, kIn}));
  Tensor dy = *Tensor::CreateZeros(DType::kFloat, Shape({kBatch, kOut}));
  for (int i = 0; i < kBatch * kIn; ++i) x.mutable_flat<float>()[i] = static_cast<float>(i % 7 - 3);
  for (int i = 0; i < kBatch * kOut; ++i) dy.mutable_flat<float>()[i] = static_cast<float>(i % 5);
  const Tensor w = MakeVariable("w", *Tensor::CreateZeros(DType::kFloat, Shape({kIn, kOut})));
  Do("_MatMulApplyGradientDescent", {w, F(0.25), x, dy}, {{"transpose_a", true}});
  const Tensor result = ReadVariable("w");
  for (int i = 0; i < kIn; ++i) {
    for (int j = 0; j < kOut; ++j) {
      float sum = 0;
      for (int b = 0; b < kBatch; ++b) {
        sum += x.data<float>()[b * kIn + i] * dy.data<float>()[b * kOut + j];
      }
      ASSERT_EQ(result.data<float>()[i * kOut + j], -0.25f * sum) << i << ", " << j;
    }
  }
}

TEST_F(StateTest, GradientDescentAndMomentum) {
  const Tensor w = MakeVariable("w", Vec({1, 2})), m = MakeVariable("m", Vec({0, 10}));
  Do("ResourceApplyGradientDescent", {w, F(0.5), Vec({2, 4})});
  EXPECT_TENSOR_EQ(ReadVariable("w"), Vec({0, 0}));
  Do("ResourceApplyMomentum", {w, m, F(0.5), Vec({1, 1}), F(0.9)});
  EXPECT_TENSOR_NEAR(ReadVariable("m"), Vec({1, 10}));
  EXPECT_TENSOR_NEAR(ReadVariable("w"), Vec({-0.5, -5}));
  Do("ResourceApplyMomentum", {w, m, F(0.5), Vec({1, 1}), F(0.9)}, {{"use_nesterov", true}});
  EXPECT_TENSOR_NEAR(ReadVariable("w"),
                     Vec({-0.5f - 0.5f - 0.9f * 1.9f * 0.5f, -5 - 0.5f - 0.9f * 10 * 0.5f}));
  EXPECT_EQ(Code("ResourceApplyMomentum", {w, m, F(0.5), Vec({1, 1, 1}), F(0.9)}),
            StatusCode::kInvalidArgument);
}

TEST_F(StateTest, AdamFollowsItsFormulas) {
  const Tensor w = MakeVariable("w", Vec({1, -1})), m = MakeVariable("m", Vec({0, 0})),
               v = MakeVariable("v", Vec({0, 0}));
  Do("ResourceApplyAdam",
     {w, m, v, F(0.9), F(0.999), F(0.1), F(0.9), F(0.999), F(1e-8), Vec({0.5, -3})});
  EXPECT_TENSOR_NEAR(ReadVariable("m"), Vec({0.05, -0.3}));
  EXPECT_TENSOR_NEAR(ReadVariable("v"), Vec({0.00025, 0.009}));
  // The first step is the learning rate, whatever the gradient's size.
  EXPECT_TENSOR_NEAR(ReadVariable("w"), Vec({0.9, -0.9}));
}

TEST_F(StateTest, SparseUpdatesTouchTheirRowsOnly) {
  const Tensor w = MakeVariable("w", Tensor::Of<float>({3, 1}, {1, 1, 1})),
               a = MakeVariable("a", Tensor::Of<float>({3, 1}, {0, 1, 0}));
  Do("ResourceSparseApplyAdagrad",
     {w, a, F(1), Tensor::Of<float>({2, 1}, {3, 4}), Tensor::Vector<int64_t>({2, 0})});
  EXPECT_TENSOR_NEAR(ReadVariable("a"), Tensor::Of<float>({3, 1}, {16, 1, 9}));
  EXPECT_TENSOR_NEAR(ReadVariable("w"), Tensor::Of<float>({3, 1}, {0, 1, 0}));
  EXPECT_EQ(Code("ResourceSparseApplyAdagrad",
                 {w, a, F(1), Tensor::Of<float>({1, 1}, {3}), Tensor::Vector<int64_t>({3})}),
            StatusCode::kInvalidArgument);
}

TEST_F(StateTest, HandlesOfAnotherIncarnationAreStale) {
  Tensor handle = MakeVariable("w", Vec({1}));
  ResourceHandle stale = handle.scalar<ResourceHandle>();
  stale.incarnation += 1;
  EXPECT_EQ(
      Code("ReadVariableOp", {Tensor::Scalar<ResourceHandle>(stale)}, {{"dtype", DType::kFloat}}),
      StatusCode::kAborted);
}

TEST_F(StateTest, CountersEndAtTheirLimit) {
  const Tensor handle = MakeVariable("epochs", Tensor::Scalar<int64_t>(1));
  const AttrMap attrs = {{"limit", 3}, {"T", DType::kInt64}};
  for (const int64_t expected : {1, 2})
    EXPECT_EQ(Run1("ResourceCountUpTo", {handle}, attrs).scalar<int64_t>(), expected);
  EXPECT_EQ(Code("ResourceCountUpTo", {handle}, attrs), StatusCode::kOutOfRange);
  EXPECT_EQ(ReadVariable("epochs").scalar<int64_t>(), 3);
  const Tensor vector = MakeVariable("vector", Tensor::Vector<int64_t>({1}));
  EXPECT_EQ(Code("ResourceCountUpTo", {vector}, attrs), StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("ResourceCountUpTo", {handle}, {{"limit", 3}, {"T", DType::kInt32}}),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
