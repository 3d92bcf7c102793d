#include "micro/kernels/reshape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Reshape, KeepsTheElements) {
  for (const OpRegistration* op : {&kReshapeOp, &kSqueezeOp}) {
    OpTest test(*op);
    test.Add(Input<int16_t>({1, 2, 3, 1}, {1, 2, 3, 4, 5, 6})).AddOutput(Input<int16_t>({3, 2}));
    ASSERT_EQ(test.Run(), Status::kOk) << test.Reason();
    EXPECT_THAT(test.Output<int16_t>(), ElementsAre(1, 2, 3, 4, 5, 6));
  }
}

TEST(Reshape, ExpandDims) {
  OpTest test(kExpandDimsOp);
  test.Add(Input<float>({2}, {1.5f, 2})).Add(Constant<int32_t>({}, {0}));
  test.AddOutput(Input<float>({1, 2}));
  ASSERT_EQ(test.Run(), Status::kOk) << test.Reason();
  EXPECT_THAT(test.Output<float>(), ElementsAre(1.5f, 2));
}

// The output takes over the input's memory where nobody else needs it.
TEST(Reshape, CopiesNothingInTheMiddleOfAGraph) {
  ModelBuilder model;
  const int x = model.Add(Input<int8_t>({4, 1024}));
  const int middle = model.Add(Input<int8_t>({2, 2048}));
  const int y = model.Add(Input<int8_t>({4096}));
  model.AddOp(BuiltinOp::kReshape, {x}, {middle}).AddOp(BuiltinOp::kReshape, {middle}, {y});
  model.SetInputs({x}).SetOutputs({y});
  const ModelBytes bytes = model.Build();
  ModelBytes arena(std::vector<uint8_t>(5000));
  MutableOpResolver<1> resolver;
  ASSERT_EQ(resolver.Add(kReshapeOp), Status::kOk);
  MicroInterpreter interpreter(bytes.data(), bytes.size(), resolver, arena.data(), arena.size());
  ASSERT_EQ(interpreter.AllocateTensors(), Status::kOk) << interpreter.error().reason;
  EXPECT_EQ(interpreter.memory().planned, 4096u);
  EXPECT_EQ(interpreter.input(0).raw(), interpreter.output(0).raw());
}

TEST(Reshape, RefusesWhatDoesNotFit) {
  OpTest count(kReshapeOp);
  count.Add(Input<float>({2, 3})).AddOutput(Input<float>({5}));
  EXPECT_EQ(count.Run(), Status::kInvalidShape);
  EXPECT_THAT(count.Reason(), HasSubstr("as many elements"));
  OpTest type(kReshapeOp);
  type.Add(Input<float>({2})).AddOutput(Input<int32_t>({2}));
  EXPECT_EQ(type.Run(), Status::kUnsupportedType);
}

}  // namespace
}  // namespace millrace::micro::testing
