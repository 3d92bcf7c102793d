// What they are for is tested with CALL_ONCE in control_flow_test.cc; here is what they refuse.
#include "micro/kernels/resource_variables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/core/op_options.h"
#include "micro/testing/model_runner.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

const OpRegistration* const kOps[] = {&kVarHandleOp, &kAssignVariableOp, &kReadVariableOp};
const TestTensor kHandle{TensorType::kResource, {1}};

Options Named(const char* container, const char* name) {
  return Options()
      .Set(VarHandleOptions::kContainer, container)
      .Set(VarHandleOptions::kSharedName, name);
}

TEST(ResourceVariables, AreToldApartByContainerAndName) {
  ModelBuilder model;
  const int x = model.Add(Input<int32_t>({2}));
  const int y = model.Add(Input<int32_t>({2}));
  const int out_a = model.Add(Input<int32_t>({2})), out_b = model.Add(Input<int32_t>({2}));
  const int a = model.Add(kHandle), b = model.Add(kHandle), again = model.Add(kHandle);
  model.AddOp(BuiltinOp::kVarHandle, {}, {a}, Named("box", "v"));
  model.AddOp(BuiltinOp::kVarHandle, {}, {b}, Named("", "v"));
  model.AddOp(BuiltinOp::kVarHandle, {}, {again}, Named("box", "v"));
  model.AddOp(BuiltinOp::kAssignVariable, {a, x}, {});
  model.AddOp(BuiltinOp::kAssignVariable, {b, y}, {});
  model.AddOp(BuiltinOp::kReadVariable, {again}, {out_a});
  model.AddOp(BuiltinOp::kReadVariable, {b}, {out_b});
  model.SetInputs({x, y}).SetOutputs({out_a, out_b});
  ModelRunner runner(model, kOps);
  ASSERT_EQ(runner.Allocate(), Status::kOk) << runner.Reason();
  runner.Set<int32_t>(0, {1, 2}).Set<int32_t>(1, {3, 4});
  ASSERT_EQ(runner.Invoke(), Status::kOk);
  EXPECT_THAT(runner.Output<int32_t>(0), ElementsAre(1, 2));
  EXPECT_THAT(runner.Output<int32_t>(1), ElementsAre(3, 4));
}

TEST(ResourceVariables, RefuseAnotherSize) {
  ModelBuilder model;
  const int x = model.Add(Input<int32_t>({2})), y = model.Add(Input<int32_t>({3}));
  const int v = model.Add(kHandle);
  model.AddOp(BuiltinOp::kVarHandle, {}, {v}, Named("", "v"));
  model.AddOp(BuiltinOp::kAssignVariable, {v, x}, {});
  model.AddOp(BuiltinOp::kReadVariable, {v}, {y});
  model.SetInputs({x}).SetOutputs({y});
  ModelRunner runner(model, kOps);
  EXPECT_EQ(runner.Allocate(), Status::kInvalidShape);
  EXPECT_EQ(runner.interpreter().error().op_index, 2);
}

// A handle that comes from outside may be any number.
TEST(ResourceVariables, RefuseAHandleThatIsNone) {
  ModelBuilder model;
  const int v = model.Add(kHandle), y = model.Add(Input<int32_t>({2}));
  model.AddOp(BuiltinOp::kReadVariable, {v}, {y}).SetInputs({v}).SetOutputs({y});
  ModelRunner runner(model, kOps);
  ASSERT_EQ(runner.Allocate(), Status::kOk) << runner.Reason();
  runner.Set<int32_t>(0, {7});
  EXPECT_EQ(runner.Invoke(), Status::kInvokeFailed);
}

TEST(ResourceVariables, RefuseAHandleOfAnotherType) {
  ModelBuilder model;
  const int v = model.Add(Input<float>({1})), y = model.Add(Input<int32_t>({2}));
  model.AddOp(BuiltinOp::kReadVariable, {v}, {y}).SetInputs({v}).SetOutputs({y});
  ModelRunner runner(model, kOps);
  EXPECT_EQ(runner.Allocate(), Status::kUnsupportedType);
}

}  // namespace
}  // namespace millrace::micro::testing
