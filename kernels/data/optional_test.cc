#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterOptional(Registry& r);

namespace {

struct OptionalTest : OpTest {
  OptionalTest() : OpTest({RegisterOptional}) {}
  static AttrMap Types(DType second) {
    return {{"output_types", std::vector<DType>{DType::kFloat, second}},
            {"output_shapes",
             std::vector<PartialShape>{PartialShape::Unknown(), PartialShape::Of({-1})}}};
  }
};

TEST_F(OptionalTest, HasWhatItWasMadeOf) {
  const Tensor a = Tensor::Scalar(1.5f), b = Tensor::Vector<std::string>({"x", "y"});
  const Tensor optional = Run1("OptionalFromValue", {a, b});
  EXPECT_TENSOR_EQ(Run1("OptionalHasValue", {optional}), Tensor::Scalar(true));
  EXPECT_OUTPUTS_NEAR(Run("OptionalGetValue", {optional}, Types(DType::kString)),
                      std::vector<Tensor>({a, b}));
  EXPECT_EQ(Code("OptionalGetValue", {optional}, Types(DType::kInt32)),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(OptionalTest, MayHaveNothing) {
  const Tensor none = Run1("OptionalNone", {});
  EXPECT_TENSOR_EQ(Run1("OptionalHasValue", {none}), Tensor::Scalar(false));
  EXPECT_EQ(Code("OptionalGetValue", {none}, Types(DType::kString)),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("OptionalHasValue", {Tensor::Scalar<Variant>(Variant())}),
            absl::StatusCode::kInvalidArgument);
}

// The components in an optional and out of it.
Outputs ThroughOptional(GraphBuilder& b, const Outputs& in) {
  return b.Op("OptionalGetValue", {b.Op1("OptionalFromValue", {in[0], in[1]})},
              {{"output_types", std::vector<DType>{DType::kDouble, DType::kDouble}},
               {"output_shapes", std::vector<PartialShape>{b.shape(in[0]), b.shape(in[1])}}});
}
const std::vector<Tensor> kComponents = {Tensor::Vector<double>({1, 2}), Tensor::Scalar<double>(3)};
MR_GRADIENT_EXAMPLE({.op = "OptionalGetValue", .inputs = kComponents, .build = ThroughOptional});
MR_GRADIENT_EXAMPLE({.op = "OptionalFromValue", .inputs = kComponents, .build = ThroughOptional});

}  // namespace
}  // namespace millrace
