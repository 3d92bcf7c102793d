#include "core/eager/tape.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "core/eager/eager_builder.h"
#include "core/eager/eager_test_ops.h"
#include "core/eager/execute.h"
#include "core/eager/function.h"

namespace millrace {
namespace {

EagerTensor Number(float v) { return MakeEager(Tensor::Scalar<float>(v)); }
float ValueOf(const EagerGradient& g) { return g.valid() ? g.values.value.scalar<float>() : -999; }

class TapeTest : public ::testing::Test {
 protected:
  TapeTest() : context_(&EagerTestOps(), DeviceSet::Local()) {}

  EagerTensor Run(absl::string_view op, std::vector<EagerTensor> inputs, AttrMap attrs = {}) {
    auto outputs = ExecuteOp(&context_, &tapes_, op, inputs, attrs);
    EXPECT_TRUE(outputs.ok()) << outputs.status();
    return outputs.ok() && !outputs->empty() ? (*outputs)[0] : EagerTensor();
  }
  EagerTensor Mul(const EagerTensor& x, const EagerTensor& y) { return Run("Mul", {x, y}); }

  std::vector<EagerGradient> Grad(GradientTape& tape, std::vector<EagerTensor> targets,
                                  std::vector<EagerTensor> sources,
                                  std::vector<EagerTensor> output_gradients = {}) {
    auto g = tape.Gradient(&context_, &tapes_, targets, sources, output_gradients);
    EXPECT_TRUE(g.ok()) << g.status();
    return g.ok() ? *g : std::vector<EagerGradient>(sources.size());
  }

  // f(x, w) = x x w
  void DefineFunction() {
    Graph graph(&EagerTestOps(), context_.shared_library());
    GraphBuilder b(&graph);
    const Output x = b.Op1("Placeholder", {}, {{"dtype", DType::kFloat}});
    const Output w = b.Op1("Placeholder", {}, {{"dtype", DType::kFloat}});
    const Output y = b.Mul(b.Mul(x, x), w);
    ASSERT_TRUE(b.ok()) << b.status();
    auto f = GraphToFunction(graph, "f", {b.ToEndpoint(x), b.ToEndpoint(w)}, {b.ToEndpoint(y)});
    ASSERT_TRUE(f.ok()) << f.status();
    ASSERT_TRUE(context_.library().Add(*std::move(f)).ok());
  }

  EagerContext context_;
  TapeStack tapes_;
};

TEST_F(TapeTest, AProductOfSums) {
  const EagerTensor x = Number(3), w = Number(5);
  GradientTape tape;
  tape.Watch(x);
  tape.Watch(w);
  tapes_.Push(&tape);
  const EagerTensor y = Mul(Run("AddV2", {x, w}), x);  // x^2 + x w
  tapes_.Remove(&tape);
  const auto g = Grad(tape, {y}, {x, w});
  EXPECT_EQ(ValueOf(g[0]), 2 * 3 + 5);
  EXPECT_EQ(ValueOf(g[1]), 3);
}

TEST_F(TapeTest, OnlyWhatIsWatchedCounts) {
  const EagerTensor x = Number(3), other = Number(4);
  GradientTape tape;
  tape.Watch(x);
  tapes_.Push(&tape);
  const EagerTensor unrelated = Mul(other, other);
  const EagerTensor y = Mul(x, unrelated);
  const auto g = Grad(tape, {y}, {x, other});
  EXPECT_EQ(ValueOf(g[0]), 16);
  EXPECT_FALSE(g[1].valid());
}

TEST_F(TapeTest, OutputGradientsAndSeveralTargets) {
  const EagerTensor x = Number(3);
  GradientTape tape;
  tape.Watch(x);
  tapes_.Push(&tape);
  const EagerTensor y = Mul(x, x), z = Run("Neg", {x});
  tapes_.Remove(&tape);
  const auto g = Grad(tape, {y, z}, {x}, {Number(10), EagerTensor()});
  EXPECT_EQ(ValueOf(g[0]), 59);
}

TEST_F(TapeTest, OnceUnlessPersistent) {
  const EagerTensor x = Number(3);
  GradientTape once, many(/*persistent=*/true);
  for (GradientTape* tape : {&once, &many}) {
    tape->Watch(x);
    tapes_.Push(tape);
  }
  const EagerTensor y = Mul(x, x), z = Mul(y, x);
  tapes_.Remove(&once);
  tapes_.Remove(&many);
  EXPECT_EQ(ValueOf(Grad(once, {y}, {x})[0]), 6);
  EXPECT_EQ(once.Gradient(&context_, &tapes_, {y}, {x}).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ValueOf(Grad(many, {y}, {x})[0]), 6);
  EXPECT_EQ(ValueOf(Grad(many, {z}, {x})[0]), 27);
  EXPECT_EQ(ValueOf(Grad(many, {z}, {y})[0]), 3);
  once.Reset();
  EXPECT_TRUE(once.Gradient(&context_, &tapes_, {y}, {x}).ok());
}

TEST_F(TapeTest, TapesWithinTapes) {
  const EagerTensor x = Number(2);
  GradientTape third, second, first;
  for (GradientTape* tape : {&third, &second, &first}) {
    tape->Watch(x);
    tapes_.Push(tape);
  }
  const EagerTensor y = Mul(Mul(x, x), Mul(x, x));  // x^4
  tapes_.Remove(&first);
  const auto dy = Grad(first, {y}, {x});
  EXPECT_EQ(ValueOf(dy[0]), 32);
  tapes_.Remove(&second);
  const auto d2y = Grad(second, {dy[0].values}, {x});
  EXPECT_EQ(ValueOf(d2y[0]), 48);
  tapes_.Remove(&third);
  EXPECT_EQ(ValueOf(Grad(third, {d2y[0].values}, {x})[0]), 48);
}

TEST_F(TapeTest, APersistentTapeMayRecordItsOwnGradient) {
  const EagerTensor x = Number(3);
  GradientTape tape(/*persistent=*/true);
  tape.Watch(x);
  tapes_.Push(&tape);
  const EagerTensor y = Mul(x, Mul(x, x));
  const auto dy = Grad(tape, {y}, {x});
  EXPECT_EQ(ValueOf(dy[0]), 27);
  EXPECT_EQ(ValueOf(Grad(tape, {dy[0].values}, {x})[0]), 18);
}

TEST_F(TapeTest, VariablesByTheirHandles) {
  const EagerTensor handle = Run("VarHandleOp", {}, {{"shared_name", "v"}});
  const AttrMap attrs{{"dtype", DType::kFloat}};
  Run("AssignVariableOp", {handle, Number(4)}, attrs);
  GradientTape tape;
  tapes_.Push(&tape);
  tapes_.Watch(handle);
  const EagerTensor y = Mul(Run("ReadVariableOp", {handle}, attrs), Number(3));
  EXPECT_EQ(ValueOf(Grad(tape, {y}, {handle})[0]), 3);
}

TEST_F(TapeTest, WhatIsWrongIsSaid) {
  const EagerTensor x = Number(3), i = MakeEager(Tensor::Scalar<int32_t>(1));
  GradientTape tape(/*persistent=*/true);
  tape.Watch(x);
  tapes_.Push(&tape);
  const EagerTensor y = Mul(x, x), opaque = Run("Opaque", {x});
  auto code = [&](std::vector<EagerTensor> targets, std::vector<EagerTensor> output_gradients) {
    return tape.Gradient(&context_, &tapes_, targets, {x}, output_gradients).status().code();
  };
  EXPECT_EQ(code({i}, {}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({y}, {i}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({y}, {MakeEager(Tensor::Vector<float>({1, 2}))}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({y}, {x, x}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({opaque}, {}), absl::StatusCode::kUnimplemented);
  const auto failed = ExecuteOp(&context_, &tapes_, "Fail", {x});
  EXPECT_TRUE(absl::StrContains(failed.status().message(), "Fail"));
}

TEST_F(TapeTest, MemoryIsFreeOnceTheTapeHasRun) {
  bool freed = false;
  EagerTensor x = Number(2);
  GradientTape tape;
  {
    static const float data[64] = {};
    auto big =
        Tensor::Borrow(DType::kFloat, Shape({64}), data, sizeof(data), [&] { freed = true; });
    ASSERT_TRUE(big.ok());
    const EagerTensor lent = MakeEager(*std::move(big));
    tape.Watch(lent);
    tapes_.Push(&tape);
    const EagerTensor y = Mul(lent, lent);
    tapes_.Remove(&tape);
    Grad(tape, {y}, {lent});
    EXPECT_FALSE(freed);
  }
  EXPECT_TRUE(freed);
}

TEST_F(TapeTest, ACalledFunction) {
  DefineFunction();
  auto f = EagerFunction::Create(&context_, "f");
  ASSERT_TRUE(f.ok()) << f.status();
  const EagerTensor x = Number(3), w = Number(5);
  auto plain = (*f)->Call(nullptr, {x, w});
  ASSERT_TRUE(plain.ok()) << plain.status();
  EXPECT_EQ((*plain)[0].value.scalar<float>(), 45);
  GradientTape outer, inner;
  for (GradientTape* tape : {&outer, &inner}) {
    tape->Watch(x);
    tapes_.Push(tape);
  }
  auto y = (*f)->Call(&tapes_, {x, w});
  ASSERT_TRUE(y.ok()) << y.status();
  ASSERT_EQ(y->size(), 1u);
  tapes_.Remove(&inner);
  const auto dy = Grad(inner, {(*y)[0]}, {x});
  EXPECT_EQ(ValueOf(dy[0]), 30);
  tapes_.Remove(&outer);
  EXPECT_EQ(ValueOf(Grad(outer, {dy[0].values}, {x})[0]), 10);
  // The same through the op, and by the function's name.
  GradientTape tape(/*persistent=*/true);
  tape.Watch(w);
  tapes_.Push(&tape);
  const EagerTensor z = Run("f", {x, w});
  EXPECT_EQ(z.value.scalar<float>(), 45);
  EXPECT_EQ(ValueOf(Grad(tape, {z}, {w})[0]), 9);
}

TEST_F(TapeTest, WrongCallsOfFunctions) {
  DefineFunction();
  EXPECT_EQ(EagerFunction::Create(&context_, "g").status().code(), absl::StatusCode::kNotFound);
  auto f = EagerFunction::Create(&context_, "f");
  ASSERT_TRUE(f.ok());
  EXPECT_EQ((*f)->Call(nullptr, {Number(1)}).status().code(), absl::StatusCode::kInvalidArgument);
  const EagerTensor i = MakeEager(Tensor::Scalar<int32_t>(1));
  EXPECT_EQ((*f)->Call(nullptr, {i, i}).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
