#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterPlaceholder(Registry& r);
absl::Status RegisterIdentity(Registry& r);

namespace {

struct PlaceholderTest : OpTest {
  PlaceholderTest() : OpTest({RegisterPlaceholder, RegisterIdentity}) {}
};

TEST_F(PlaceholderTest, MustBeFed) {
  for (const char* op : {"Placeholder", "PlaceholderV2"}) {
    EXPECT_EQ(Code(op, {}, {{"dtype", DType::kFloat}, {"shape", PartialShape::Of({2})}}),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST_F(PlaceholderTest, FakeParamsAreThere) {
  EXPECT_TENSOR_EQ(
      Run1("FakeParam", {}, {{"dtype", DType::kInt32}, {"shape", PartialShape::Of({2, 1})}}),
      Tensor::Of<int32_t>({2, 1}, {0, 0}));
  EXPECT_EQ(Run1("FakeParam", {}, {{"dtype", DType::kString}, {"shape", PartialShape::Of({-1, 3})}})
                .shape(),
            Shape({0, 3}));
  EXPECT_EQ(Run1("FakeParam", {}, {{"dtype", DType::kVariant}, {"shape", PartialShape()}}).rank(),
            0);
}

TEST_F(PlaceholderTest, ConstantsPass) {
  EXPECT_TENSOR_EQ(Run1("GuaranteeConst", {Tensor::Vector<int32_t>({1, 2})}),
                   Tensor::Vector<int32_t>({1, 2}));
}

}  // namespace
}  // namespace millrace
