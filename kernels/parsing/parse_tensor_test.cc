// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterParseTensor(Registry& r);

namespace {

struct ParseTensorTest : OpTest {
  ParseTensorTest() : OpTest({RegisterParseTensor}) {}
};

TEST_F(ParseTensorTest, Values) {
  EXPECT_TENSOR_NEAR(Run1("ParseTensor",
                          {Tensor::Scalar<std::string>(
                              std::string("\010\001\022\010\022\002\010\002\022\002\010\002\042\020"
                                          "\000\000\300?\000\000\000@\000\000@@\000\000\200@",
                                          30))},
                          {{"out_type", DType::kFloat}}),
                     Tensor::Of<float>({2, 2}, {1.5f, 2, 3, 4}));
  EXPECT_TENSOR_EQ(
      Run1("ParseTensor",
           {Tensor::Scalar<std::string>("\010\007\022\004\022\002\010\002B\001aB\001b")},
           {{"out_type", DType::kString}}),
      Tensor::Vector<std::string>({"a", "b"}));
  const Tensor whole = Tensor::Of<int64_t>({2, 2}, {1, -2, 3, 4});
  EXPECT_TENSOR_EQ(
      Run1("ParseTensor", {Run1("SerializeTensor", {whole})}, {{"out_type", DType::kInt64}}),
      whole);
}

TEST_F(ParseTensorTest, Refuses) {
  EXPECT_EQ(Code("ParseTensor",
                 {Tensor::Scalar<std::string>(
                     std::string("\010\001\022\010\022\002\010\002\022\002\010\002\042\020\000\000"
                                 "\300?\000\000\000@\000\000@@\000\000\200@",
                                 30))},
                 {{"out_type", DType::kInt32}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("ParseTensor", {Tensor::Scalar<std::string>("xyz")}, {{"out_type", DType::kInt32}}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("ParseTensor", {Tensor::Vector<std::string>({"xyz"})}, {{"out_type", DType::kInt32}}),
      absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
