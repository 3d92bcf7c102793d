// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterQuantizeAndDequantize(Registry& r);

namespace {

struct QuantizeAndDequantizeTest : OpTest {
  QuantizeAndDequantizeTest() : OpTest({RegisterQuantizeAndDequantize}) {}
};

TEST_F(QuantizeAndDequantizeTest, V2) {
  EXPECT_TENSOR_NEAR(Run1("QuantizeAndDequantizeV2",
                          {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
                           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(5)}),
                     Tensor::Vector<float>({-7.0157485f, -1.2755907f, -0, 0, 0.21259844f,
                                            0.99212605f, 2.7637796f, 9}));
  EXPECT_TENSOR_NEAR(Run1("QuantizeAndDequantizeV2",
                          {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
                           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(5)},
                          {{"signed_input", false}}),
                     Tensor::Vector<float>({-6.9882355f, -1.3058825f, -0, 0, 0.21176472f,
                                            0.98823535f, 2.7529414f, 9}));
  EXPECT_TENSOR_NEAR(Run1("QuantizeAndDequantizeV2",
                          {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
                           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(5)},
                          {{"num_bits", int64_t{3}}}),
                     Tensor::Vector<float>({-6, -0, -0, 0, 0, 0, 3, 9}));
  EXPECT_TENSOR_NEAR(Run1("QuantizeAndDequantizeV2",
                          {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
                           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(5)},
                          {{"narrow_range", true}}),
                     Tensor::Vector<float>({-7.0157485f, -1.2755907f, -0, 0, 0.21259844f,
                                            0.99212605f, 2.7637796f, 9}));
  EXPECT_TENSOR_NEAR(Run1("QuantizeAndDequantizeV2",
                          {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
                           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(5)},
                          {{"round_mode", "HALF_UP"}}),
                     Tensor::Vector<float>({-7.0157485f, -1.2755907f, 0, 0, 0.21259844f,
                                            0.99212605f, 2.7637796f, 9}));
  EXPECT_TENSOR_NEAR(Run1("QuantizeAndDequantizeV2",
                          {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
                           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(5)},
                          {{"range_given", true}}),
                     Tensor::Vector<float>(
                         {-5.03937f, -1.2992126f, -0, 0, 0.19685039f, 0.984252f, 2.7559054f, 5}));
  EXPECT_TENSOR_NEAR(Run1("QuantizeAndDequantizeV2",
                          {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
                           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(5)},
                          {{"range_given", true},
                           {"num_bits", int64_t{4}},
                           {"narrow_range", true},
                           {"signed_input", true}}),
                     Tensor::Vector<float>({-5, -1.4285715f, -0, 0, 0, 0.71428573f, 2.857143f, 5}));
  EXPECT_TENSOR_NEAR(Run1("QuantizeAndDequantizeV2",
                          {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
                           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(5)},
                          {{"range_given", true}, {"signed_input", false}}),
                     Tensor::Vector<float>({0, 0, 0, 0, 0.19607843f, 1, 2.745098f, 5}));
  EXPECT_TENSOR_NEAR(
      Run1("QuantizeAndDequantizeV2",
           {Tensor::Vector<double>({-7, -1.2999999523162842, -0.009999999776482582, 0,
                                    0.20000000298023224, 1, 2.740000009536743, 9}),
            Tensor::Scalar<double>(-2), Tensor::Scalar<double>(5)},
           {{"range_given", true}, {"num_bits", int64_t{20}}}),
      Tensor::Vector<double>({-5.000009536761354, -1.3000036239693145, -0.0100040626603368, 0,
                              0.1999954223545501, 0.9999961852954584, 2.7399973678538663, 5}));
  EXPECT_TENSOR_NEAR(
      Run1("QuantizeAndDequantizeV2",
           {Tensor::Of<double>({4, 2}, {-7, -1.2999999523162842, -0.009999999776482582, 0,
                                        0.20000000298023224, 1, 2.740000009536743, 9}),
            Tensor::Vector<double>({0, 0}), Tensor::Vector<double>({0, 0})},
           {{"axis", int64_t{1}}}),
      Tensor::Of<double>(
          {4, 2}, {-7, -1.2755905511811023, -0, 0, 0.21875, 0.9921259842519685, 2.734375, 9}));
  EXPECT_TENSOR_NEAR(
      Run1("QuantizeAndDequantizeV2",
           {Tensor::Vector<float>({0, 0, 0}), Tensor::Scalar<float>(0), Tensor::Scalar<float>(0)}),
      Tensor::Vector<float>({0, 0, 0}));
}

TEST_F(QuantizeAndDequantizeTest, V3) {
  EXPECT_TENSOR_NEAR(
      Run1("QuantizeAndDequantizeV3",
           {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
            Tensor::Scalar<float>(-2), Tensor::Scalar<float>(5), Tensor::Scalar<int32_t>(5)}),
      Tensor::Vector<float>({-5.3333335f, -1.3333334f, -0, 0, 0.33333334f, 1, 2.6666667f, 5}));
  EXPECT_TENSOR_NEAR(
      Run1("QuantizeAndDequantizeV3",
           {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
            Tensor::Scalar<float>(-2), Tensor::Scalar<float>(5), Tensor::Scalar<int32_t>(8)},
           {{"range_given", false}, {"narrow_range", true}}),
      Tensor::Vector<float>(
          {-7.0157485f, -1.2755907f, -0, 0, 0.21259844f, 0.99212605f, 2.7637796f, 9}));
}

TEST_F(QuantizeAndDequantizeTest, V4) {
  EXPECT_TENSOR_NEAR(Run1("QuantizeAndDequantizeV4",
                          {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
                           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(5)},
                          {{"range_given", true}}),
                     Tensor::Vector<float>(
                         {-5.03937f, -1.2992126f, -0, 0, 0.19685039f, 0.984252f, 2.7559054f, 5}));
  EXPECT_OUTPUTS_NEAR(Run("QuantizeAndDequantizeV4Grad",
                          {Tensor::Vector<float>({0, 1, 2, 3, 4, 5, 6, 7}),
                           Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
                           Tensor::Scalar<float>(-2), Tensor::Scalar<float>(5)}),
                      std::vector<Tensor>({Tensor::Vector<float>({0, 1, 2, 3, 4, 5, 6, 0}),
                                           Tensor::Scalar<float>(0), Tensor::Scalar<float>(0)}));
  EXPECT_OUTPUTS_NEAR(
      Run("QuantizeAndDequantizeV4Grad",
          {Tensor::Of<float>({4, 2}, {0, 1, 2, 3, 4, 5, 6, 7}),
           Tensor::Of<float>({4, 2}, {-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
           Tensor::Vector<float>({-1, 0.1f}), Tensor::Vector<float>({1, 0.5f})},
          {{"axis", int64_t{1}}}),
      std::vector<Tensor>({Tensor::Of<float>({4, 2}, {0, 0, 2, 0, 4, 0, 0, 0}),
                           Tensor::Vector<float>({0, 0}), Tensor::Vector<float>({0, 0})}));
}

TEST_F(QuantizeAndDequantizeTest, Refuses) {
  EXPECT_EQ(Code("QuantizeAndDequantizeV2",
                 {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
                  Tensor::Scalar<float>(2), Tensor::Scalar<float>(1)},
                 {{"range_given", true}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("QuantizeAndDequantizeV2",
                 {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
                  Tensor::Scalar<float>(-2), Tensor::Scalar<float>(1)},
                 {{"num_bits", int64_t{0}}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("QuantizeAndDequantizeV2",
                 {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
                  Tensor::Scalar<float>(-2), Tensor::Scalar<float>(1)},
                 {{"num_bits", int64_t{63}}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("QuantizeAndDequantizeV2",
                 {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
                  Tensor::Scalar<float>(-2), Tensor::Scalar<float>(1)},
                 {{"axis", int64_t{1}}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("QuantizeAndDequantizeV3",
           {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
            Tensor::Scalar<float>(-2), Tensor::Scalar<float>(1), Tensor::Scalar<int32_t>(-3)}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("QuantizeAndDequantizeV2",
                 {Tensor::Of<float>({4, 2}, {-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
                  Tensor::Vector<float>({-1, -2, 1}), Tensor::Vector<float>({1, 3, 1})},
                 {{"range_given", true}, {"axis", int64_t{1}}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("QuantizeAndDequantizeV4Grad",
                 {Tensor::Vector<float>({-7, -1.3f, -0.01f}),
                  Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
                  Tensor::Scalar<float>(-2), Tensor::Scalar<float>(5)}),
            absl::StatusCode::kInvalidArgument);
}

// So many bits that the steps are finer than the differences, since the gradient passes straight
// through.
MR_GRADIENT_EXAMPLE({.op = "QuantizeAndDequantizeV2",
                     .inputs = {Tensor::Vector<double>({-0.7, 0.3, 1.2}),
                                Tensor::Scalar<double>(-2), Tensor::Scalar<double>(5)},
                     .attrs = {{"range_given", true}, {"num_bits", int64_t{40}}},
                     .wrt = {0}});
MR_GRADIENT_EXAMPLE({.op = "QuantizeAndDequantizeV3",
                     .inputs = {Tensor::Vector<double>({-0.7, 0.3, 1.2}),
                                Tensor::Scalar<double>(-2), Tensor::Scalar<double>(5),
                                Tensor::Scalar<int32_t>(40)},
                     .wrt = {0}});
MR_GRADIENT_EXAMPLE({.op = "QuantizeAndDequantizeV4",
                     .inputs = {Tensor::Vector<double>({-0.7, 0.3, 1.2}),
                                Tensor::Scalar<double>(-2), Tensor::Scalar<double>(5)},
                     .attrs = {{"range_given", true}, {"num_bits", int64_t{40}}},
                     .wrt = {0}});
MR_GRADIENT_EXAMPLE({.op = "QuantizeAndDequantizeV4Grad",
                     .inputs = {Tensor::Vector<double>({-0.7, 0.3, 1.2}),
                                Tensor::Vector<double>({-3, 0, 1}), Tensor::Scalar<double>(-2),
                                Tensor::Scalar<double>(5)},
                     .wrt = {0},
                     .outputs = {0}});
MR_GRADIENT_EXAMPLE({.op = "QuantizeAndDequantize",
                     .inputs = {Tensor::Vector<double>({-0.7, 0.3, 1.2})},
                     .attrs = {{"range_given", true},
                               {"input_min", -2.0f},
                               {"input_max", 5.0f},
                               {"num_bits", int64_t{40}}}});

}  // namespace
}  // namespace millrace
