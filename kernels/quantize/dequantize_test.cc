// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterDequantize(Registry& r);

namespace {

Tensor Quantised(DType dtype, const Tensor& stored) {
  return *stored.Bitcast(dtype, stored.shape());
}

struct DequantizeTest : OpTest {
  DequantizeTest() : OpTest({RegisterDequantize}) {}
};

TEST_F(DequantizeTest, ModeMinCombined) {
  EXPECT_TENSOR_NEAR(
      Run1("Dequantize",
           {Quantised(DType::kQInt8, Tensor::Of<int8_t>({5}, {-128, -127, 0, 1, 127})),
            Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)},
           {{"mode", "MIN_COMBINED"}}),
      Tensor::Vector<float>({-2, -1.9686275f, 2.0156865f, 2.047059f, 6}));
  EXPECT_TENSOR_NEAR(Run1("Dequantize",
                          {Quantised(DType::kQUInt8, Tensor::Of<uint8_t>({4}, {0, 1, 128, 255})),
                           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)},
                          {{"mode", "MIN_COMBINED"}}),
                     Tensor::Vector<float>({-2, -1.9686275f, 2.0156865f, 6}));
  EXPECT_TENSOR_NEAR(
      Run1("Dequantize",
           {Quantised(DType::kQInt16, Tensor::Of<int16_t>({4}, {-32768, -1, 0, 32767})),
            Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)},
           {{"mode", "MIN_COMBINED"}}),
      Tensor::Vector<float>({-2, 1.999939f, 2.000061f, 6}));
  EXPECT_TENSOR_NEAR(Run1("Dequantize",
                          {Quantised(DType::kQUInt16, Tensor::Of<uint16_t>({3}, {0, 7, 65535})),
                           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)},
                          {{"mode", "MIN_COMBINED"}}),
                     Tensor::Vector<float>({-2, -1.9991455f, 6}));
  EXPECT_TENSOR_NEAR(
      Run1("Dequantize",
           {Quantised(DType::kQInt32, Tensor::Of<int32_t>({4}, {-2147483648, 0, 5, 2147483647})),
            Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)},
           {{"mode", "MIN_COMBINED"}}),
      Tensor::Vector<float>({-2, 2, 2, 6}));
}

TEST_F(DequantizeTest, ModeMinFirst) {
  EXPECT_TENSOR_NEAR(
      Run1("Dequantize",
           {Quantised(DType::kQInt8, Tensor::Of<int8_t>({5}, {-128, -127, 0, 1, 127})),
            Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)},
           {{"mode", "MIN_FIRST"}}),
      Tensor::Vector<float>({-2.0078433f, -1.9764707f, 2.0078433f, 2.0392158f, 5.992157f}));
  EXPECT_TENSOR_NEAR(Run1("Dequantize",
                          {Quantised(DType::kQUInt8, Tensor::Of<uint8_t>({4}, {0, 1, 128, 255})),
                           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)},
                          {{"mode", "MIN_FIRST"}}),
                     Tensor::Vector<float>({-2.0078433f, -1.9764707f, 2.0078433f, 5.992157f}));
  EXPECT_TENSOR_NEAR(
      Run1("Dequantize",
           {Quantised(DType::kQInt16, Tensor::Of<int16_t>({4}, {-32768, -1, 0, 32767})),
            Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)},
           {{"mode", "MIN_FIRST"}}),
      Tensor::Vector<float>({-2.0000305f, 1.9999084f, 2.0000305f, 5.9999695f}));
  EXPECT_TENSOR_NEAR(Run1("Dequantize",
                          {Quantised(DType::kQUInt16, Tensor::Of<uint16_t>({3}, {0, 7, 65535})),
                           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)},
                          {{"mode", "MIN_FIRST"}}),
                     Tensor::Vector<float>({-2.0000305f, -1.999176f, 5.9999695f}));
  EXPECT_TENSOR_NEAR(
      Run1("Dequantize",
           {Quantised(DType::kQInt32, Tensor::Of<int32_t>({4}, {-2147483648, 0, 5, 2147483647})),
            Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)},
           {{"mode", "MIN_FIRST"}}),
      Tensor::Vector<float>({-2, 2, 2, 6}));
}

TEST_F(DequantizeTest, ModeScaled) {
  EXPECT_TENSOR_NEAR(
      Run1("Dequantize",
           {Quantised(DType::kQInt8, Tensor::Of<int8_t>({5}, {-128, -127, 0, 1, 127})),
            Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)},
           {{"mode", "SCALED"}}),
      Tensor::Vector<float>({-6.047244f, -6, 0, 0.047244094f, 6}));
  EXPECT_TENSOR_NEAR(Run1("Dequantize",
                          {Quantised(DType::kQUInt8, Tensor::Of<uint8_t>({4}, {0, 1, 128, 255})),
                           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)},
                          {{"mode", "SCALED"}}),
                     Tensor::Vector<float>({0, 0.023529412f, 3.0117648f, 6}));
  EXPECT_TENSOR_NEAR(
      Run1("Dequantize",
           {Quantised(DType::kQInt16, Tensor::Of<int16_t>({4}, {-32768, -1, 0, 32767})),
            Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)},
           {{"mode", "SCALED"}}),
      Tensor::Vector<float>({-6.000183f, -0.00018311106f, 0, 6}));
  EXPECT_TENSOR_NEAR(Run1("Dequantize",
                          {Quantised(DType::kQUInt16, Tensor::Of<uint16_t>({3}, {0, 7, 65535})),
                           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)},
                          {{"mode", "SCALED"}}),
                     Tensor::Vector<float>({0, 0.0006408789f, 6}));
  EXPECT_TENSOR_NEAR(
      Run1("Dequantize",
           {Quantised(DType::kQInt32, Tensor::Of<int32_t>({4}, {-2147483648, 0, 5, 1000000000})),
            Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)},
           {{"mode", "SCALED"}}),
      Tensor::Vector<float>({-6, 0, 1.3969839e-08f, 2.7939677f}));
}

TEST_F(DequantizeTest, Ranges) {
  EXPECT_TENSOR_NEAR(
      Run1("Dequantize",
           {Quantised(DType::kQInt8, Tensor::Of<int8_t>({2, 2}, {1, 2, 3, 4})),
            Tensor::Vector<float>({-1, -2}), Tensor::Vector<float>({1, 3})},
           {{"mode", "SCALED"}, {"axis", int64_t{1}}, {"narrow_range", true}}),
      Tensor::Of<float>({2, 2}, {0.007874016f, 0.047244094f, 0.023622047f, 0.09448819f}));
  EXPECT_TENSOR_NEAR(
      Run1("Dequantize",
           {Quantised(DType::kQUInt8, Tensor::Of<uint8_t>({2, 2}, {1, 2, 3, 4})),
            Tensor::Vector<float>({-1, -2}), Tensor::Vector<float>({1, 3})},
           {{"mode", "MIN_COMBINED"}, {"axis", int64_t{0}}}),
      Tensor::Of<float>({2, 2}, {-0.99215686f, -0.9843137f, -1.9411764f, -1.9215686f}));
  EXPECT_TENSOR_NEAR(
      Run1("Dequantize", {Quantised(DType::kQUInt8, Tensor::Of<uint8_t>({2}, {1, 2})),
                          Tensor::Scalar<float>(3), Tensor::Scalar<float>(3)}),
      Tensor::Vector<float>({3, 3}));
  EXPECT_TENSOR_NEAR(Run1("Dequantize",
                          {Quantised(DType::kQUInt8, Tensor::Of<uint8_t>({2}, {1, 200})),
                           Tensor::Scalar<float>(-1), Tensor::Scalar<float>(3)},
                          {{"mode", "MIN_COMBINED"}, {"dtype", DType::kBFloat16}}),
                     Tensor::Vector<bfloat16>({bfloat16(-0.984375f), bfloat16(2.140625f)}));
}

TEST_F(DequantizeTest, Refuses) {
  EXPECT_EQ(Code("Dequantize",
                 {Quantised(DType::kQUInt8, Tensor::Of<uint8_t>({2}, {1, 2})),
                  Tensor::Scalar<float>(-1), Tensor::Scalar<float>(3)},
                 {{"mode", "MIN_FIRST"}, {"dtype", DType::kBFloat16}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("Dequantize", {Quantised(DType::kQUInt8, Tensor::Of<uint8_t>({2}, {1, 2})),
                                Tensor::Vector<float>({1, 2}), Tensor::Scalar<float>(3)}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("Dequantize",
                 {Quantised(DType::kQUInt8, Tensor::Of<uint8_t>({2}, {1, 2})),
                  Tensor::Scalar<float>(1), Tensor::Scalar<float>(3)},
                 {{"axis", int64_t{3}}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("Dequantize",
                 {Quantised(DType::kQUInt8, Tensor::Of<uint8_t>({2}, {1, 2})),
                  Tensor::Vector<float>({1}), Tensor::Vector<float>({1})},
                 {{"axis", int64_t{0}}}),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
