// Expected values are TensorFlow 2.21's, but that it wraps where 32 bits are exceeded.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterQuantizeV2(Registry& r);

namespace {

Tensor Quantised(DType dtype, const Tensor& stored) {
  return *stored.Bitcast(dtype, stored.shape());
}

struct QuantizeV2Test : OpTest {
  QuantizeV2Test() : OpTest({RegisterQuantizeV2}) {}
};

TEST_F(QuantizeV2Test, ModeMinCombined) {
  EXPECT_OUTPUTS_NEAR(
      Run("QuantizeV2",
          {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)},
          {{"T", DType::kQInt8}, {"mode", "MIN_COMBINED"}}),
      std::vector<Tensor>({Quantised(DType::kQInt8, Tensor::Of<int8_t>({8}, {-128, -106, -65, -64,
                                                                             -58, -32, 23, 127})),
                           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)}));
  EXPECT_OUTPUTS_NEAR(
      Run("QuantizeV2",
          {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)},
          {{"T", DType::kQUInt8}, {"mode", "MIN_COMBINED"}}),
      std::vector<Tensor>(
          {Quantised(DType::kQUInt8, Tensor::Of<uint8_t>({8}, {0, 22, 63, 64, 70, 96, 151, 255})),
           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)}));
  EXPECT_OUTPUTS_NEAR(
      Run("QuantizeV2",
          {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)},
          {{"T", DType::kQInt16}, {"mode", "MIN_COMBINED"}}),
      std::vector<Tensor>(
          {Quantised(DType::kQInt16, Tensor::Of<int16_t>({8}, {-32768, -27034, -16466, -16384,
                                                               -14746, -8192, 6061, 32767})),
           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)}));
  EXPECT_OUTPUTS_NEAR(
      Run("QuantizeV2",
          {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)},
          {{"T", DType::kQUInt16}, {"mode", "MIN_COMBINED"}}),
      std::vector<Tensor>(
          {Quantised(DType::kQUInt16, Tensor::Of<uint16_t>({8}, {0, 5734, 16302, 16384, 18022,
                                                                 24576, 38829, 65535})),
           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)}));
  EXPECT_OUTPUTS_NEAR(
      Run("QuantizeV2",
          {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)},
          {{"T", DType::kQInt32}, {"mode", "MIN_COMBINED"}}),
      std::vector<Tensor>(
          {Quantised(DType::kQInt32,
                     Tensor::Of<int32_t>({8}, {-2147483648, -1771673984, -1079110528, -1073741824,
                                               -966367616, -536870912, 397284352, 2147483647})),
           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)}));
}

TEST_F(QuantizeV2Test, ModeMinFirst) {
  EXPECT_OUTPUTS_NEAR(
      Run("QuantizeV2",
          {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)},
          {{"T", DType::kQInt8}, {"mode", "MIN_FIRST"}}),
      std::vector<Tensor>({Quantised(DType::kQInt8, Tensor::Of<int8_t>({8}, {-128, -105, -64, -64,
                                                                             -58, -32, 23, 127})),
                           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)}));
  EXPECT_OUTPUTS_NEAR(
      Run("QuantizeV2",
          {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)},
          {{"T", DType::kQUInt8}, {"mode", "MIN_FIRST"}}),
      std::vector<Tensor>(
          {Quantised(DType::kQUInt8, Tensor::Of<uint8_t>({8}, {0, 23, 64, 64, 70, 96, 151, 255})),
           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)}));
  EXPECT_OUTPUTS_NEAR(
      Run("QuantizeV2",
          {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)},
          {{"T", DType::kQInt16}, {"mode", "MIN_FIRST"}}),
      std::vector<Tensor>(
          {Quantised(DType::kQInt16, Tensor::Of<int16_t>({8}, {-32768, -27033, -16466, -16384,
                                                               -14746, -8192, 6062, 32767})),
           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)}));
  EXPECT_OUTPUTS_NEAR(
      Run("QuantizeV2",
          {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)},
          {{"T", DType::kQUInt16}, {"mode", "MIN_FIRST"}}),
      std::vector<Tensor>(
          {Quantised(DType::kQUInt16, Tensor::Of<uint16_t>({8}, {0, 5735, 16302, 16384, 18022,
                                                                 24576, 38830, 65535})),
           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)}));
}

TEST_F(QuantizeV2Test, ModeScaled) {
  EXPECT_OUTPUTS_NEAR(
      Run("QuantizeV2",
          {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)},
          {{"T", DType::kQInt8}, {"mode", "SCALED"}}),
      std::vector<Tensor>(
          {Quantised(DType::kQInt8, Tensor::Of<int8_t>({8}, {-128, -28, 0, 0, 4, 21, 58, 127})),
           Tensor::Scalar<float>(-6.047244f), Tensor::Scalar<float>(6)}));
  EXPECT_OUTPUTS_NEAR(
      Run("QuantizeV2",
          {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)},
          {{"T", DType::kQUInt8}, {"mode", "SCALED"}}),
      std::vector<Tensor>(
          {Quantised(DType::kQUInt8, Tensor::Of<uint8_t>({8}, {0, 0, 0, 0, 9, 43, 116, 255})),
           Tensor::Scalar<float>(0), Tensor::Scalar<float>(6)}));
  EXPECT_OUTPUTS_NEAR(
      Run("QuantizeV2",
          {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)},
          {{"T", DType::kQInt16}, {"mode", "SCALED"}}),
      std::vector<Tensor>(
          {Quantised(DType::kQInt16,
                     Tensor::Of<int16_t>({8}, {-32768, -7100, -55, 0, 1092, 5461, 14964, 32767})),
           Tensor::Scalar<float>(-6.000183f), Tensor::Scalar<float>(6)}));
  EXPECT_OUTPUTS_NEAR(
      Run("QuantizeV2",
          {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)},
          {{"T", DType::kQUInt16}, {"mode", "SCALED"}}),
      std::vector<Tensor>(
          {Quantised(DType::kQUInt16,
                     Tensor::Of<uint16_t>({8}, {0, 0, 0, 0, 2185, 10923, 29928, 65535})),
           Tensor::Scalar<float>(0), Tensor::Scalar<float>(6)}));
  EXPECT_OUTPUTS_NEAR(
      Run("QuantizeV2",
          {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(6)},
          {{"T", DType::kQInt32}, {"mode", "SCALED"}}),
      std::vector<Tensor>(
          {Quantised(DType::kQInt32,
                     Tensor::Of<int32_t>({8}, {-2147483648, -465288128, -3579140, 0, 71582792,
                                               357913952, 980684224, 2147483647})),
           Tensor::Scalar<float>(-6), Tensor::Scalar<float>(6)}));
}

TEST_F(QuantizeV2Test, Rounds) {
  EXPECT_OUTPUTS_NEAR(
      Run("QuantizeV2",
          {Tensor::Vector<float>({0.5f, 1.5f, 2.5f, -0.5f, -1.5f, 300, -300}),
           Tensor::Scalar<float>(-127), Tensor::Scalar<float>(127)},
          {{"T", DType::kQInt8}, {"mode", "SCALED"}, {"round_mode", "HALF_TO_EVEN"}}),
      std::vector<Tensor>(
          {Quantised(DType::kQInt8, Tensor::Of<int8_t>({7}, {0, 2, 2, 0, -2, 127, -128})),
           Tensor::Scalar<float>(-128), Tensor::Scalar<float>(127)}));
  EXPECT_OUTPUTS_NEAR(
      Run("QuantizeV2",
          {Tensor::Vector<float>({0.5f, 1.5f, 2.5f, -0.5f, -1.5f, 300, -300}),
           Tensor::Scalar<float>(-127), Tensor::Scalar<float>(127)},
          {{"T", DType::kQInt8}, {"mode", "SCALED"}, {"narrow_range", true}}),
      std::vector<Tensor>(
          {Quantised(DType::kQInt8, Tensor::Of<int8_t>({7}, {1, 2, 3, -1, -2, 127, -127})),
           Tensor::Scalar<float>(-127), Tensor::Scalar<float>(127)}));
}

TEST_F(QuantizeV2Test, Ranges) {
  EXPECT_OUTPUTS_NEAR(
      Run("QuantizeV2",
          {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
           Tensor::Scalar<float>(0), Tensor::Scalar<float>(0)},
          {{"T", DType::kQUInt8}}),
      std::vector<Tensor>(
          {Quantised(DType::kQUInt8, Tensor::Of<uint8_t>({8}, {0, 0, 0, 0, 255, 255, 255, 255})),
           Tensor::Scalar<float>(0), Tensor::Scalar<float>(0.01f)}));
  EXPECT_OUTPUTS_NEAR(
      Run("QuantizeV2",
          {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
           Tensor::Scalar<float>(1), Tensor::Scalar<float>(3)},
          {{"T", DType::kQUInt8}}),
      std::vector<Tensor>(
          {Quantised(DType::kQUInt8, Tensor::Of<uint8_t>({8}, {0, 0, 0, 0, 17, 85, 233, 255})),
           Tensor::Scalar<float>(0), Tensor::Scalar<float>(3)}));
  EXPECT_OUTPUTS_NEAR(
      Run("QuantizeV2",
          {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
           Tensor::Scalar<float>(-3), Tensor::Scalar<float>(-1)},
          {{"T", DType::kQInt8}, {"ensure_minimum_range", 0.5f}}),
      std::vector<Tensor>({Quantised(DType::kQInt8, Tensor::Of<int8_t>({8}, {-128, 17, 126, 127,
                                                                             127, 127, 127, 127})),
                           Tensor::Scalar<float>(-3), Tensor::Scalar<float>(0)}));
  EXPECT_OUTPUTS_NEAR(
      Run("QuantizeV2",
          {Tensor::Of<float>({2, 2, 2}, {-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
           Tensor::Vector<float>({-1, -2}), Tensor::Vector<float>({1, 3})},
          {{"T", DType::kQInt8}, {"mode", "SCALED"}, {"axis", int64_t{1}}}),
      std::vector<Tensor>(
          {Quantised(DType::kQInt8,
                     Tensor::Of<int8_t>({2, 2, 2}, {-128, -128, 0, 0, 25, 127, 116, 127})),
           Tensor::Vector<float>({-1.007874f, -3.023622f}), Tensor::Vector<float>({1, 3})}));
  EXPECT_OUTPUTS_NEAR(
      Run("QuantizeV2",
          {Tensor::Of<float>({4, 2}, {-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
           Tensor::Vector<float>({-1, -2}), Tensor::Vector<float>({1, 3})},
          {{"T", DType::kQUInt8}, {"mode", "MIN_COMBINED"}, {"axis", int64_t{1}}}),
      std::vector<Tensor>(
          {Quantised(DType::kQUInt8,
                     Tensor::Of<uint8_t>({4, 2}, {0, 36, 126, 102, 153, 153, 255, 255})),
           Tensor::Vector<float>({-1, -2}), Tensor::Vector<float>({1, 3})}));
  EXPECT_OUTPUTS_NEAR(
      Run("QuantizeV2",
          {Tensor::Vector<float>({}), Tensor::Scalar<float>(-1), Tensor::Scalar<float>(1)},
          {{"T", DType::kQUInt8}}),
      std::vector<Tensor>({Quantised(DType::kQUInt8, Tensor::Of<uint8_t>({0}, {})),
                           Tensor::Scalar<float>(-1), Tensor::Scalar<float>(1)}));
}

TEST_F(QuantizeV2Test, Refuses) {
  EXPECT_EQ(Code("QuantizeV2",
                 {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
                  Tensor::Scalar<float>(2), Tensor::Scalar<float>(1)},
                 {{"T", DType::kQUInt8}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("QuantizeV2",
                 {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
                  Tensor::Vector<float>({1, 2}), Tensor::Scalar<float>(1)},
                 {{"T", DType::kQUInt8}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("QuantizeV2",
                 {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
                  Tensor::Vector<float>({1, 2}), Tensor::Vector<float>({1, 2})},
                 {{"T", DType::kQUInt8}, {"axis", int64_t{1}}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("QuantizeV2",
                 {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
                  Tensor::Scalar<float>(-1), Tensor::Scalar<float>(1)},
                 {{"T", DType::kQUInt8}, {"round_mode", "HALF_TO_EVEN"}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("QuantizeV2",
                 {Tensor::Of<float>({4, 2}, {-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
                  Tensor::Vector<float>({-1}), Tensor::Vector<float>({1})},
                 {{"T", DType::kQUInt8}, {"axis", int64_t{1}}}),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
