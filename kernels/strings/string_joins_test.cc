// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterStringJoins(Registry& r);

namespace {

struct StringJoinsTest : OpTest {
  StringJoinsTest() : OpTest({RegisterStringJoins}) {}
};

TEST_F(StringJoinsTest, BySegment) {
  EXPECT_TENSOR_EQ(Run1("UnsortedSegmentJoin",
                        {Tensor::Of<std::string>({2, 3}, {"a", "b", "c", "d", "e", "f"}),
                         Tensor::Vector<int32_t>({1, 1}), Tensor::Scalar<int32_t>(2)},
                        {{"separator", "-"}}),
                   Tensor::Of<std::string>({2, 3}, {"", "", "", "a-d", "b-e", "c-f"}));
  EXPECT_TENSOR_EQ(
      Run1("UnsortedSegmentJoin",
           {Tensor::Of<std::string>({2, 3}, {"a", "b", "c", "d", "e", "f"}),
            Tensor::Of<int64_t>({2, 3}, {1, 1, 0, 0, 1, 1}), Tensor::Scalar<int64_t>(3)}),
      Tensor::Vector<std::string>({"cd", "abef", ""}));
}

TEST_F(StringJoinsTest, Reduces) {
  EXPECT_TENSOR_EQ(Run1("ReduceJoin",
                        {Tensor::Of<std::string>({2, 3}, {"a", "b", "c", "d", "e", "f"}),
                         Tensor::Vector<int32_t>({0})},
                        {{"separator", "-"}}),
                   Tensor::Vector<std::string>({"a-d", "b-e", "c-f"}));
  EXPECT_TENSOR_EQ(Run1("ReduceJoin",
                        {Tensor::Of<std::string>({2, 3}, {"a", "b", "c", "d", "e", "f"}),
                         Tensor::Vector<int32_t>({1})},
                        {{"separator", "-"}}),
                   Tensor::Vector<std::string>({"a-b-c", "d-e-f"}));
  EXPECT_TENSOR_EQ(Run1("ReduceJoin",
                        {Tensor::Of<std::string>({2, 3}, {"a", "b", "c", "d", "e", "f"}),
                         Tensor::Vector<int32_t>({-1})},
                        {{"separator", "-"}}),
                   Tensor::Vector<std::string>({"a-b-c", "d-e-f"}));
  EXPECT_TENSOR_EQ(Run1("ReduceJoin",
                        {Tensor::Of<std::string>({2, 3}, {"a", "b", "c", "d", "e", "f"}),
                         Tensor::Vector<int32_t>({0, 1})},
                        {{"separator", "-"}}),
                   Tensor::Scalar<std::string>("a-d-b-e-c-f"));
  EXPECT_TENSOR_EQ(Run1("ReduceJoin",
                        {Tensor::Of<std::string>({2, 3}, {"a", "b", "c", "d", "e", "f"}),
                         Tensor::Vector<int32_t>({1, 0})},
                        {{"separator", "-"}}),
                   Tensor::Scalar<std::string>("a-b-c-d-e-f"));
  EXPECT_TENSOR_EQ(Run1("ReduceJoin",
                        {Tensor::Of<std::string>({2, 3}, {"a", "b", "c", "d", "e", "f"}),
                         Tensor::Of<int32_t>({0}, {})},
                        {{"separator", "-"}}),
                   Tensor::Of<std::string>({2, 3}, {"a", "b", "c", "d", "e", "f"}));
  EXPECT_TENSOR_EQ(Run1("ReduceJoin",
                        {Tensor::Of<std::string>({2, 3}, {"a", "b", "c", "d", "e", "f"}),
                         Tensor::Vector<int32_t>({0})},
                        {{"keep_dims", true}}),
                   Tensor::Of<std::string>({1, 3}, {"ad", "be", "cf"}));
}

TEST_F(StringJoinsTest, Refuses) {
  EXPECT_EQ(Code("ReduceJoin", {Tensor::Of<std::string>({2, 3}, {"a", "b", "c", "d", "e", "f"}),
                                Tensor::Vector<int32_t>({1, 1})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("ReduceJoin", {Tensor::Of<std::string>({2, 3}, {"a", "b", "c", "d", "e", "f"}),
                                Tensor::Vector<int32_t>({2})}),
            absl::StatusCode::kOutOfRange);
  EXPECT_EQ(
      Code("UnsortedSegmentJoin", {Tensor::Of<std::string>({2, 3}, {"a", "b", "c", "d", "e", "f"}),
                                   Tensor::Vector<int32_t>({0, 2}), Tensor::Scalar<int32_t>(2)}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("UnsortedSegmentJoin", {Tensor::Of<std::string>({2, 3}, {"a", "b", "c", "d", "e", "f"}),
                                   Tensor::Vector<int32_t>({0, -1}), Tensor::Scalar<int32_t>(2)}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("UnsortedSegmentJoin", {Tensor::Of<std::string>({2, 3}, {"a", "b", "c", "d", "e", "f"}),
                                   Tensor::Vector<int32_t>({0}), Tensor::Scalar<int32_t>(2)}),
      absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
