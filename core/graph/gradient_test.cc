#include "core/graph/gradient.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "core/graph/function_library.h"
#include "core/graph/gradient_test_ops.h"

namespace millrace {
namespace {

using Feeds = std::map<std::string, double>;

// A graph with a builder, and placeholders to feed.
class GradientTest : public ::testing::Test {
 protected:
  GradientTest() : graph_(&GradientTestOps()), b_(&graph_) {}

  Output Feed(const std::string& name, DType type = DType::kDouble) {
    Graph::NodeArgs args;
    args.name = name;
    args.op = "Placeholder";
    args.attrs = {{"dtype", type}, {"shape", PartialShape::Scalar()}};
    auto node = graph_.AddNode(std::move(args));
    EXPECT_TRUE(node.ok()) << node.status();
    return {(*node)->id(), 0};
  }

  // Functions are written as graphs: `body` maps arguments to results.
  template <typename Body>
  FunctionRef Define(const std::string& name, std::vector<DType> types, Body body) {
    Graph graph(&GradientTestOps(), graph_.shared_library());
    GraphBuilder b(&graph);
    Outputs args;
    std::vector<Endpoint> inputs, outputs;
    for (const DType type : types) {
      args.push_back(
          b.Op1("Placeholder", {}, {{"dtype", type}, {"shape", PartialShape::Scalar()}}));
      inputs.push_back(b.ToEndpoint(args.back()));
    }
    for (const Output& o : body(b, args)) outputs.push_back(b.ToEndpoint(o));
    EXPECT_TRUE(b.ok()) << b.status();
    auto f = GraphToFunction(graph, name, inputs, outputs);
    EXPECT_TRUE(f.ok()) << f.status();
    EXPECT_TRUE(graph_.library().Add(*std::move(f)).ok());
    return {name, nullptr};
  }

  Gradients Grad(Outputs ys, Outputs xs, GradientOptions options = {}) {
    std::vector<Endpoint> y, x;
    for (const Output& o : ys) y.push_back(b_.ToEndpoint(o));
    for (const Output& o : xs) x.push_back(b_.ToEndpoint(o));
    auto g = AddGradients(&graph_, y, x, options);
    EXPECT_TRUE(g.ok()) << g.status();
    return g.ok() ? *g : Gradients(xs.size());
  }

  double Eval(Output o, const Feeds& feeds) {
    auto value = Evaluate(graph_, b_.ToEndpoint(o), feeds);
    EXPECT_TRUE(value.ok()) << value.status();
    return value.ok() ? *value : std::nan("");
  }

  // dy/dx as AddGradients has it, against a central difference.
  void CheckByDifferences(Output y, const Outputs& xs, const Feeds& feeds) {
    const Gradients grads = Grad({y}, xs);
    for (size_t i = 0; i < xs.size(); ++i) {
      const std::string& name = graph_.nodes()[xs[i].node]->name();
      ASSERT_TRUE(grads[i].valid()) << name;
      constexpr double kStep = 1e-5;
      Feeds above = feeds, below = feeds;
      above[name] += kStep;
      below[name] -= kStep;
      const double expected = (Eval(y, above) - Eval(y, below)) / (2 * kStep);
      EXPECT_NEAR(Eval(grads[i], feeds), expected, 1e-6 * std::max(1.0, std::abs(expected)))
          << name;
    }
  }

  Graph graph_;
  GraphBuilder b_;
};

TEST_F(GradientTest, ProductsAndSums) {
  const Output x = Feed("x"), w = Feed("w");
  const Output y = b_.Mul(b_.Add(b_.Square(x), x), b_.Sub(w, b_.Mul(x, w)));
  CheckByDifferences(y, {x, w}, {{"x", 1.5}, {"w", -0.7}});
}

TEST_F(GradientTest, GradYsScaleAndSeveralYsAdd) {
  const Output x = Feed("x"), scale = Feed("scale");
  const Output y = b_.Square(x), z = b_.Neg(x);
  GradientOptions options;
  options.grad_ys = {b_.ToEndpoint(scale), Endpoint()};
  const Gradients g = Grad({y, z}, {x}, options);
  EXPECT_DOUBLE_EQ(Eval(g[0], {{"x", 3}, {"scale", 5}}), 5 * 6 - 1);
}

TEST_F(GradientTest, StopGradientsMakesConstants) {
  const Output x = Feed("x");
  const Output s = b_.Square(x);
  const Output y = b_.Mul(s, x);
  GradientOptions options;
  options.stop_gradients = {b_.ToEndpoint(s)};
  EXPECT_DOUBLE_EQ(Eval(Grad({y}, {x}, options)[0], {{"x", 3}}), 9);
  const Gradients partial = Grad({y}, {x, s}, options);
  EXPECT_DOUBLE_EQ(Eval(partial[1], {{"x", 3}}), 3);
  EXPECT_DOUBLE_EQ(Eval(Grad({y}, {x})[0], {{"x", 3}}), 27);
}

TEST_F(GradientTest, AYThatIsAnX) {
  const Output x = Feed("x");
  const Output y = b_.Square(x);
  const Gradients g = Grad({y, x}, {x, y});
  EXPECT_DOUBLE_EQ(Eval(g[0], {{"x", 3}}), 7);
  EXPECT_DOUBLE_EQ(Eval(g[1], {{"x", 3}}), 1);
}

TEST_F(GradientTest, NothingComesOfWhatIsNotConnected) {
  const Output x = Feed("x"), other = Feed("other");
  EXPECT_FALSE(Grad({b_.Square(x)}, {other})[0].valid());
  EXPECT_FALSE(Grad({b_.Square(b_.Op1("StopGradient", {x}))}, {x})[0].valid());
  // Integers carry no gradients, so ops behind them need not have one.
  const Output i = b_.Cast(x, DType::kInt32);
  const Output y = b_.Cast(b_.Op1("Mystery", {i}), DType::kDouble);
  EXPECT_FALSE(Grad({y}, {x})[0].valid());
}

TEST_F(GradientTest, WhatIsWrongIsSaid) {
  const Output x = Feed("x"), i = Feed("i", DType::kInt32);
  auto error = [&](Output y, GradientOptions options) {
    const Endpoint ys[] = {b_.ToEndpoint(y)};
    const Endpoint xs[] = {b_.ToEndpoint(x)};
    return AddGradients(&graph_, ys, xs, options).status();
  };
  EXPECT_EQ(error(i, {}).code(), absl::StatusCode::kInvalidArgument);
  const absl::Status mystery = error(b_.Op1("Mystery", {x}), {});
  EXPECT_EQ(mystery.code(), absl::StatusCode::kUnimplemented);
  EXPECT_TRUE(absl::StrContains(mystery.message(), "Mystery"));
  GradientOptions options;
  options.grad_ys = {b_.ToEndpoint(i)};
  EXPECT_EQ(error(b_.Square(x), options).code(), absl::StatusCode::kInvalidArgument);
  options.grad_ys = {Endpoint(), Endpoint()};
  EXPECT_EQ(error(b_.Square(x), options).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(GradientTest, ADeepGraphNeedsNoDeepStack) {
  const Output x = Feed("x");
  Output y = x;
  for (int i = 0; i < 20000; ++i) y = b_.Neg(y);
  EXPECT_TRUE(Grad({y}, {x})[0].valid());
}

TEST_F(GradientTest, GatheredRowsHaveSparseGradients) {
  const Output table = Feed("table"), rows = Feed("rows", DType::kInt32);
  const Output once = b_.Gather(table, rows), twice = b_.Gather(table, rows);
  const Gradients one = Grad({once}, {table});
  ASSERT_TRUE(one[0].sparse());
  EXPECT_EQ(one[0].indices, rows);
  const Gradients two = Grad({b_.Add(once, twice)}, {table});
  ASSERT_TRUE(two[0].sparse());
  EXPECT_EQ(graph_.nodes()[two[0].node]->type(), "ConcatV2");
  // A dense gradient beside it makes the sum dense.
  const Gradients mixed = Grad({b_.Add(once, table)}, {table});
  ASSERT_FALSE(mixed[0].sparse());
  const Node& sum = *graph_.nodes()[mixed[0].node];
  EXPECT_EQ(sum.type(), "AddN");
  EXPECT_TRUE(sum.input(0).node->type() == "UnsortedSegmentSum" ||
              sum.input(1).node->type() == "UnsortedSegmentSum");
}

TEST_F(GradientTest, AVariablesGradientIsThatOfItsHandle) {
  const Output w = Feed("w", DType::kResource), x = Feed("x");
  const Output read = b_.Op1("ReadVariableOp", {w}, {{"dtype", DType::kDouble}});
  const Output again = b_.Op1("ReadVariableOp", {w}, {{"dtype", DType::kDouble}});
  CheckByDifferences(b_.Mul(b_.Square(read), b_.Mul(again, x)), {w, x}, {{"w", 2}, {"x", 0.5}});
}

// ----- calls -----

const std::vector<DType> kTwoDoubles = {DType::kDouble, DType::kDouble};

TEST_F(GradientTest, OfACall) {
  const FunctionRef f = Define("f", kTwoDoubles, [](Builder& b, const Outputs& a) {
    return Outputs{b.Mul(b.Square(a[0]), a[1]), b.Neg(a[1])};
  });
  const Output x = Feed("x"), w = Feed("w");
  const Outputs call = b_.Op("PartitionedCall", {x, w}, {{"f", f}, {"Tout", kTwoDoubles}});
  CheckByDifferences(b_.Mul(call[0], call[1]), {x, w}, {{"x", 1.3}, {"w", 0.4}});
  // In place: the call has the same outputs, and more behind them.
  EXPECT_GT(graph_.nodes()[call[0].node]->num_outputs(), 2);
  // A second call shares the functions made for the first.
  const size_t functions = graph_.library().ListNames().size();
  const Outputs other = b_.Op("PartitionedCall", {x, w}, {{"f", f}, {"Tout", kTwoDoubles}});
  CheckByDifferences(other[0], {x}, {{"x", 1.3}, {"w", 0.4}});
  EXPECT_EQ(graph_.library().ListNames().size(), functions);
}

TEST_F(GradientTest, OfACallWithinACallAndByName) {
  Define("inner", {DType::kDouble},
         [](Builder& b, const Outputs& a) { return Outputs{b.Mul(b.Square(a[0]), a[0])}; });
  const FunctionRef outer = Define("outer", kTwoDoubles, [](Builder& b, const Outputs& a) {
    const Output once = b.Op1("inner", {b.Mul(a[0], a[1])});
    return Outputs{b.Add(once, b.Op1("PartitionedCall", {once},
                                     {{"f", FunctionRef{"inner", nullptr}},
                                      {"Tout", std::vector<DType>{DType::kDouble}}}))};
  });
  const Output x = Feed("x"), w = Feed("w");
  const Output y = b_.Op1("PartitionedCall", {x, w},
                          {{"f", outer}, {"Tout", std::vector<DType>{DType::kDouble}}});
  CheckByDifferences(y, {x, w}, {{"x", 0.9}, {"w", 1.1}});
}

TEST_F(GradientTest, OfACallTwice) {
  const FunctionRef f = Define("f", kTwoDoubles, [](Builder& b, const Outputs& a) {
    return Outputs{b.Mul(b.Mul(b.Square(a[0]), a[0]), a[1])};
  });
  const Output x = Feed("x"), w = Feed("w");
  const Output y =
      b_.Op1("PartitionedCall", {x, w}, {{"f", f}, {"Tout", std::vector<DType>{DType::kDouble}}});
  const Gradients first = Grad({y}, {x});
  CheckByDifferences(first[0], {x, w}, {{"x", 1.2}, {"w", 0.8}});
  CheckByDifferences(y, {x, w}, {{"x", 1.2}, {"w", 0.8}});
}

TEST_F(GradientTest, RowsGatheredInAFunctionStaySparse) {
  const FunctionRef f =
      Define("f", {DType::kDouble, DType::kInt32},
             [](Builder& b, const Outputs& a) { return Outputs{b.Gather(a[0], a[1])}; });
  const Output table = Feed("table"), rows = Feed("rows", DType::kInt32);
  const Output y = b_.Op1("PartitionedCall", {table, rows},
                          {{"f", f}, {"Tout", std::vector<DType>{DType::kDouble}}});
  EXPECT_TRUE(Grad({y}, {table})[0].sparse());
}

// ----- branches -----

class IfGradientTest : public GradientTest {
 protected:
  // x > 0 ? x^2 w : -x
  Output Build(Output x, Output w) {
    const FunctionRef then_branch = Define("then", kTwoDoubles, [](Builder& b, const Outputs& a) {
      return Outputs{b.Mul(b.Square(a[0]), a[1])};
    });
    const FunctionRef else_branch = Define(
        "else", kTwoDoubles, [](Builder& b, const Outputs& a) { return Outputs{b.Neg(a[0])}; });
    return b_.Op1("If", {b_.Greater(x, b_.Scalar<double>(0)), x, w},
                  {{"then_branch", then_branch},
                   {"else_branch", else_branch},
                   {"Tout", std::vector<DType>{DType::kDouble}}});
  }
};

TEST_F(IfGradientTest, OfEitherBranch) {
  const Output x = Feed("x"), w = Feed("w");
  const Output y = b_.Square(Build(x, w));
  CheckByDifferences(y, {x, w}, {{"x", 1.4}, {"w", 0.6}});
  CheckByDifferences(y, {x, w}, {{"x", -1.4}, {"w", 0.6}});
}

TEST_F(IfGradientTest, Twice) {
  const Output x = Feed("x"), w = Feed("w");
  const Gradients first = Grad({Build(x, w)}, {x});
  CheckByDifferences(first[0], {x, w}, {{"x", 1.4}, {"w", 0.6}});
}

// ----- loops -----

class WhileGradientTest : public GradientTest {
 protected:
  // Four times x = x^2 c + x w, where w is a number or a variable.
  Output Build(Output x, Output w) {
    const DType w_type = b_.dtype(w);
    const std::vector<DType> types = {DType::kInt32, DType::kDouble, w_type};
    const FunctionRef cond = Define("cond", types, [](Builder& b, const Outputs& a) {
      return Outputs{b.Greater(b.Scalar<int32_t>(4), a[0])};
    });
    const FunctionRef body = Define("body", types, [&](Builder& b, const Outputs& a) {
      Output w = a[2];
      if (w_type == DType::kResource) {
        w = b.Op1("ReadVariableOp", {w}, {{"dtype", DType::kDouble}});
      }
      const Output square = b.Mul(b.Square(a[1]), b.Scalar<double>(0.3));
      return Outputs{b.Add(a[0], b.Scalar<int32_t>(1)), b.Add(square, b.Mul(a[1], w)), a[2]};
    });
    return b_.Op("While", {b_.Scalar<int32_t>(0), x, w}, {{"cond", cond}, {"body", body}})[1];
  }
};

TEST_F(WhileGradientTest, OfWhatChangesAndWhatDoesNot) {
  const Output x = Feed("x"), w = Feed("w");
  CheckByDifferences(b_.Square(Build(x, w)), {x, w}, {{"x", 0.7}, {"w", 0.9}});
}

TEST_F(WhileGradientTest, OfAVariableReadInTheLoop) {
  const Output x = Feed("x"), w = Feed("w", DType::kResource);
  CheckByDifferences(Build(x, w), {x, w}, {{"x", 0.7}, {"w", 0.9}});
}

TEST_F(WhileGradientTest, Twice) {
  const Output x = Feed("x"), w = Feed("w");
  const Gradients first = Grad({Build(x, w)}, {x, w});
  CheckByDifferences(first[0], {x, w}, {{"x", 0.7}, {"w", 0.9}});
}

TEST_F(WhileGradientTest, OfACallInALoopInACall) {
  Define("inner", kTwoDoubles,
         [](Builder& b, const Outputs& a) { return Outputs{b.Mul(b.Square(a[0]), a[1])}; });
  const std::vector<DType> types = {DType::kInt32, DType::kDouble, DType::kDouble};
  const FunctionRef cond = Define("cond", types, [](Builder& b, const Outputs& a) {
    return Outputs{b.Greater(b.Scalar<int32_t>(3), a[0])};
  });
  const FunctionRef body = Define("body", types, [](Builder& b, const Outputs& a) {
    const Output y =
        b.Op1("PartitionedCall", {a[1], a[2]},
              {{"f", FunctionRef{"inner", nullptr}}, {"Tout", std::vector<DType>{DType::kDouble}}});
    return Outputs{b.Add(a[0], b.Scalar<int32_t>(1)), b.Add(y, a[2]), a[2]};
  });
  const FunctionRef outer = Define("outer", kTwoDoubles, [&](Builder& b, const Outputs& a) {
    const Outputs loop =
        b.Op("While", {b.Scalar<int32_t>(0), a[0], a[1]}, {{"cond", cond}, {"body", body}});
    return Outputs{b.Mul(loop[1], a[0])};
  });
  const Output x = Feed("x"), w = Feed("w");
  const Output y = b_.Op1("PartitionedCall", {x, w},
                          {{"f", outer}, {"Tout", std::vector<DType>{DType::kDouble}}});
  CheckByDifferences(y, {x, w}, {{"x", 0.8}, {"w", 0.5}});
}

}  // namespace
}  // namespace millrace
