// Expected values are TensorFlow 2.21's.
#include <limits>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterSpecialIntegrals(Registry& r);

namespace {

struct SpecialIntegralsTest : OpTest {
  SpecialIntegralsTest() : OpTest({RegisterSpecialIntegrals}) {}
};

TEST_F(SpecialIntegralsTest, Dawson) {
  EXPECT_TENSOR_NEAR(Run1("Dawsn", {Tensor::Vector<float>({-3, -0.1f, 0, 0.2f, 0.5f, 1, 4, 20})}),
                     Tensor::Vector<float>({-0.17827101f, -0.09933599f, 0, 0.19475104f, 0.4244364f,
                                            0.5380795f, 0.129348f, 0.02503137f}));
  EXPECT_TENSOR_NEAR(
      Run1("Dawsn", {Tensor::Vector<double>({-3, -0.1, 0.2, 0.5, 1, 4, 20, 100000})}),
      Tensor::Vector<double>({-0.17827103061055835, -0.09933599239785286, 0.1947510333680281,
                              0.4244363835020223, 0.5380795069127684, 0.1293480012360051,
                              0.025031367926403675, 5.0000000002500005e-06}),
      1e-11);
}

TEST_F(SpecialIntegralsTest, ExponentialIntegral) {
  EXPECT_TENSOR_NEAR(Run1("Expint", {Tensor::Vector<float>({0.1f, 1, 5, 30, 60, 0, -1})}),
                     Tensor::Vector<float>({-1.6228129f, 1.8951179f, 40.185276f, 3.6897322e+11f,
                                            1.9361822e+24f, -std::numeric_limits<float>::infinity(),
                                            std::numeric_limits<float>::quiet_NaN()}));
  EXPECT_TENSOR_NEAR(
      Run1("Expint", {Tensor::Vector<double>({0.1, 0.37, 1, 5, 30, 60})}),
      Tensor::Vector<double>({-1.6228128139692766, -0.009790148500068097, 1.895117816355937,
                              40.18527535580318, 368973209407.2742, 1.9361822139292765e+24}),
      1e-11);
}

TEST_F(SpecialIntegralsTest, Fresnel) {
  EXPECT_TENSOR_NEAR(Run1("FresnelCos", {Tensor::Vector<float>({-2, 0, 0.5f, 1.5f, 1.7f, 5, 50})}),
                     Tensor::Vector<float>({-0.48825344f, 0, 0.4923442f, 0.4452612f, 0.32382685f,
                                            0.5636312f, 0.5000001f}));
  EXPECT_TENSOR_NEAR(
      Run1("FresnelCos", {Tensor::Vector<double>({-2, 0.5, 1.5, 1.7, 5, 50})}),
      Tensor::Vector<double>({-0.48825340607534073, 0.4923442258714464, 0.44526117603982157,
                              0.32382687600390025, 0.5636311887040122, 0.4999991894307276}),
      1e-9);
  EXPECT_TENSOR_NEAR(Run1("FresnelSin", {Tensor::Vector<float>({-2, 0, 0.5f, 1.5f, 1.7f, 5, 50})}),
                     Tensor::Vector<float>({-0.34341568f, 0, 0.064732425f, 0.6975049f, 0.5491959f,
                                            0.49919143f, 0.4936338f}));
  EXPECT_TENSOR_NEAR(
      Run1("FresnelSin", {Tensor::Vector<double>({-2, 0.5, 1.5, 1.7, 5, 50})}),
      Tensor::Vector<double>({-0.34341567836369824, 0.06473243285999929, 0.697504960082093,
                              0.5491959403215687, 0.4991913819171169, 0.49363380258593875}),
      1e-9);
}

TEST_F(SpecialIntegralsTest, Spence) {
  EXPECT_TENSOR_NEAR(
      Run1("Spence", {Tensor::Vector<float>({0, 0.1f, 0.5f, 1, 1.5f, 2, 10, -1})}),
      Tensor::Vector<float>({1.644934f, 1.2997148f, 0.58224034f, 0, -0.44841418f, -0.82246685f,
                             -3.950664f, std::numeric_limits<float>::quiet_NaN()}));
  EXPECT_TENSOR_NEAR(
      Run1("Spence", {Tensor::Vector<double>({0.1, 0.4, 0.6, 1.3, 1.9, 3, 10})}),
      Tensor::Vector<double>({1.2997147230049588, 0.7275863077163329, 0.449282974471282,
                              -0.280074333759583, -0.7521631792172623, -1.4367463668836808,
                              -3.950663778244157}),
      1e-11);
}

MR_GRADIENT_EXAMPLE({.op = "Dawsn", .inputs = {Tensor::Vector<double>({0.3, 0.8, 1.5, 2.5})}});
MR_GRADIENT_EXAMPLE({.op = "Expint", .inputs = {Tensor::Vector<double>({0.3, 0.8, 1.5, 2.5})}});
MR_GRADIENT_EXAMPLE({.op = "FresnelCos", .inputs = {Tensor::Vector<double>({0.3, 0.8, 1.5, 2.5})}});
MR_GRADIENT_EXAMPLE({.op = "FresnelSin", .inputs = {Tensor::Vector<double>({0.3, 0.8, 1.5, 2.5})}});
MR_GRADIENT_EXAMPLE({.op = "Spence", .inputs = {Tensor::Vector<double>({0.3, 0.8, 1.5, 2.5})}});

}  // namespace
}  // namespace millrace
