// SymbolicGradient, and DeviceIndex.
#include <string>
#include <utility>
#include <vector>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/array/register_array.h"
#include "kernels/math/register_math.h"
#include "kernels/testing/function_test.h"
#include "kernels/testing/tensor_matchers.h"

namespace millrace {

absl::Status RegisterDeviceIndex(Registry& r);
absl::Status RegisterFunctionArgs(Registry& r);
absl::Status RegisterPartitionedCall(Registry& r);
absl::Status RegisterSymbolicGradient(Registry& r);

namespace {

using absl::StatusCode;
constexpr DType kFloat = DType::kFloat;

NodeSpec Product(const std::string& name, const std::string& x, const std::string& y) {
  return {name, "Mul", {x, y}, "", {{"T", kFloat}}, ""};
}

absl::Status RegisterTestOps(Registry& r) {
  return r.Add(Op("Opaque").Input("x: float").Output("z: float"));
}

struct SymbolicGradientTest : FunctionTest {
  SymbolicGradientTest()
      : FunctionTest({RegisterArrayKernels, RegisterMathKernels, RegisterFunctionArgs,
                      RegisterPartitionedCall, RegisterSymbolicGradient, RegisterDeviceIndex,
                      RegisterTestOps}) {}

  // The gradient of `f`, of `inputs` floats, as the graph's results.
  void Differentiate(const std::string& f, int inputs, int outputs) {
    std::vector<Endpoint> args;
    for (int i = 0; i < inputs; ++i) args.push_back(Arg(i, kFloat));
    Node* node = Add("SymbolicGradient", std::move(args),
                     {{"Tin", std::vector<DType>(inputs, kFloat)},
                      {"Tout", std::vector<DType>(outputs, kFloat)},
                      {"f", FunctionRef{f, nullptr}}});
    for (int i = 0; i < outputs; ++i) Ret(node, i);
  }
  static std::vector<Tensor> Floats(std::initializer_list<float> values) {
    std::vector<Tensor> tensors;
    for (const float v : values) tensors.push_back(Tensor::Scalar<float>(v));
    return tensors;
  }
};

TEST_F(SymbolicGradientTest, OfEachArgument) {
  // x * x * y, and an argument that nothing depends on.
  AddFunction("f", {kFloat, kFloat, kFloat},
              {Product("xx", "a0", "a0"), Product("xxy", "xx:z:0", "a1")}, {"xxy:z:0"}, kFloat);
  Differentiate("f", 4, 3);
  for (int i = 0; i < 2; ++i) EXPECT_OUTPUTS_NEAR(Run(Floats({3, 5, 7, 2})), Floats({60, 18, 0}));
}

TEST_F(SymbolicGradientTest, SumsOverTheResults) {
  AddFunction("f", {kFloat, kFloat}, {Product("xy", "a0", "a1"), Product("yy", "a1", "a1")},
              {"xy:z:0", "yy:z:0"}, kFloat);
  Differentiate("f", 4, 2);
  EXPECT_OUTPUTS_NEAR(Run(Floats({3, 5, 10, 1})), Floats({50, 40}));
}

TEST_F(SymbolicGradientTest, AFunctionsOwnComesFirst) {
  AddFunction("f", {kFloat}, {Product("xx", "a0", "a0")}, {"xx:z:0"}, kFloat);
  AddFunction("df", {kFloat, kFloat}, {Product("n", "a1", "a1")}, {"n:z:0"}, kFloat);
  library().SetGradient("f", "df");
  Differentiate("f", 2, 1);
  EXPECT_OUTPUTS_NEAR(Run(Floats({3, 7})), Floats({49}));
}

TEST_F(SymbolicGradientTest, WhatHasNone) {
  AddFunction("f", {kFloat}, {{"n", "Opaque", {"a0"}, "", {}, ""}}, {"n:z:0"}, kFloat);
  Differentiate("f", 2, 1);
  EXPECT_EQ(Run(Floats({1, 1})).status().code(), StatusCode::kNotFound);
}

TEST_F(SymbolicGradientTest, AnotherNumberOfInputs) {
  AddFunction("f", {kFloat}, {Product("xx", "a0", "a0")}, {"xx:z:0"}, kFloat);
  Differentiate("f", 3, 1);
  EXPECT_EQ(Run(Floats({1, 1, 1})).status().code(), StatusCode::kInvalidArgument);
}

TEST_F(SymbolicGradientTest, AFunctionThatIsNotThere) {
  Differentiate("g", 2, 1);
  EXPECT_EQ(Run(Floats({1, 1})).status().code(), StatusCode::kNotFound);
}

using DeviceIndexTest = SymbolicGradientTest;

TEST_F(DeviceIndexTest, IsThePlaceOfTheDevicesType) {
  using Names = std::vector<std::string>;
  for (const Names& names : {Names{"CPU", "GPU"}, Names{"GPU", "CPU"}, Names{"TPU", "GPU"}})
    Ret(Add("DeviceIndex", {}, {{"device_names", names}}));
  EXPECT_OUTPUTS_NEAR(Run({}), {Tensor::Scalar<int32_t>(0), Tensor::Scalar<int32_t>(1),
                                Tensor::Scalar<int32_t>(2)});
}

}  // namespace
}  // namespace millrace
