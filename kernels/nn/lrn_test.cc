// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterLrn(Registry& r);

namespace {

struct LrnTest : OpTest {
  LrnTest() : OpTest({RegisterLrn}) {}
};

TEST_F(LrnTest, Values) {
  EXPECT_TENSOR_NEAR(
      Run1("LRN", {Tensor::Of<float>(
                      {1, 2, 2, 7},
                      {-2,     1.75f,  0.5f, -0.75f, -1.75f, 2,      -0.75f, 1,    2,     -1.5f,
                       -1.75f, 0.75f,  -1,   -0.25f, -0.25f, -0.25f, -0.5f,  0.5f, 1.25f, -1.25f,
                       1.25f,  -1.75f, 2,    0,      1.5f,   1,      1.5f,   0.75f})}),
      Tensor::Of<float>(
          {1, 2, 2, 7},
          {-0.5009794f,  0.43082023f,  0.12309149f,   -0.18463723f, -0.43082023f, 0.49236596f,
           -0.21213204f, 0.2786932f,   0.55603844f,   -0.41702884f, -0.48653364f, 0.20851442f,
           -0.27801922f, -0.07235746f, -0.114707865f, -0.09950372f, -0.19900744f, 0.19900744f,
           0.4975186f,   -0.4975186f,  0.5f,          -0.47519097f, 0.53215206f,  0,
           0.39911404f,  0.26607603f,  0.39911404f,   0.2254938f}));
  EXPECT_TENSOR_NEAR(
      Run1("LRN", {Tensor::Of<float>({1, 2, 2, 7}, {-2,     1.75f,  0.5f,   -0.75f, -1.75f, 2,
                                                    -0.75f, 1,      2,      -1.5f,  -1.75f, 0.75f,
                                                    -1,     -0.25f, -0.25f, -0.25f, -0.5f,  0.5f,
                                                    1.25f,  -1.25f, 1.25f,  -1.75f, 2,      0,
                                                    1.5f,   1,      1.5f,   0.75f})},
           {{"depth_radius", int64_t{2}}, {"bias", 2.0f}, {"alpha", 0.5f}, {"beta", 0.75f}}),
      Tensor::Of<float>(
          {1, 2, 2, 7},
          {-0.54529756f, 0.46008208f,  0.110671066f, -0.1660066f,  -0.44438636f, 0.5156636f,
           -0.20034987f, 0.273784f,    0.4571049f,   -0.33305886f, -0.38856867f, 0.2097226f,
           -0.33235437f, -0.115112f,   -0.13898852f, -0.13331491f, -0.21434143f, 0.1821393f,
           0.39836806f,  -0.40669653f, 0.41544294f,  -0.4851998f,  0.48262277f,  0,
           0.35818997f,  0.2976755f,   0.44651324f,  0.26992387f}));
  EXPECT_TENSOR_NEAR(
      Run1("LRN",
           {Tensor::Of<half>(
               {1, 2, 2, 7},
               {half(-2.0f),  half(1.75f),  half(0.5f),   half(-0.75f), half(-1.75f), half(2.0f),
                half(-0.75f), half(1.0f),   half(2.0f),   half(-1.5f),  half(-1.75f), half(0.75f),
                half(-1.0f),  half(-0.25f), half(-0.25f), half(-0.25f), half(-0.5f),  half(0.5f),
                half(1.25f),  half(-1.25f), half(1.25f),  half(-1.75f), half(2.0f),   half(0.0f),
                half(1.5f),   half(1.0f),   half(1.5f),   half(0.75f)})},
           {{"depth_radius", int64_t{1}}}),
      Tensor::Of<half>(
          {1, 2, 2, 7},
          {half(-0.70458984f), half(0.6069336f),   half(0.22644043f),  half(-0.3395996f),
           half(-0.5961914f),  half(0.68115234f),  half(-0.31811523f), half(0.40820312f),
           half(0.69628906f),  half(-0.46679688f), half(-0.66748047f), half(0.3161621f),
           half(-0.6171875f),  half(-0.17407227f), half(-0.23571777f), half(-0.21325684f),
           half(-0.39990234f), half(0.28564453f),  half(0.59765625f),  half(-0.52441406f),
           half(0.61572266f),  half(-0.6166992f),  half(0.70458984f),  half(0.0f),
           half(0.72753906f),  half(0.39233398f),  half(0.68359375f),  half(0.38427734f)}),
      3e-3);
  EXPECT_TENSOR_NEAR(
      Run1("LRNGrad",
           {Tensor::Of<float>({1, 2, 2, 7}, {-1,     1.25f,  0.75f,  -0.75f, 0,      -1.75f, -0.25f,
                                             -2,     -0.5f,  -1.75f, -0.5f,  -0.25f, 1.25f,  0,
                                             -0.75f, -0.25f, 2,      2,      1.25f,  1.5f,   1.5f,
                                             1.25f,  -1.75f, 0.25f,  -1,     1,      0.25f,  1}),
            Tensor::Of<float>({1, 2, 2, 7}, {-2,     1.75f,  0.5f,  -0.75f, -1.75f, 2,      -0.75f,
                                             1,      2,      -1.5f, -1.75f, 0.75f,  -1,     -0.25f,
                                             -0.25f, -0.25f, -0.5f, 0.5f,   1.25f,  -1.25f, 1.25f,
                                             -1.75f, 2,      0,     1.5f,   1,      1.5f,   0.75f}),
            Tensor::Of<float>({1, 2, 2, 7}, {-1.25f, -0.25f, -1,    -0.75f, 0.5f,  -2,    0.75f,
                                             2,      1.25f,  0.25f, -2,     -2,    0.5f,  0,
                                             2,      0.75f,  1,     -1,     0.25f, 2,     -0.5f,
                                             0.75f,  2,      1.75f, -1.75f, 1.5f,  -1.5f, -1.5f})},
           {{"depth_radius", int64_t{2}}, {"alpha", 0.5f}}),
      Tensor::Of<float>(
          {1, 2, 2, 7},
          {-0.37420434f, 0.40838665f,  0.250839f,    -0.07181892f, 0.54177374f,  -1.5105003f,
           0.12909776f,  -0.41280666f, 0.677492f,    -1.2650713f,  0.052011468f, -0.26308095f,
           0.91065776f,  0.0373505f,   -0.74459606f, -0.36247888f, 1.1154068f,   0.9207761f,
           0.047224626f, 0.8205283f,   0.36560166f,  0.28900093f,  -0.6993494f,  0.100758545f,
           -0.4438031f,  0.428881f,    0.0740481f,   0.6754857f}));
}

TEST_F(LrnTest, Refuses) {
  EXPECT_EQ(Code("LRN", {Tensor::Of<float>({2, 2}, {-0.75f, -0.75f, 1.25f, 1.25f})}),
            absl::StatusCode::kInvalidArgument);
}

MR_GRADIENT_EXAMPLE({.op = "LRN",
                     .inputs = {Tensor::Of<float>({1, 1, 2, 5},
                                                  {-1.25f, 0.5f, -0.75f, -0.25f, 0.25f, -1.25f,
                                                   1.25f, -1.25f, 0, -1.25f})},
                     .attrs = {{"depth_radius", int64_t{2}}, {"bias", 2.0f}}});

}  // namespace
}  // namespace millrace
