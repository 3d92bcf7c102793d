// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterRaggedTensorToTensor(Registry& r);

namespace {

using absl::StatusCode;
using Types = std::vector<std::string>;

struct RaggedToTensorTest : OpTest {
  RaggedToTensorTest() : OpTest({RegisterRaggedTensorToTensor}) {}
};

AttrMap Partitions(Types types) { return {{"row_partition_types", std::move(types)}}; }
Tensor Ints(std::initializer_list<int64_t> v) { return Tensor::Vector<int64_t>(v); }

TEST_F(RaggedToTensorTest, PadsAndCuts) {
  const auto run = [&](Tensor shape) {
    return Run1("RaggedTensorToTensor",
                {std::move(shape), Tensor::Vector<int32_t>({1, 2, 3, 4}),
                 Tensor::Scalar<int32_t>(9), Ints({0, 1, 1, 4})},
                Partitions({"ROW_SPLITS"}));
  };
  EXPECT_TENSOR_EQ(run(Ints({-1, -1})), Tensor::Of<int32_t>({3, 3}, {1, 9, 9, 9, 9, 9, 2, 3, 4}));
  EXPECT_TENSOR_EQ(run(Tensor::Scalar<int64_t>(-1)),
                   Tensor::Of<int32_t>({3, 3}, {1, 9, 9, 9, 9, 9, 2, 3, 4}));
  EXPECT_TENSOR_EQ(run(Ints({4, 2})), Tensor::Of<int32_t>({4, 2}, {1, 9, 9, 9, 2, 3, 9, 9}));
}

TEST_F(RaggedToTensorTest, NestedRowsByTheirIds) {
  // [[], [["a"], ["b", "c"]], []]
  EXPECT_TENSOR_EQ(
      Run1("RaggedTensorToTensor",
           {Ints({-1, -1, -1}), Tensor::Vector<std::string>({"a", "b", "c"}), Tensor::Scalar(""),
            Tensor::Scalar<int64_t>(3), Ints({1, 1}), Ints({0, 1, 1})},
           Partitions({"FIRST_DIM_SIZE", "VALUE_ROWIDS", "VALUE_ROWIDS"})),
      Tensor::Of<std::string>({3, 2, 2}, {"", "", "", "", "a", "", "b", "c", "", "", "", ""}));
}

TEST_F(RaggedToTensorTest, BroadcastsTheDefault) {
  EXPECT_TENSOR_EQ(Run1("RaggedTensorToTensor",
                        {Ints({-1, -1, 2}), Tensor::Of<float>({3, 2}, {1, 2, 3, 4, 5, 6}),
                         Tensor::Vector<float>({8, 9}), Ints({0, 1, 3})},
                        Partitions({"ROW_SPLITS"})),
                   Tensor::Of<float>({2, 2, 2}, {1, 2, 8, 9, 3, 4, 5, 6}));
}

TEST_F(RaggedToTensorTest, Refuses) {
  const auto code = [&](Tensor shape, Tensor partition, Types types) {
    return Code("RaggedTensorToTensor",
                {std::move(shape), Tensor::Vector<int32_t>({1, 2, 3, 4}),
                 Tensor::Scalar<int32_t>(9), std::move(partition)},
                Partitions(std::move(types)));
  };
  const StatusCode bad = StatusCode::kInvalidArgument;
  EXPECT_EQ(code(Ints({-1}), Ints({0, 4}), {"ROW_SPLITS"}), bad);
  EXPECT_EQ(code(Ints({-1, -1}), Ints({0, 5}), {"ROW_SPLITS"}), bad);
  EXPECT_EQ(code(Ints({-1, -1}), Ints({0, 3, 2, 4}), {"ROW_SPLITS"}), bad);
  EXPECT_EQ(code(Ints({-1, -1}), Ints({}), {"ROW_SPLITS"}), bad);
  EXPECT_EQ(code(Ints({-1, -1}), Ints({0, 0, 1, 1}), {"VALUE_ROWIDS"}), bad);
  EXPECT_EQ(code(Ints({-1, -1}), Ints({2, 2}), {"ROW_LENGTHS"}), bad);
}

// One row is cut off, one is padded.
MR_GRADIENT_EXAMPLE({.op = "RaggedTensorToTensor",
                     .inputs = {Ints({-1, 2, 2}),
                                Tensor::Of<double>({4, 2}, {1, 2, 3, 4, 5, 6, 7, 8}),
                                Tensor::Vector<double>({0.5, -1}), Ints({0, 1, 4})},
                     .attrs = {{"row_partition_types", Types{"ROW_SPLITS"}}}});

}  // namespace
}  // namespace millrace
