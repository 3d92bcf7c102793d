#include "micro/kernels/control_flow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/core/op_options.h"
#include "micro/kernels/fully_connected.h"
#include "micro/kernels/resource_variables.h"
#include "micro/testing/model_runner.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const OpRegistration* const kOps[] = {
    &kIfOp,        &kWhileOp,          &kCallOnceOp,    &kFullyConnectedOp,
    &kVarHandleOp, &kAssignVariableOp, &kReadVariableOp};

// Adds y = x * factor + offset to the subgraph; returns y.
int AddAffine(ModelBuilder* model, int x, float factor, float offset) {
  const int w = model->Add(Constant<float>({1, 1}, {factor}));
  const int b = model->Add(Constant<float>({1}, {offset}));
  const int y = model->Add(Input<float>({1, 1}));
  model->AddOp(BuiltinOp::kFullyConnected, {x, w, b}, {y});
  return y;
}

// A subgraph y = x * factor + offset.
void BeginAffine(ModelBuilder* model, float factor, float offset) {
  model->BeginSubgraph();
  const int x = model->Add(Input<float>({1, 1}));
  model->SetInputs({x}).SetOutputs({AddAffine(model, x, factor, offset)});
}

Options Branches(int then_branch, int else_branch) {
  return Options()
      .Set(IfOptions::kThenSubgraphIndex, then_branch)
      .Set(IfOptions::kElseSubgraphIndex, else_branch);
}

TEST(If, RunsTheBranchThatTheConditionSays) {
  ModelBuilder model;
  const int condition = model.Add(Input<bool>({1}));
  const int x = model.Add(Input<float>({1, 1}));
  const int y = model.Add(Input<float>({1, 1}));
  model.AddOp(BuiltinOp::kIf, {condition, x}, {y}, Branches(1, 2));
  const int z = AddAffine(&model, y, 1, 0.5f);
  model.SetInputs({condition, x}).SetOutputs({z, x});
  BeginAffine(&model, 2, 0);
  BeginAffine(&model, 10, 1);

  ModelRunner runner(model, kOps);
  ASSERT_EQ(runner.Allocate(), Status::kOk) << runner.Reason();
  for (const bool taken : {true, false, true}) {
    runner.Set<bool>(0, {taken}).Set<float>(1, {3});
    ASSERT_EQ(runner.Invoke(), Status::kOk);
    EXPECT_THAT(runner.Output<float>(0), ElementsAre(taken ? 6.5f : 31.5f));
    EXPECT_THAT(runner.Output<float>(1), ElementsAre(3)) << "an input that is needed later is kept";
  }
}

TEST(If, RefusesBranchesThatDoNotFit) {
  const auto build = [](int then_branch, int else_branch) {
    ModelBuilder model;
    const int condition = model.Add(Input<bool>({1}));
    const int x = model.Add(Input<float>({1, 1}));
    const int y = model.Add(Input<float>({1, 1}));
    model.AddOp(BuiltinOp::kIf, {condition, x}, {y}, Branches(then_branch, else_branch));
    model.SetInputs({condition, x}).SetOutputs({y});
    BeginAffine(&model, 2, 0);
    model.BeginSubgraph();  // without inputs
    model.SetOutputs({model.Add(Constant<float>({1, 1}, {1}))});
    return model;
  };
  ModelRunner fits(build(1, 1), kOps);
  EXPECT_EQ(fits.Allocate(), Status::kOk) << fits.Reason();
  for (const int other : {-1, 0, 2, 3}) {
    ModelRunner runner(build(1, other), kOps);
    EXPECT_EQ(runner.Allocate(), Status::kInvalidModel) << other;
  }
}

TEST(Subgraphs, ThatCallEachOtherInACircleAreRefused) {
  ModelBuilder model;
  for (int subgraph = 0; subgraph < 2; ++subgraph) {
    if (subgraph > 0) model.BeginSubgraph();
    const int condition = model.Add(Input<bool>({1}));
    const int y = model.Add(Input<bool>({1}));
    model.AddOp(BuiltinOp::kIf, {condition, condition}, {y}, Branches(1, 1));
    model.SetInputs({condition}).SetOutputs({y});
  }
  ModelRunner runner(model, kOps);
  EXPECT_EQ(runner.Allocate(), Status::kInvalidModel);
  EXPECT_THAT(runner.Reason(), HasSubstr("deep"));
}

// Values: two bools and x. It goes on while the first is true; the body gives the second, false,
// and 3 x + 1, so the bools say how often it runs.
ModelBuilder Loop() {
  ModelBuilder model;
  const auto add_values = [&] {
    const int first = model.Add(Input<bool>({1}));
    const int second = model.Add(Input<bool>({1}));
    return std::vector<int32_t>{first, second, model.Add(Input<float>({1, 1}))};
  };
  const std::vector<int32_t> in = add_values(), out = add_values();
  model.AddOp(
      BuiltinOp::kWhile, in, out,
      Options().Set(WhileOptions::kCondSubgraphIndex, 1).Set(WhileOptions::kBodySubgraphIndex, 2));
  model.SetInputs(in).SetOutputs(out);
  model.BeginSubgraph();
  const std::vector<int32_t> condition = add_values();
  model.SetInputs(condition).SetOutputs({condition[0]});
  model.BeginSubgraph();
  const std::vector<int32_t> body = add_values();
  const int stop = model.Add(Constant<bool>({1}, {false}));
  model.SetInputs(body).SetOutputs({body[1], stop, AddAffine(&model, body[2], 3, 1)});
  return model;
}

TEST(While, RepeatsTheBodyUntilItsConditionIsFalse) {
  ModelRunner runner(Loop(), kOps);
  ASSERT_EQ(runner.Allocate(), Status::kOk) << runner.Reason();
  const std::vector<bool> firsts = {false, true, true}, seconds = {true, false, true};
  const std::vector<float> results = {2, 7, 22};
  for (int times = 0; times < 3; ++times) {
    runner.Set<bool>(0, {firsts[times]}).Set<bool>(1, {seconds[times]}).Set<float>(2, {2});
    ASSERT_EQ(runner.Invoke(), Status::kOk);
    EXPECT_THAT(runner.Output<float>(2), ElementsAre(results[times])) << times;
    EXPECT_THAT(runner.Output<bool>(0), ElementsAre(false));
  }
}

// Each invoke: once, v := 5; then y = v, v := 2 v + x.
ModelBuilder Accumulator() {
  ModelBuilder model;
  const Options name = Options().Set(VarHandleOptions::kSharedName, "v");
  const TestTensor handle{TensorType::kResource, {1}};
  const int x = model.Add(Input<float>({1, 1}));
  const int v = model.Add(handle);
  const int y = model.Add(Input<float>({1, 1}));
  model.AddOp(BuiltinOp::kCallOnce, {}, {}, Options().Set(CallOnceOptions::kInitSubgraphIndex, 1));
  model.AddOp(BuiltinOp::kVarHandle, {}, {v}, name);
  model.AddOp(BuiltinOp::kReadVariable, {v}, {y});
  const int doubled = AddAffine(&model, y, 2, 1);
  model.AddOp(BuiltinOp::kAssignVariable, {v, doubled}, {});
  model.SetInputs({x}).SetOutputs({y});
  model.BeginSubgraph();
  const int same = model.Add(handle);
  const int five = model.Add(Constant<float>({1, 1}, {5}));
  model.AddOp(BuiltinOp::kVarHandle, {}, {same}, name);
  model.AddOp(BuiltinOp::kAssignVariable, {same, five}, {});
  return model;
}

TEST(ResourceVariables, KeepTheirValueUntilReset) {
  ModelRunner runner(Accumulator(), kOps);
  ASSERT_EQ(runner.Allocate(), Status::kOk) << runner.Reason();
  for (int round = 0; round < 2; ++round) {
    for (const float expected : {5.0f, 11.0f, 23.0f}) {
      ASSERT_EQ(runner.Invoke(), Status::kOk);
      EXPECT_THAT(runner.Output<float>(0), ElementsAre(expected));
    }
    ASSERT_EQ(runner.interpreter().Reset(), Status::kOk);
  }
  EXPECT_GE(runner.interpreter().memory().variables, sizeof(float));
}

TEST(ResourceVariables, DoNotGoWithABatch) {
  ModelRunner runner(Accumulator(), kOps);
  ASSERT_EQ(runner.interpreter().ResizeInputBatch(2), Status::kOk);
  EXPECT_EQ(runner.Allocate(), Status::kUnsupported);
}

}  // namespace
}  // namespace millrace::micro::testing
