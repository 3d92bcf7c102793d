// Expected values are TensorFlow 2.21's.
#include <complex>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterLu(Registry& r);

namespace {

struct LuTest : OpTest {
  LuTest() : OpTest({RegisterLu}) {}
};

TEST_F(LuTest, Inverse) {
  EXPECT_TENSOR_NEAR(
      Run1("MatrixInverse",
           {Tensor::Of<float>(
               {2, 3, 3}, {3.79f, 0.44f, 0.1f, -1.86f, 1.72f, -0.35f, -0.08f, -0.63f, 1.96f, 1.52f,
                           -1.31f, 0.88f, 0.88f, 3.71f, 0.05f, -0.4f, -0.55f, 0.45f})},
           {{"adjoint", false}}),
      Tensor::Of<float>({2, 3, 3}, {0.2301717f, -0.06760431f, -0.023815652f, 0.26837173f,
                                    0.54325986f, 0.08331825f, 0.09565711f, 0.17185989f, 0.5360129f,
                                    0.42378384f, 0.026345998f, -0.83166015f, -0.10388573f,
                                    0.25871542f, 0.17440815f, 0.2497253f, 0.33962646f, 1.6961343f}),
      1e-4);
  EXPECT_TENSOR_NEAR(
      Run1("MatrixInverse",
           {Tensor::Of<std::complex<double>>(
               {2, 2}, {{2.98, 1.49}, {-1.1, 0.24}, {-1.19, -1.02}, {1.79, -0.71}})},
           {{"adjoint", false}}),
      Tensor::Of<std::complex<double>>({2, 2}, {{0.3773016677443467, -0.12451300963687383},
                                                {0.22947873889182158, -0.03608201466257602},
                                                {0.23272350723234336, 0.22453123450632267},
                                                {0.5957036825325909, 0.34306163732923584}}),
      1e-12);
  EXPECT_TENSOR_NEAR(
      Run1("MatrixInverse",
           {Tensor::Of<float>(
               {2, 3, 3}, {3.79f, 0.44f, 0.1f, -1.86f, 1.72f, -0.35f, -0.08f, -0.63f, 1.96f, 1.52f,
                           -1.31f, 0.88f, 0.88f, 3.71f, 0.05f, -0.4f, -0.55f, 0.45f})},
           {{"adjoint", true}}),
      Tensor::Of<float>(
          {2, 3, 3}, {0.2301717f, 0.26837173f, 0.09565711f, -0.06760431f, 0.54325986f, 0.17185989f,
                      -0.023815652f, 0.08331825f, 0.5360129f, 0.42378384f, -0.10388572f, 0.2497253f,
                      0.026346f, 0.25871542f, 0.33962646f, -0.8316602f, 0.17440817f, 1.6961343f}),
      1e-4);
  EXPECT_TENSOR_NEAR(
      Run1("MatrixInverse",
           {Tensor::Of<std::complex<double>>(
               {2, 2}, {{2.98, 1.49}, {-1.1, 0.24}, {-1.19, -1.02}, {1.79, -0.71}})},
           {{"adjoint", true}}),
      Tensor::Of<std::complex<double>>({2, 2}, {{0.37730166774434676, 0.12451300963687384},
                                                {0.23272350723234342, -0.22453123450632267},
                                                {0.2294787388918216, 0.03608201466257602},
                                                {0.5957036825325909, -0.34306163732923584}}),
      1e-12);
}

TEST_F(LuTest, Solve) {
  EXPECT_TENSOR_NEAR(
      Run1("MatrixSolve",
           {Tensor::Of<double>({2, 3, 3}, {3.79, 0.44, 0.1, -1.86, 1.72, -0.35, -0.08, -0.63, 1.96,
                                           1.52, -1.31, 0.88, 0.88, 3.71, 0.05, -0.4, -0.55, 0.45}),
            Tensor::Of<double>({2, 3, 2}, {0.63, -0.16, -0.77, -0.23, 0.75, 1.98, -1.24, -0.63,
                                           -0.8, -2.42, -0.92, -1.02})},
           {{"adjoint", false}}),
      Tensor::Of<double>(
          {2, 3, 2},
          {0.17920174757206372, -0.06843347145193727, -0.18674721811637626, -0.002919097573820729,
           0.3299415267308409, 1.0064725973532336, 0.21855858555588872, 0.5175521925881531,
           -0.23860952951753073, -0.7385396064329237, -2.141804015582859, -2.7092797922285485}),
      1e-11);
  EXPECT_TENSOR_NEAR(
      Run1("MatrixSolve",
           {Tensor::Of<std::complex<double>>(
                {2, 2}, {{2.98, 1.49}, {-1.1, 0.24}, {-1.19, -1.02}, {1.79, -0.71}}),
            Tensor::Of<std::complex<double>>(
                {2, 2}, {{2.98, 1.49}, {-1.1, 0.24}, {-1.19, -1.02}, {1.79, -0.71}})},
           {{"adjoint", false}}),
      Tensor::Of<std::complex<double>>({2, 2}, {{1, 0},
                                                {-4.843254805411757e-17, 5.215812867366507e-17},
                                                {0, 0},
                                                {0.9999999999999999, 5.551115123125783e-17}}),
      1e-11);
  EXPECT_TENSOR_NEAR(
      Run1("MatrixSolve",
           {Tensor::Of<double>({2, 3, 3}, {3.79, 0.44, 0.1, -1.86, 1.72, -0.35, -0.08, -0.63, 1.96,
                                           1.52, -1.31, 0.88, 0.88, 3.71, 0.05, -0.4, -0.55, 0.45}),
            Tensor::Of<double>({2, 3, 2}, {1.12, -0.13, -1.62, 0.65, -0.36, -1.74, -0.6, -0.59,
                                           -0.87, 0.03, -2.25, -0.27})},
           {{"adjoint", true}}),
      Tensor::Of<double>(
          {2, 3, 2},
          {-0.21140642600341877, -0.02192406065335099, -1.017667341662626, 0.06287127486863586,
           -0.35461373825590675, -0.8754095141482869, -0.7257716511836979, -0.32057486764558984,
           -1.0050494456098291, -0.0994818199980022, -3.4690410548396757, 0.03795549895115369}),
      1e-11);
  EXPECT_TENSOR_NEAR(
      Run1("MatrixSolve",
           {Tensor::Of<std::complex<double>>(
                {2, 2}, {{2.98, 1.49}, {-1.1, 0.24}, {-1.19, -1.02}, {1.79, -0.71}}),
            Tensor::Of<std::complex<double>>(
                {2, 2}, {{2.98, 1.49}, {-1.1, 0.24}, {-1.19, -1.02}, {1.79, -0.71}})},
           {{"adjoint", true}}),
      Tensor::Of<std::complex<double>>({2, 2}, {{0.4328717527162733, 0.9630424453424943},
                                                {-0.18775705538522552, -0.6135565102431995},
                                                {-0.4287258122392135, 0.25007331688183854},
                                                {0.5616495329295582, -1.021645264212268}}),
      1e-11);
}

TEST_F(LuTest, Determinant) {
  EXPECT_TENSOR_NEAR(
      Run1("MatrixDeterminant",
           {Tensor::Of<float>(
               {2, 3, 3}, {3.79f, 0.44f, 0.1f, -1.86f, 1.72f, -0.35f, -0.08f, -0.63f, 1.96f, 1.52f,
                           -1.31f, 0.88f, 0.88f, 3.71f, 0.05f, -0.4f, -0.55f, 0.45f})}),
      Tensor::Vector<float>({13.688478f, 4.0044f}), 1e-4);
  EXPECT_OUTPUTS_NEAR(
      Run("LogMatrixDeterminant",
          {Tensor::Of<float>(
              {2, 3, 3}, {3.79f, 0.44f, 0.1f, -1.86f, 1.72f, -0.35f, -0.08f, -0.63f, 1.96f, 1.52f,
                          -1.31f, 0.88f, 0.88f, 3.71f, 0.05f, -0.4f, -0.55f, 0.45f})}),
      std::vector<Tensor>(
          {Tensor::Vector<float>({1, 1}), Tensor::Vector<float>({2.6165545f, 1.3873937f})}),
      1e-4);
  EXPECT_TENSOR_NEAR(Run1("MatrixDeterminant",
                          {Tensor::Of<double>({2, 3, 3}, {3.79, 0.44, 0.1, -1.86, 1.72, -0.35,
                                                          -0.08, -0.63, 1.96, 1.52, -1.31, 0.88,
                                                          0.88, 3.71, 0.05, -0.4, -0.55, 0.45})}),
                     Tensor::Vector<double>({13.688476999999999, 4.004400000000001}), 1e-4);
  EXPECT_OUTPUTS_NEAR(
      Run("LogMatrixDeterminant",
          {Tensor::Of<double>({2, 3, 3},
                              {3.79, 0.44, 0.1, -1.86, 1.72, -0.35, -0.08, -0.63, 1.96, 1.52, -1.31,
                               0.88, 0.88, 3.71, 0.05, -0.4, -0.55, 0.45})}),
      std::vector<Tensor>({Tensor::Vector<double>({1, 1}),
                           Tensor::Vector<double>({2.616554384024794, 1.387393756563192})}),
      1e-4);
  EXPECT_TENSOR_NEAR(
      Run1("MatrixDeterminant",
           {Tensor::Of<std::complex<double>>(
               {2, 2}, {{2.98, 1.49}, {-1.1, 0.24}, {-1.19, -1.02}, {1.79, -0.71}})}),
      Tensor::Scalar<std::complex<double>>({4.838299999999999, -0.2851}));
  EXPECT_OUTPUTS_NEAR(
      Run("LogMatrixDeterminant",
          {Tensor::Of<std::complex<double>>(
              {2, 2}, {{2.98, 1.49}, {-1.1, 0.24}, {-1.19, -1.02}, {1.79, -0.71}})}),
      std::vector<Tensor>(
          {Tensor::Scalar<std::complex<double>>({0.9982683916578796, -0.058823619548531825}),
           Tensor::Scalar<std::complex<double>>({1.5782965286688384, 0})}));
}

TEST_F(LuTest, Decomposition) {
  EXPECT_OUTPUTS_NEAR(
      Run("Lu", {Tensor::Of<float>(
                    {2, 3, 3}, {3.79f, 0.44f, 0.1f, -1.86f, 1.72f, -0.35f, -0.08f, -0.63f, 1.96f,
                                1.52f, -1.31f, 0.88f, 0.88f, 3.71f, 0.05f, -0.4f, -0.55f, 0.45f})}),
      std::vector<Tensor>(
          {Tensor::Of<float>({2, 3, 3}, {3.79f, 0.44f, 0.1f, -0.49076518f, 1.9359367f, -0.30092347f,
                                         -0.021108178f, -0.3206264f, 1.8656268f, 1.52f, -1.31f,
                                         0.88f, 0.57894737f, 4.468421f, -0.45947367f, -0.2631579f,
                                         -0.20023559f, 0.58957595f}),
           Tensor::Of<int32_t>({2, 3}, {0, 1, 2, 0, 1, 2})}),
      1e-4);
  EXPECT_OUTPUTS_NEAR(
      Run("Lu", {Tensor::Of<double>({2, 3, 3},
                                    {3.79, 0.44, 0.1, -1.86, 1.72, -0.35, -0.08, -0.63, 1.96, 1.52,
                                     -1.31, 0.88, 0.88, 3.71, 0.05, -0.4, -0.55, 0.45})}),
      std::vector<Tensor>(
          {Tensor::Of<double>(
               {2, 3, 3},
               {3.79, 0.44, 0.1, -0.4907651715039578, 1.9359366754617415, -0.3009234828496042,
                -0.021108179419525065, -0.3206263969906776, 1.865626805865998, 1.52, -1.31, 0.88,
                0.5789473684210527, 4.468421052631579, -0.4594736842105263, -0.2631578947368421,
                -0.20023557126030625, 0.5895759717314488}),
           Tensor::Of<int32_t>({2, 3}, {0, 1, 2, 0, 1, 2})}),
      1e-4);
  EXPECT_OUTPUTS_NEAR(
      Run("Lu",
          {Tensor::Of<std::complex<double>>(
              {2, 2}, {{2.98, 1.49}, {-1.1, 0.24}, {-1.19, -1.02}, {1.79, -0.71}})},
          {{"output_idx_type", DType::kInt64}}),
      std::vector<Tensor>(
          {Tensor::Of<std::complex<double>>({2, 2}, {{2.98, 1.49},
                                                     {-1.1, 0.24},
                                                     {-0.45637583892617445, -0.11409395973154364},
                                                     {1.2606040268456375, -0.7259731543624162}}),
           Tensor::Vector<int64_t>({0, 1})}));
}

TEST_F(LuTest, Empty) {
  EXPECT_TENSOR_NEAR(Run1("MatrixInverse", {Tensor::Of<float>({2, 0, 0}, {})}),
                     Tensor::Of<float>({2, 0, 0}, {}));
  EXPECT_TENSOR_NEAR(Run1("MatrixDeterminant", {Tensor::Of<float>({2, 0, 0}, {})}),
                     Tensor::Vector<float>({1, 1}));
  EXPECT_OUTPUTS_NEAR(
      Run("LogMatrixDeterminant", {Tensor::Of<float>({2, 0, 0}, {})}),
      std::vector<Tensor>({Tensor::Vector<float>({1, 1}), Tensor::Vector<float>({0, 0})}));
}

TEST_F(LuTest, Refuses) {
  EXPECT_EQ(Code("MatrixInverse", {Tensor::Of<float>({2, 2}, {1, 2, 2, 4})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("MatrixInverse", {Tensor::Of<float>({2, 3}, {1, 2, 3, 2, 4, 5})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("MatrixInverse", {Tensor::Vector<float>({1, 2})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("MatrixSolve",
                 {Tensor::Of<float>({2, 2}, {1, 2, 3, 4}), Tensor::Of<float>({1, 3}, {1, 2, 3})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("MatrixSolve",
                 {Tensor::Of<float>({2, 2}, {0, 0, 3, 4}), Tensor::Of<float>({2, 1}, {1, 2})}),
            absl::StatusCode::kInvalidArgument);
}

MR_GRADIENT_EXAMPLE({.op = "MatrixInverse",
                     .inputs = {Tensor::Of<double>(
                         {2, 3, 3}, {3.79, 0.44, 0.1, -1.86, 1.72, -0.35, -0.08, -0.63, 1.96, 1.52,
                                     -1.31, 0.88, 0.88, 3.71, 0.05, -0.4, -0.55, 0.45})}});
MR_GRADIENT_EXAMPLE({.op = "MatrixInverse",
                     .inputs = {Tensor::Of<std::complex<double>>(
                         {2, 2}, {{2.98, 1.49}, {-1.1, 0.24}, {-1.19, -1.02}, {1.79, -0.71}})},
                     .attrs = {{"adjoint", true}}});
MR_GRADIENT_EXAMPLE({.op = "MatrixSolve",
                     .inputs = {
                         Tensor::Of<double>({2, 3, 3}, {3.79, 0.44, 0.1, -1.86, 1.72, -0.35, -0.08,
                                                        -0.63, 1.96, 1.52, -1.31, 0.88, 0.88, 3.71,
                                                        0.05, -0.4, -0.55, 0.45}),
                         Tensor::Of<double>({2, 3, 2}, {1.01, 0.85, 1.11, 1.12, 1.49, -1.12, 0.85,
                                                        -1.86, -0.6, -1.91, 1.05, 1.33})}});
MR_GRADIENT_EXAMPLE(
    {.op = "MatrixSolve",
     .inputs = {Tensor::Of<std::complex<double>>(
                    {2, 2}, {{2.98, 1.49}, {-1.1, 0.24}, {-1.19, -1.02}, {1.79, -0.71}}),
                Tensor::Of<std::complex<double>>(
                    {2, 2}, {{2.98, 1.49}, {-1.1, 0.24}, {-1.19, -1.02}, {1.79, -0.71}})},
     .attrs = {{"adjoint", true}}});
MR_GRADIENT_EXAMPLE({.op = "MatrixDeterminant",
                     .inputs = {Tensor::Of<double>(
                         {2, 3, 3}, {3.79, 0.44, 0.1, -1.86, 1.72, -0.35, -0.08, -0.63, 1.96, 1.52,
                                     -1.31, 0.88, 0.88, 3.71, 0.05, -0.4, -0.55, 0.45})}});
MR_GRADIENT_EXAMPLE({.op = "LogMatrixDeterminant",
                     .inputs = {Tensor::Of<double>(
                         {2, 3, 3}, {3.79, 0.44, 0.1, -1.86, 1.72, -0.35, -0.08, -0.63, 1.96, 1.52,
                                     -1.31, 0.88, 0.88, 3.71, 0.05, -0.4, -0.55, 0.45})},
                     .outputs = {1}});

}  // namespace
}  // namespace millrace
