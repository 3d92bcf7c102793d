// InplaceUpdate and its like. Expected values are TensorFlow 2.21's.
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterInplaceRows(Registry& r);
absl::Status RegisterParallelConcat(Registry& r);

namespace {

using absl::StatusCode;

struct InplaceRowsTest : OpTest {
  InplaceRowsTest() : OpTest({RegisterInplaceRows, RegisterParallelConcat}) {}
  const Tensor x = Tensor::Of<double>({3, 2}, {0, 1, 2, 3, 4, 5});
  const Tensor v = Tensor::Of<double>({2, 2}, {10, 11, 12, 13});
};

TEST_F(InplaceRowsTest, ChangesRowsModuloTheirNumber) {
  const Tensor rows = Tensor::Vector<int32_t>({0, -1});
  EXPECT_TENSOR_EQ(Run1("InplaceUpdate", {x, rows, v}),
                   Tensor::Of<double>({3, 2}, {10, 11, 2, 3, 12, 13}));
  EXPECT_TENSOR_EQ(Run1("InplaceAdd", {x, rows, v}),
                   Tensor::Of<double>({3, 2}, {10, 12, 2, 3, 16, 18}));
  EXPECT_TENSOR_EQ(Run1("InplaceSub", {x, rows, v}),
                   Tensor::Of<double>({3, 2}, {-10, -10, 2, 3, -8, -8}));
  EXPECT_TENSOR_EQ(Run1("InplaceAdd", {x, Tensor::Vector<int32_t>({0, 3}), v}),
                   Tensor::Of<double>({3, 2}, {22, 25, 2, 3, 4, 5}));
}

TEST_F(InplaceRowsTest, Refuses) {
  for (const Tensor& rows : {Tensor::Scalar<int32_t>(0), Tensor::Vector<int32_t>({0}),
                             Tensor::Of<int32_t>({1, 2}, {0, 1})}) {
    EXPECT_EQ(Code("InplaceUpdate", {x, rows, v}), StatusCode::kInvalidArgument);
  }
  const Tensor text = Tensor::Vector<std::string>({"a"}), first = Tensor::Vector<int32_t>({0});
  EXPECT_TENSOR_EQ(Run1("InplaceUpdate", {text, first, text}), text);
  EXPECT_EQ(Code("InplaceAdd", {text, first, text}), StatusCode::kInvalidArgument);
}

TEST_F(InplaceRowsTest, ParallelConcatStacksRows) {
  const Tensor a = Tensor::Of<float>({1, 2}, {1, 2}), b = Tensor::Of<float>({1, 2}, {3, 4});
  EXPECT_TENSOR_EQ(Run1("ParallelConcat", {a, b}, {{"shape", Shape({2, 2})}}),
                   Tensor::Of<float>({2, 2}, {1, 2, 3, 4}));
  EXPECT_EQ(Code("ParallelConcat", {a, b}, {{"shape", Shape({3, 2})}}),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
