// Arrays of a step, and examples for the gradients of what goes through them.
#include "gtest/gtest.h"
#include "kernels/tensor_array/register_tensor_array.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {
namespace {

using absl::StatusCode;

Tensor I0(int32_t v) { return Tensor::Scalar<int32_t>(v); }
Tensor D(std::initializer_list<double> v) { return Tensor::Vector<double>(v); }
const AttrMap& Doubles() {
  static const auto* attrs = new AttrMap({{"dtype", DType::kDouble}});
  return *attrs;
}

// Two inputs are written one by one and read stacked.
Outputs WriteAndGather(GraphBuilder& b, const Outputs& in) {
  Outputs array = b.Op("TensorArrayV3", {b.Scalar<int32_t>(2)}, Doubles());
  array.resize(2);
  Output flow = b.Op1("TensorArrayWriteV3", {array[0], b.Scalar<int32_t>(0), in[0], array[1]});
  flow = b.Op1("TensorArrayWriteV3", {array[0], b.Scalar<int32_t>(1), in[1], flow});
  return {b.Op1("TensorArrayGatherV3", {array[0], b.Ints({0, 1}), flow}, Doubles())};
}
// The rows of an input are written at once and read one by one.
Outputs ScatterAndRead(GraphBuilder& b, const Outputs& in) {
  Outputs array = b.Op("TensorArrayV3", {b.Scalar<int32_t>(2)}, Doubles());
  array.resize(2);
  const Output flow = b.Op1("TensorArrayScatterV3", {array[0], b.Ints({1, 0}), in[0], array[1]});
  return {b.Op1("TensorArrayReadV3", {array[0], b.Scalar<int32_t>(0), flow}, Doubles()),
          b.Op1("TensorArrayReadV3", {array[0], b.Scalar<int32_t>(1), flow}, Doubles())};
}
// Parts of an input are written and joined again.
Outputs SplitAndConcat(GraphBuilder& b, const Outputs& in) {
  Outputs array = b.Op("TensorArrayV3", {b.Scalar<int32_t>(2)}, Doubles());
  array.resize(2);
  const Output lengths = b.Cast(b.Ints({1, 2}), DType::kInt64);
  const Output flow = b.Op1("TensorArraySplitV3", {array[0], in[0], lengths, array[1]});
  return {b.Op1("TensorArrayConcatV3", {array[0], flow}, Doubles())};
}

MR_GRADIENT_EXAMPLE({.op = "TensorArrayWriteV3",
                     .inputs = {D({1, 2}), D({3, 4})},
                     .build = WriteAndGather});
MR_GRADIENT_EXAMPLE({.op = "TensorArrayGatherV3",
                     .inputs = {D({1, 2}), D({3, 4})},
                     .build = WriteAndGather});
MR_GRADIENT_EXAMPLE({.op = "TensorArrayScatterV3", .inputs = {D({1, 2})}, .build = ScatterAndRead});
MR_GRADIENT_EXAMPLE({.op = "TensorArrayReadV3", .inputs = {D({1, 2})}, .build = ScatterAndRead});
MR_GRADIENT_EXAMPLE({.op = "TensorArraySplitV3",
                     .inputs = {D({1, 2, 3})},
                     .build = SplitAndConcat});
MR_GRADIENT_EXAMPLE({.op = "TensorArrayConcatV3",
                     .inputs = {D({1, 2, 3})},
                     .build = SplitAndConcat});

struct TensorArrayTest : OpTest {
  TensorArrayTest() : OpTest({RegisterTensorArrayKernels}) {}
};

TEST_F(TensorArrayTest, ElementsAreWrittenOnceAndReadOnce) {
  const auto array = Run("TensorArrayV3", {I0(2)}, Doubles());
  ASSERT_TRUE(array.ok()) << array.status();
  const Tensor handle = (*array)[0], flow = (*array)[1];
  Run1("TensorArrayWriteV3", {handle, I0(0), D({1, 2}), flow});
  EXPECT_EQ(Code("TensorArrayWriteV3", {handle, I0(0), D({1, 2}), flow}),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("TensorArrayWriteV3", {handle, I0(2), D({1, 2}), flow}),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("TensorArrayWriteV3", {handle, I0(1), I0(1), flow}), StatusCode::kInvalidArgument);
  EXPECT_TENSOR_EQ(Run1("TensorArrayReadV3", {handle, I0(0), flow}, Doubles()), D({1, 2}));
  EXPECT_EQ(Code("TensorArrayReadV3", {handle, I0(0), flow}, Doubles()),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("TensorArrayReadV3", {handle, I0(1), flow}, Doubles()),
            StatusCode::kInvalidArgument);
  EXPECT_TENSOR_EQ(Run1("TensorArraySizeV3", {handle, flow}), I0(2));
}

}  // namespace
}  // namespace millrace
