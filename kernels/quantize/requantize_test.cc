// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterRequantize(Registry& r);

namespace {

Tensor Quantised(DType dtype, const Tensor& stored) {
  return *stored.Bitcast(dtype, stored.shape());
}

struct RequantizeTest : OpTest {
  RequantizeTest() : OpTest({RegisterRequantize}) {}
};

TEST_F(RequantizeTest, ShrinksRanges) {
  EXPECT_OUTPUTS_NEAR(
      Run("QuantizeDownAndShrinkRange",
          {Quantised(DType::kQInt32,
                     Tensor::Of<int32_t>({6}, {-100000, -500, 0, 3, 70000, 1000000})),
           Tensor::Scalar<float>(-1000), Tensor::Scalar<float>(1000)},
          {{"out_type", DType::kQUInt8}}),
      std::vector<Tensor>(
          {Quantised(DType::kQUInt8, Tensor::Of<uint8_t>({6}, {0, 23, 23, 23, 39, 255})),
           Tensor::Scalar<float>(-0.046565898f), Tensor::Scalar<float>(0.46566153f)}));
  EXPECT_OUTPUTS_NEAR(Run("RequantizationRange",
                          {Quantised(DType::kQInt32, Tensor::Of<int32_t>({6}, {-100000, -500, 0, 3,
                                                                               70000, 1000000})),
                           Tensor::Scalar<float>(-1000), Tensor::Scalar<float>(1000)}),
                      std::vector<Tensor>({Tensor::Scalar<float>(-0.046565898f),
                                           Tensor::Scalar<float>(0.46566153f)}));
  EXPECT_OUTPUTS_NEAR(
      Run("QuantizeDownAndShrinkRange",
          {Quantised(DType::kQInt32,
                     Tensor::Of<int32_t>({6}, {-100000, -500, 0, 3, 70000, 1000000})),
           Tensor::Scalar<float>(-3), Tensor::Scalar<float>(5000)},
          {{"out_type", DType::kQUInt8}}),
      std::vector<Tensor>(
          {Quantised(DType::kQUInt8, Tensor::Of<uint8_t>({6}, {255, 255, 255, 255, 255, 255})),
           Tensor::Scalar<float>(0), Tensor::Scalar<float>(2499.6648f)}));
  EXPECT_OUTPUTS_NEAR(
      Run("RequantizationRange",
          {Quantised(DType::kQInt32,
                     Tensor::Of<int32_t>({6}, {-100000, -500, 0, 3, 70000, 1000000})),
           Tensor::Scalar<float>(-3), Tensor::Scalar<float>(5000)}),
      std::vector<Tensor>({Tensor::Scalar<float>(0), Tensor::Scalar<float>(2499.6648f)}));
  EXPECT_OUTPUTS_NEAR(
      Run("QuantizeDownAndShrinkRange",
          {Quantised(DType::kQInt32,
                     Tensor::Of<int32_t>({6}, {-100000, -500, 0, 3, 70000, 1000000})),
           Tensor::Scalar<float>(-123456.7f), Tensor::Scalar<float>(654321)},
          {{"out_type", DType::kQUInt8}}),
      std::vector<Tensor>(
          {Quantised(DType::kQUInt8, Tensor::Of<uint8_t>({6}, {255, 255, 255, 255, 255, 255})),
           Tensor::Scalar<float>(0), Tensor::Scalar<float>(265613.25f)}));
  EXPECT_OUTPUTS_NEAR(
      Run("RequantizationRange",
          {Quantised(DType::kQInt32,
                     Tensor::Of<int32_t>({6}, {-100000, -500, 0, 3, 70000, 1000000})),
           Tensor::Scalar<float>(-123456.7f), Tensor::Scalar<float>(654321)}),
      std::vector<Tensor>({Tensor::Scalar<float>(0), Tensor::Scalar<float>(265613.25f)}));
}

TEST_F(RequantizeTest, TakesRanges) {
  EXPECT_OUTPUTS_NEAR(
      Run("Requantize",
          {Quantised(DType::kQInt32,
                     Tensor::Of<int32_t>({6}, {-100000, -500, 0, 3, 70000, 1000000})),
           Tensor::Scalar<float>(-1000), Tensor::Scalar<float>(1000), Tensor::Scalar<float>(-0.1f),
           Tensor::Scalar<float>(0.5f)},
          {{"out_type", DType::kQUInt8}}),
      std::vector<Tensor>(
          {Quantised(DType::kQUInt8, Tensor::Of<uint8_t>({6}, {23, 42, 43, 43, 56, 240})),
           Tensor::Scalar<float>(-0.1f), Tensor::Scalar<float>(0.5f)}));
  EXPECT_OUTPUTS_NEAR(
      Run("Requantize",
          {Quantised(DType::kQInt32,
                     Tensor::Of<int32_t>({6}, {-100000, -500, 0, 3, 70000, 1000000})),
           Tensor::Scalar<float>(-1000), Tensor::Scalar<float>(1000), Tensor::Scalar<float>(-0.3f),
           Tensor::Scalar<float>(0.3f)},
          {{"out_type", DType::kQUInt8}}),
      std::vector<Tensor>(
          {Quantised(DType::kQUInt8, Tensor::Of<uint8_t>({6}, {108, 127, 128, 128, 141, 255})),
           Tensor::Scalar<float>(-0.3f), Tensor::Scalar<float>(0.3f)}));
  EXPECT_OUTPUTS_NEAR(
      Run("Requantize",
          {Quantised(DType::kQInt32,
                     Tensor::Of<int32_t>({6}, {-100000, -500, 0, 3, 70000, 1000000})),
           Tensor::Scalar<float>(-3), Tensor::Scalar<float>(5000), Tensor::Scalar<float>(-0.1f),
           Tensor::Scalar<float>(0.5f)},
          {{"out_type", DType::kQUInt8}}),
      std::vector<Tensor>(
          {Quantised(DType::kQUInt8, Tensor::Of<uint8_t>({6}, {255, 255, 255, 255, 255, 255})),
           Tensor::Scalar<float>(-0.1f), Tensor::Scalar<float>(0.5f)}));
  EXPECT_OUTPUTS_NEAR(
      Run("Requantize",
          {Quantised(DType::kQInt32,
                     Tensor::Of<int32_t>({6}, {-100000, -500, 0, 3, 70000, 1000000})),
           Tensor::Scalar<float>(-3), Tensor::Scalar<float>(5000), Tensor::Scalar<float>(-0.3f),
           Tensor::Scalar<float>(0.3f)},
          {{"out_type", DType::kQUInt8}}),
      std::vector<Tensor>(
          {Quantised(DType::kQUInt8, Tensor::Of<uint8_t>({6}, {255, 255, 255, 255, 255, 255})),
           Tensor::Scalar<float>(-0.3f), Tensor::Scalar<float>(0.3f)}));
  EXPECT_OUTPUTS_NEAR(
      Run("Requantize",
          {Quantised(DType::kQInt32,
                     Tensor::Of<int32_t>({6}, {-100000, -500, 0, 3, 70000, 1000000})),
           Tensor::Scalar<float>(-123456.7f), Tensor::Scalar<float>(654321),
           Tensor::Scalar<float>(-0.1f), Tensor::Scalar<float>(0.5f)},
          {{"out_type", DType::kQUInt8}}),
      std::vector<Tensor>(
          {Quantised(DType::kQUInt8, Tensor::Of<uint8_t>({6}, {255, 255, 255, 255, 255, 255})),
           Tensor::Scalar<float>(-0.1f), Tensor::Scalar<float>(0.5f)}));
  EXPECT_OUTPUTS_NEAR(
      Run("Requantize",
          {Quantised(DType::kQInt32,
                     Tensor::Of<int32_t>({6}, {-100000, -500, 0, 3, 70000, 1000000})),
           Tensor::Scalar<float>(-123456.7f), Tensor::Scalar<float>(654321),
           Tensor::Scalar<float>(-0.3f), Tensor::Scalar<float>(0.3f)},
          {{"out_type", DType::kQUInt8}}),
      std::vector<Tensor>(
          {Quantised(DType::kQUInt8, Tensor::Of<uint8_t>({6}, {255, 255, 255, 255, 255, 255})),
           Tensor::Scalar<float>(-0.3f), Tensor::Scalar<float>(0.3f)}));
}

TEST_F(RequantizeTest, Refuses) {
  EXPECT_EQ(Code("Requantize",
                 {Quantised(DType::kQInt32,
                            Tensor::Of<int32_t>({6}, {-100000, -500, 0, 3, 70000, 1000000})),
                  Tensor::Scalar<float>(-1), Tensor::Scalar<float>(1), Tensor::Scalar<float>(0.1f),
                  Tensor::Scalar<float>(0.5f)},
                 {{"out_type", DType::kQUInt8}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("Requantize",
                 {Quantised(DType::kQInt32,
                            Tensor::Of<int32_t>({6}, {-100000, -500, 0, 3, 70000, 1000000})),
                  Tensor::Scalar<float>(-1), Tensor::Scalar<float>(1), Tensor::Scalar<float>(-0.1f),
                  Tensor::Scalar<float>(-0.5f)},
                 {{"out_type", DType::kQUInt8}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("QuantizeDownAndShrinkRange",
                 {Quantised(DType::kQInt32,
                            Tensor::Of<int32_t>({6}, {-100000, -500, 0, 3, 70000, 1000000})),
                  Tensor::Vector<float>({-1, 1}), Tensor::Scalar<float>(1)},
                 {{"out_type", DType::kQUInt8}}),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
