#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterBroadcastGradientArgs(Registry& r);

namespace {

struct BroadcastGradientArgsTest : OpTest {
  BroadcastGradientArgsTest() : OpTest({RegisterBroadcastGradientArgs}) {}
};

// Pairs of shapes and what TensorFlow 2.21 gives for them.
TEST_F(BroadcastGradientArgsTest, AsTensorFlow) {
  struct Case {
    std::vector<int32_t> s0, s1, r0, r1;
  };
  const std::vector<Case> cases = {{{2, 3}, {2, 3}, {}, {}},      {{1, 3}, {1, 3}, {}, {}},
                                   {{1, 1}, {1}, {0, 1}, {0, 1}}, {{2, 1}, {1, 3}, {1}, {0}},
                                   {{}, {1, 2}, {0, 1}, {0}},     {{1}, {1, 1}, {0, 1}, {0, 1}},
                                   {{0, 1}, {1}, {1}, {0, 1}},    {{2, 1, 3}, {1, 3}, {1}, {0, 1}},
                                   {{1}, {}, {0}, {0}},           {{1, 2}, {2}, {0}, {0}}};
  for (const Case& c : cases) {
    auto got = Run("BroadcastGradientArgs",
                   {Tensor::Vector<int32_t>(c.s0), Tensor::Vector<int32_t>(c.s1)});
    ASSERT_TRUE(got.ok()) << got.status();
    EXPECT_TENSOR_EQ((*got)[0], Tensor::Vector<int32_t>(c.r0));
    EXPECT_TENSOR_EQ((*got)[1], Tensor::Vector<int32_t>(c.r1));
  }
  EXPECT_EQ(
      Code("BroadcastGradientArgs", {Tensor::Vector<int32_t>({2}), Tensor::Vector<int32_t>({3})}),
      absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
