// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterBessel(Registry& r);

namespace {

struct BesselTest : OpTest {
  BesselTest() : OpTest({RegisterBessel}) {}
};

TEST_F(BesselTest, I0) {
  EXPECT_TENSOR_NEAR(
      Run1("BesselI0", {Tensor::Vector<float>({-2, 0, 0.5f, 1, 3, 12})}),
      Tensor::Vector<float>({2.2795854f, 1, 1.0634835f, 1.266066f, 4.880793f, 18948.926f}));
  EXPECT_TENSOR_NEAR(
      Run1("BesselI0", {Tensor::Vector<double>({-2, 0, 0.5, 1, 3, 12})}),
      Tensor::Vector<double>({2.279585302336067, 1, 1.0634833707413238, 1.2660658777520082,
                              4.880792585865024, 18948.925349296307}),
      1e-11);
}

TEST_F(BesselTest, I0e) {
  EXPECT_TENSOR_NEAR(
      Run1("BesselI0e", {Tensor::Vector<float>({-2, 0, 0.5f, 1, 3, 12})}),
      Tensor::Vector<float>({0.30850834f, 1, 0.6450354f, 0.46575963f, 0.24300039f, 0.116426215f}));
  EXPECT_TENSOR_NEAR(
      Run1("BesselI0e", {Tensor::Vector<double>({-2, 0, 0.5, 1, 3, 12})}),
      Tensor::Vector<double>({0.308508322553671, 1, 0.6450352704491502, 0.46575960759364043,
                              0.24300035416182536, 0.11642622121344044}),
      1e-11);
}

TEST_F(BesselTest, I1) {
  EXPECT_TENSOR_NEAR(
      Run1("BesselI1", {Tensor::Vector<float>({-2, 0, 0.5f, 1, 3, 12})}),
      Tensor::Vector<float>({-1.5906372f, 0, 0.25789434f, 0.5651591f, 3.953371f, 18141.35f}));
  EXPECT_TENSOR_NEAR(
      Run1("BesselI1", {Tensor::Vector<double>({-2, 0, 0.5, 1, 3, 12})}),
      Tensor::Vector<double>({-1.5906368546373295, 0, 0.2578943053908962, 0.565159103992485,
                              3.9533702174026093, 18141.348781638837}),
      1e-11);
}

TEST_F(BesselTest, I1e) {
  EXPECT_TENSOR_NEAR(
      Run1("BesselI1e", {Tensor::Vector<float>({-2, 0, 0.5f, 1, 3, 12})}),
      Tensor::Vector<float>({-0.21526933f, 0, 0.15642083f, 0.20791042f, 0.19682676f, 0.1114643f}));
  EXPECT_TENSOR_NEAR(
      Run1("BesselI1e", {Tensor::Vector<double>({-2, 0, 0.5, 1, 3, 12})}),
      Tensor::Vector<double>({-0.2152692892489377, 0, 0.15642080318487162, 0.20791041534970844,
                              0.19682671329730084, 0.11146429929018101}),
      1e-11);
}

TEST_F(BesselTest, J0) {
  EXPECT_TENSOR_NEAR(
      Run1("BesselJ0", {Tensor::Vector<float>({-2, 0, 0.5f, 1, 3, 12})}),
      Tensor::Vector<float>({0.2238908f, 1, 0.9384699f, 0.7651977f, -0.2600519f, 0.04768924f}));
  EXPECT_TENSOR_NEAR(
      Run1("BesselJ0", {Tensor::Vector<double>({-2, 0, 0.5, 1, 3, 12})}),
      Tensor::Vector<double>({0.22389077914123562, 1, 0.938469807240813, 0.7651976865579665,
                              -0.2600519549019335, 0.047689310796833355}),
      1e-11);
}

TEST_F(BesselTest, J1) {
  EXPECT_TENSOR_NEAR(
      Run1("BesselJ1", {Tensor::Vector<float>({-2, 0, 0.5f, 1, 3, 12})}),
      Tensor::Vector<float>({-0.5767248f, 0, 0.24226847f, 0.4400506f, 0.33905897f, -0.2234471f}));
  EXPECT_TENSOR_NEAR(
      Run1("BesselJ1", {Tensor::Vector<double>({-2, 0, 0.5, 1, 3, 12})}),
      Tensor::Vector<double>({-0.5767248077568734, 0, 0.24226845767487387, 0.44005058574493355,
                              0.33905895852593654, -0.22344710449062757}),
      1e-11);
}

TEST_F(BesselTest, K0) {
  EXPECT_TENSOR_NEAR(
      Run1("BesselK0", {Tensor::Vector<float>({0.5f, 1, 3, 12})}),
      Tensor::Vector<float>({0.9244191f, 0.42102444f, 0.034739505f, 2.2008253e-06f}));
  EXPECT_TENSOR_NEAR(Run1("BesselK0", {Tensor::Vector<double>({0.5, 1, 3, 12})}),
                     Tensor::Vector<double>({0.9244190712276663, 0.42102443824070823,
                                             0.03473950438627925, 2.200825397311491e-06}),
                     1e-11);
}

TEST_F(BesselTest, K0e) {
  EXPECT_TENSOR_NEAR(Run1("BesselK0e", {Tensor::Vector<float>({0.5f, 1, 3, 12})}),
                     Tensor::Vector<float>({1.5241094f, 1.1444631f, 0.69776165f, 0.35819486f}));
  EXPECT_TENSOR_NEAR(Run1("BesselK0e", {Tensor::Vector<double>({0.5, 1, 3, 12})}),
                     Tensor::Vector<double>({1.5241093857739103, 1.1444630798068947,
                                             0.6977615980438517, 0.3581948784890782}),
                     1e-11);
}

TEST_F(BesselTest, K1) {
  EXPECT_TENSOR_NEAR(Run1("BesselK1", {Tensor::Vector<float>({0.5f, 1, 3, 12})}),
                     Tensor::Vector<float>({1.656441f, 0.6019073f, 0.04015643f, 2.2907573e-06f}));
  EXPECT_TENSOR_NEAR(Run1("BesselK1", {Tensor::Vector<double>({0.5, 1, 3, 12})}),
                     Tensor::Vector<double>({1.6564411200033013, 0.6019072301972348,
                                             0.0401564311281942, 2.2907574647671883e-06}),
                     1e-11);
}

TEST_F(BesselTest, K1e) {
  EXPECT_TENSOR_NEAR(Run1("BesselK1e", {Tensor::Vector<float>({0.5f, 1, 3, 12})}),
                     Tensor::Vector<float>({2.7310095f, 1.6361537f, 0.8065635f, 0.3728317f}));
  EXPECT_TENSOR_NEAR(Run1("BesselK1e", {Tensor::Vector<double>({0.5, 1, 3, 12})}),
                     Tensor::Vector<double>({2.7310097082117863, 1.6361534862632587,
                                             0.8065634801287871, 0.3728317533697099}),
                     1e-11);
}

TEST_F(BesselTest, Y0) {
  EXPECT_TENSOR_NEAR(Run1("BesselY0", {Tensor::Vector<float>({0.5f, 1, 3, 12})}),
                     Tensor::Vector<float>({-0.44451872f, 0.08825697f, 0.37685004f, -0.22523732f}));
  EXPECT_TENSOR_NEAR(Run1("BesselY0", {Tensor::Vector<double>({0.5, 1, 3, 12})}),
                     Tensor::Vector<double>({-0.4445187335067066, 0.08825696421567697,
                                             0.3768500100127906, -0.2252373126343615}),
                     1e-11);
}

TEST_F(BesselTest, Y1) {
  EXPECT_TENSOR_NEAR(Run1("BesselY1", {Tensor::Vector<float>({0.5f, 1, 3, 12})}),
                     Tensor::Vector<float>({-1.4714724f, -0.7812128f, 0.3246744f, -0.057099227f}));
  EXPECT_TENSOR_NEAR(Run1("BesselY1", {Tensor::Vector<double>({0.5, 1, 3, 12})}),
                     Tensor::Vector<double>({-1.4714723926702433, -0.7812128213002888,
                                             0.3246744247918001, -0.05709921826089675}),
                     1e-11);
}

MR_GRADIENT_EXAMPLE({.op = "BesselI0", .inputs = {Tensor::Vector<double>({0.5, 1.5, 4})}});
MR_GRADIENT_EXAMPLE({.op = "BesselI0e", .inputs = {Tensor::Vector<double>({0.5, 1.5, 4})}});
MR_GRADIENT_EXAMPLE({.op = "BesselI1", .inputs = {Tensor::Vector<double>({0.5, 1.5, 4})}});
MR_GRADIENT_EXAMPLE({.op = "BesselI1e", .inputs = {Tensor::Vector<double>({0.5, 1.5, 4})}});
MR_GRADIENT_EXAMPLE({.op = "BesselJ0", .inputs = {Tensor::Vector<double>({0.5, 1.5, 4})}});
MR_GRADIENT_EXAMPLE({.op = "BesselJ1", .inputs = {Tensor::Vector<double>({0.5, 1.5, 4})}});
MR_GRADIENT_EXAMPLE({.op = "BesselK0", .inputs = {Tensor::Vector<double>({0.5, 1.5, 4})}});
MR_GRADIENT_EXAMPLE({.op = "BesselK0e", .inputs = {Tensor::Vector<double>({0.5, 1.5, 4})}});
MR_GRADIENT_EXAMPLE({.op = "BesselK1", .inputs = {Tensor::Vector<double>({0.5, 1.5, 4})}});
MR_GRADIENT_EXAMPLE({.op = "BesselK1e", .inputs = {Tensor::Vector<double>({0.5, 1.5, 4})}});
MR_GRADIENT_EXAMPLE({.op = "BesselY0", .inputs = {Tensor::Vector<double>({0.5, 1.5, 4})}});
MR_GRADIENT_EXAMPLE({.op = "BesselY1", .inputs = {Tensor::Vector<double>({0.5, 1.5, 4})}});

}  // namespace
}  // namespace millrace
