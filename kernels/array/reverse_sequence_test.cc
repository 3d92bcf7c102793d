// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterReverseSequence(Registry& r);

namespace {

struct ReverseSequenceTest : OpTest {
  ReverseSequenceTest() : OpTest({RegisterReverseSequence}) {}
};

TEST_F(ReverseSequenceTest, Values) {
  EXPECT_TENSOR_NEAR(
      Run1("ReverseSequence",
           {Tensor::Of<float>({2, 4, 3}, {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11,
                                          12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23}),
            Tensor::Vector<int64_t>({3, 0})},
           {{"seq_dim", int64_t{1}}, {"batch_dim", int64_t{0}}}),
      Tensor::Of<float>({2, 4, 3}, {6,  7,  8,  3,  4,  5,  0,  1,  2,  9,  10, 11,
                                    12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23}));
  EXPECT_TENSOR_EQ(Run1("ReverseSequence",
                        {Tensor::Of<std::string>({2, 3}, {"a", "b", "c", "d", "e", "f"}),
                         Tensor::Vector<int32_t>({2, 1, 0})},
                        {{"seq_dim", int64_t{0}}, {"batch_dim", int64_t{1}}}),
                   Tensor::Of<std::string>({2, 3}, {"d", "b", "c", "a", "e", "f"}));
}

TEST_F(ReverseSequenceTest, Refuses) {
  EXPECT_EQ(Code("ReverseSequence",
                 {Tensor::Of<float>({2, 3}, {1.75f, 0.75f, 1, -1.25f, -1.25f, 0.5f}),
                  Tensor::Vector<int64_t>({4, 0})},
                 {{"seq_dim", int64_t{1}}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("ReverseSequence",
                 {Tensor::Of<float>({2, 3}, {1.75f, 0.75f, 1, -1.25f, -1.25f, 0.5f}),
                  Tensor::Vector<int64_t>({1})},
                 {{"seq_dim", int64_t{1}}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("ReverseSequence",
                 {Tensor::Of<float>({2, 3}, {1.75f, 0.75f, 1, -1.25f, -1.25f, 0.5f}),
                  Tensor::Vector<int64_t>({1, 1})},
                 {{"seq_dim", int64_t{0}}}),
            absl::StatusCode::kInvalidArgument);
}

MR_GRADIENT_EXAMPLE({.op = "ReverseSequence",
                     .inputs = {Tensor::Of<double>({2, 3}, {0, 1, 2, 3, 4, 5}),
                                Tensor::Vector<int64_t>({2, 3})},
                     .attrs = {{"seq_dim", int64_t{1}}}});

}  // namespace
}  // namespace millrace
