#include "micro/kernels/transpose.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

TEST(Transpose, OfThreeDimensions) {
  OpTest op(kTransposeOp);
  op.Add(Input<int8_t>({1, 2, 3}, {1, 2, 3, 4, 5, 6})).Add(Constant<int32_t>({3}, {2, 0, 1}));
  op.AddOutput(Input<int8_t>({3, 1, 2}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int8_t>(), ElementsAre(1, 4, 2, 5, 3, 6));
}

TEST(Transpose, OfInt4Values) {
  OpTest op(kTransposeOp);
  op.Add(ConstantInt4({2, 3}, {1, 2, 3, 4, 5, 6})).Add(Constant<int32_t>({2}, {1, 0}));
  TestTensor output;
  output.type = TensorType::kInt4;
  output.shape = {3, 2};
  op.AddOutput(output);
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  const auto* bytes = op.interpreter().output(0).data<uint8_t>();
  EXPECT_THAT(std::vector<int>(bytes, bytes + 3), ElementsAre(0x41, 0x52, 0x63));
}

TEST(Transpose, RefusesWhatIsNoPermutation) {
  for (const auto& perm : std::vector<std::vector<int32_t>>{{0, 0}, {0, 2}, {1, 0}, {-3, 1}}) {
    OpTest constant(kTransposeOp);
    constant.Add(Input<float>({1, 2})).Add(Constant<int32_t>({2}, perm));
    constant.AddOutput(Input<float>({1, 2}));
    EXPECT_EQ(constant.Run(), Status::kInvalidShape);
    OpTest computed(kTransposeOp);
    computed.Add(Input<float>({1, 2}, {1, 2})).Add(Input<int32_t>({2}, perm));
    computed.AddOutput(Input<float>({1, 2}));
    EXPECT_EQ(computed.Run(), Status::kInvalidShape);
  }
}

}  // namespace
}  // namespace millrace::micro::testing
