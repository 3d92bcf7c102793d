// EditDistance. Expected values are TensorFlow 2.21's.
#include <limits>

#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterEditDistance(Registry& r);

namespace {

struct EditDistanceTest : OpTest {
  EditDistanceTest() : OpTest({RegisterEditDistance}) {}
};

// Rows: "ab" against "a", nothing against "xy", "q" against nothing, nothing against nothing.
std::vector<OpInput> Example() {
  const Tensor shape = Tensor::Vector<int64_t>({4, 2});
  return {Tensor::Of<int64_t>({3, 2}, {0, 0, 0, 1, 2, 0}),
          Tensor::Vector<std::string>({"a", "b", "q"}),
          shape,
          Tensor::Of<int64_t>({3, 2}, {0, 0, 1, 0, 1, 1}),
          Tensor::Vector<std::string>({"a", "x", "y"}),
          shape};
}

TEST_F(EditDistanceTest, CountsAndNormalises) {
  EXPECT_TENSOR_EQ(Run1("EditDistance", Example(), {{"normalize", false}}),
                   Tensor::Vector<float>({1, 2, 1, 0}));
  EXPECT_TENSOR_EQ(Run1("EditDistance", Example()),
                   Tensor::Vector<float>({1, 1, std::numeric_limits<float>::infinity(), 0}));
}

TEST_F(EditDistanceTest, Refuses) {
  std::vector<OpInput> inputs = Example();
  inputs[5] = Tensor::Vector<int64_t>({4, 2, 1});
  EXPECT_EQ(Code("EditDistance", inputs), absl::StatusCode::kInvalidArgument);
  inputs = Example();
  inputs[0] = Tensor::Of<int64_t>({3, 2}, {0, 0, 0, 1, 9, 0});
  EXPECT_EQ(Code("EditDistance", inputs), absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace millrace
