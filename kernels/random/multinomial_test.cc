// Expected values are TensorFlow 2.21's.
#include <limits>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterMultinomial(Registry& r);

namespace {

struct MultinomialTest : OpTest {
  MultinomialTest() : OpTest({RegisterMultinomial}) {}
};

TEST_F(MultinomialTest, Stream) {
  EXPECT_TENSOR_EQ(Run1("Multinomial",
                        {Tensor::Of<float>({1, 3}, {-2.3025851f, -1.609438f, -0.35667494f}),
                         Tensor::Scalar<int32_t>(8)},
                        {{"seed", int64_t{7}}, {"seed2", int64_t{11}}}),
                   Tensor::Of<int64_t>({1, 8}, {1, 2, 2, 2, 1, 2, 1, 0}));
  EXPECT_TENSOR_EQ(
      Run1("Multinomial",
           {Tensor::Of<float>({2, 3}, {-2.3025851f, -1.609438f, -0.35667494f, -0.105360515f,
                                       -2.9957323f, -2.9957323f}),
            Tensor::Scalar<int32_t>(6)},
           {{"seed", int64_t{7}}, {"seed2", int64_t{11}}, {"output_dtype", DType::kInt32}}),
      Tensor::Of<int32_t>({2, 6}, {1, 2, 2, 2, 1, 2, 0, 0, 0, 0, 0, 0}));
  EXPECT_TENSOR_EQ(Run1("Multinomial",
                        {Tensor::Of<double>({1, 4}, {1, -std::numeric_limits<double>::infinity(), 2,
                                                     -std::numeric_limits<double>::infinity()}),
                         Tensor::Scalar<int32_t>(8)},
                        {{"seed", int64_t{7}}, {"seed2", int64_t{11}}}),
                   Tensor::Of<int64_t>({1, 8}, {0, 2, 2, 2, 0, 2, 2, 0}));
}

TEST_F(MultinomialTest, Stateless) {
  EXPECT_TENSOR_EQ(Run1("StatelessMultinomial",
                        {Tensor::Of<float>({2, 3}, {-2.3025851f, -1.609438f, -0.35667494f,
                                                    -0.105360515f, -2.9957323f, -2.9957323f}),
                         Tensor::Scalar<int32_t>(6), Tensor::Vector<int32_t>({3, 4})}),
                   Tensor::Of<int64_t>({2, 6}, {2, 2, 1, 2, 2, 2, 0, 0, 0, 0, 0, 0}));
}

TEST_F(MultinomialTest, Empty) {
  EXPECT_TENSOR_EQ(Run1("Multinomial",
                        {Tensor::Of<float>({2, 3}, {-2.3025851f, -1.609438f, -0.35667494f,
                                                    -0.105360515f, -2.9957323f, -2.9957323f}),
                         Tensor::Scalar<int32_t>(0)},
                        {{"seed", int64_t{7}}, {"seed2", int64_t{11}}}),
                   Tensor::Of<int64_t>({2, 0}, {}));
}

TEST_F(MultinomialTest, Refuses) {
  EXPECT_EQ(Code("Multinomial",
                 {Tensor::Of<float>({2, 3}, {-2.3025851f, -1.609438f, -0.35667494f, -0.105360515f,
                                             -2.9957323f, -2.9957323f}),
                  Tensor::Scalar<int32_t>(-1)},
                 {{"seed", int64_t{7}}, {"seed2", int64_t{11}}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("Multinomial",
                 {Tensor::Vector<float>({-2.3025851f, -1.609438f, -0.35667494f}),
                  Tensor::Scalar<int32_t>(1)},
                 {{"seed", int64_t{7}}, {"seed2", int64_t{11}}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("Multinomial",
                 {Tensor::Of<float>({2, 3}, {-2.3025851f, -1.609438f, -0.35667494f, -0.105360515f,
                                             -2.9957323f, -2.9957323f}),
                  Tensor::Vector<int32_t>({1})},
                 {{"seed", int64_t{7}}, {"seed2", int64_t{11}}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("Multinomial", {Tensor::Of<float>({2, 0}, {}), Tensor::Scalar<int32_t>(1)},
                 {{"seed", int64_t{7}}, {"seed2", int64_t{11}}}),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
