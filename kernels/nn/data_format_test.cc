// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterDataFormat(Registry& r);

namespace {

struct DataFormatTest : OpTest {
  DataFormatTest() : OpTest({RegisterDataFormat}) {}
};

TEST_F(DataFormatTest, Dimensions) {
  EXPECT_TENSOR_EQ(Run1("DataFormatDimMap", {Tensor::Vector<int32_t>({0, 1, 2, 3, -1})}),
                   Tensor::Vector<int32_t>({0, 2, 3, 1, 1}));
  EXPECT_TENSOR_EQ(Run1("DataFormatDimMap", {Tensor::Of<int64_t>({1, 2}, {1, 4})},
                        {{"src_format", "NDHWC"}, {"dst_format", "NCDHW"}}),
                   Tensor::Of<int64_t>({1, 2}, {2, 1}));
}

TEST_F(DataFormatTest, Vectors) {
  EXPECT_TENSOR_EQ(Run1("DataFormatVecPermute", {Tensor::Vector<int32_t>({1, 2, 3, 4})}),
                   Tensor::Vector<int32_t>({1, 4, 2, 3}));
  EXPECT_TENSOR_EQ(
      Run1("DataFormatVecPermute", {Tensor::Of<int32_t>({4, 2}, {1, 2, 3, 4, 5, 6, 7, 8})},
           {{"src_format", "NCHW"}, {"dst_format", "NHWC"}}),
      Tensor::Of<int32_t>({4, 2}, {1, 2, 5, 6, 7, 8, 3, 4}));
  EXPECT_TENSOR_EQ(Run1("DataFormatVecPermute", {Tensor::Vector<int32_t>({5, 6})}),
                   Tensor::Vector<int32_t>({5, 6}));
}

TEST_F(DataFormatTest, Refuses) {
  EXPECT_EQ(Code("DataFormatVecPermute", {Tensor::Vector<int32_t>({1, 2, 3})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("DataFormatVecPermute", {Tensor::Of<int32_t>({1, 3}, {1, 2, 3})}),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
