// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterRaggedGather(Registry& r);

namespace {

struct RaggedGatherTest : OpTest {
  RaggedGatherTest() : OpTest({RegisterRaggedGather}) {}
};

TEST_F(RaggedGatherTest, Rows) {
  EXPECT_OUTPUTS_NEAR(
      Run("RaggedGather",
          {Tensor::Vector<int64_t>({0, 2, 3, 6}), Tensor::Vector<int32_t>({0, 1, 2, 3, 4, 5}),
           Tensor::Vector<int32_t>({2, 0})},
          {{"OUTPUT_RAGGED_RANK", int64_t{1}}}),
      std::vector<Tensor>(
          {Tensor::Vector<int64_t>({0, 3, 5}), Tensor::Vector<int32_t>({3, 4, 5, 0, 1})}));
  EXPECT_OUTPUTS_NEAR(
      Run("RaggedGather",
          {Tensor::Vector<int64_t>({0, 2, 3, 6}),
           Tensor::Vector<std::string>({"a", "b", "c", "d", "e", "f"}),
           Tensor::Of<int64_t>({2, 2}, {2, 0, 1, 1})},
          {{"OUTPUT_RAGGED_RANK", int64_t{2}}}),
      std::vector<Tensor>({Tensor::Vector<int64_t>({0, 2, 4}),
                           Tensor::Vector<int64_t>({0, 3, 5, 6, 7}),
                           Tensor::Vector<std::string>({"d", "e", "f", "a", "b", "c", "c"})}));
  EXPECT_OUTPUTS_NEAR(
      Run("RaggedGather",
          {Tensor::Vector<int64_t>({0, 1, 3}), Tensor::Vector<int64_t>({0, 2, 3, 6}),
           Tensor::Of<float>({6, 2}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}),
           Tensor::Vector<int32_t>({1, 0})},
          {{"OUTPUT_RAGGED_RANK", int64_t{2}}}),
      std::vector<Tensor>({Tensor::Vector<int64_t>({0, 2, 3}),
                           Tensor::Vector<int64_t>({0, 1, 4, 6}),
                           Tensor::Of<float>({6, 2}, {4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3})}));
  EXPECT_TENSOR_EQ(Run1("RaggedGather",
                        {Tensor::Vector<int64_t>({0, 2, 3, 6}),
                         Tensor::Vector<int32_t>({0, 1, 2, 3, 4, 5}), Tensor::Scalar<int32_t>(2)},
                        {{"OUTPUT_RAGGED_RANK", int64_t{0}}}),
                   Tensor::Vector<int32_t>({3, 4, 5}));
}

TEST_F(RaggedGatherTest, Refuses) {
  EXPECT_EQ(Code("RaggedGather",
                 {Tensor::Vector<int64_t>({0, 2, 3, 6}),
                  Tensor::Vector<int32_t>({0, 1, 2, 3, 4, 5}), Tensor::Vector<int32_t>({3})},
                 {{"OUTPUT_RAGGED_RANK", int64_t{1}}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("RaggedGather",
                 {Tensor::Vector<int64_t>({0, 9}), Tensor::Vector<int32_t>({0, 1, 2, 3, 4, 5}),
                  Tensor::Vector<int32_t>({0})},
                 {{"OUTPUT_RAGGED_RANK", int64_t{1}}}),
            absl::StatusCode::kInvalidArgument);
}

MR_GRADIENT_EXAMPLE(
    {.op = "RaggedGather",
     .inputs = {Tensor::Vector<int64_t>({0, 2, 2, 3}), Tensor::Vector<int64_t>({0, 1, 3, 4}),
                Tensor::Of<double>({4, 2}, {1, 2, 3, 4, 5, 6, 7, 8}),
                Tensor::Of<int32_t>({2, 2}, {2, 0, 0, 1})},
     .attrs = {{"PARAMS_RAGGED_RANK", int64_t{2}}, {"OUTPUT_RAGGED_RANK", int64_t{3}}}});

}  // namespace
}  // namespace millrace
