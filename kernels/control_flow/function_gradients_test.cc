// Gradients of calls, branches and loops against finite differences (//tests/gradients runs the
// examples).
#include <string>
#include <utility>
#include <vector>

#include "core/graph/builder.h"
#include "core/graph/function_library.h"
#include "core/graph/graph.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"

namespace millrace {
namespace {

const std::vector<DType> kOneDouble = {DType::kDouble};

// A function of the builder's library, written as a graph. An error of it becomes the builder's.
template <typename Body>
FunctionRef Define(GraphBuilder& b, const std::string& name, const std::vector<DType>& types,
                   Body body) {
  Graph graph(&b.registry(), b.graph().shared_library());
  GraphBuilder inner(&graph);
  Outputs args;
  std::vector<Endpoint> inputs, outputs;
  for (const DType type : types) {
    args.push_back(inner.Op1("Placeholder", {}, {{"dtype", type}}));
    if (inner.ok()) inputs.push_back(inner.ToEndpoint(args.back()));
  }
  for (const Output& o : body(inner, args)) {
    if (inner.ok()) outputs.push_back(inner.ToEndpoint(o));
  }
  b.Fail(inner.status());
  auto f = GraphToFunction(graph, name, inputs, outputs);
  b.Fail(f.status());
  if (f.ok()) b.Fail(b.library().Add(*std::move(f)));
  return {name, nullptr};
}

Outputs SquareTimes(Builder& b, const Outputs& a) { return {b.Mul(b.Square(a[0]), a[1])}; }
Outputs Product(Builder& b, const Outputs& a) { return {b.Mul(a[0], a[1])}; }

auto Call(const std::string& op) {
  return [op](GraphBuilder& b, const Outputs& in) {
    const FunctionRef f = Define(b, "f", {DType::kDouble, DType::kDouble}, SquareTimes);
    return b.Op(op, in, {{"f", f}, {"Tout", kOneDouble}});
  };
}

auto If(const std::string& op, bool condition) {
  return [=](GraphBuilder& b, const Outputs& in) {
    const std::vector<DType> types = {DType::kDouble, DType::kDouble};
    const FunctionRef yes = Define(b, "yes", types, SquareTimes);
    const FunctionRef no =
        Define(b, "no", types, [](Builder& b, const Outputs& a) { return Outputs{b.Neg(a[0])}; });
    return b.Op(op, {b.Scalar<bool>(condition), in[0], in[1]},
                {{"then_branch", yes}, {"else_branch", no}, {"Tout", kOneDouble}});
  };
}

auto Case(const std::string& op, int index) {
  return [=](GraphBuilder& b, const Outputs& in) {
    const std::vector<DType> types = {DType::kDouble, DType::kDouble};
    const FunctionRef first = Define(b, "first", types, Product);
    const FunctionRef second = Define(b, "second", types, SquareTimes);
    return b.Op(op, {b.Scalar<int32_t>(index), in[0], in[1]},
                {{"branches", std::vector<FunctionRef>{first, second}}, {"Tout", kOneDouble}});
  };
}

// Three times x = x^2 w + w, counted by an int.
auto While(const std::string& op) {
  return [op](GraphBuilder& b, const Outputs& in) {
    const std::vector<DType> types = {DType::kInt32, DType::kDouble, DType::kDouble};
    const FunctionRef cond = Define(b, "cond", types, [](Builder& b, const Outputs& a) {
      return Outputs{b.Less(a[0], b.Scalar<int32_t>(3))};
    });
    const FunctionRef body = Define(b, "body", types, [](Builder& b, const Outputs& a) {
      return Outputs{b.Add(a[0], b.Scalar<int32_t>(1)), b.Add(b.Mul(b.Square(a[1]), a[2]), a[2]),
                     a[2]};
    });
    const Outputs loop =
        b.Op(op, {b.Scalar<int32_t>(0), in[0], in[1]}, {{"cond", cond}, {"body", body}});
    return Outputs{loop[1]};
  };
}

std::vector<Tensor> Inputs() {
  return {Tensor::Vector<double>({0.5, -0.3}), Tensor::Vector<double>({0.8, 1.1})};
}

MR_GRADIENT_EXAMPLE({.op = "PartitionedCall",
                     .inputs = Inputs(),
                     .build = Call("PartitionedCall")});
MR_GRADIENT_EXAMPLE({.op = "StatefulPartitionedCall",
                     .inputs = Inputs(),
                     .build = Call("StatefulPartitionedCall")});
MR_GRADIENT_EXAMPLE({.op = "If", .inputs = Inputs(), .build = If("If", true)});
MR_GRADIENT_EXAMPLE({.op = "If", .inputs = Inputs(), .build = If("If", false)});
MR_GRADIENT_EXAMPLE({.op = "StatelessIf", .inputs = Inputs(), .build = If("StatelessIf", true)});
MR_GRADIENT_EXAMPLE({.op = "Case", .inputs = Inputs(), .build = Case("Case", 0)});
MR_GRADIENT_EXAMPLE({.op = "StatelessCase", .inputs = Inputs(), .build = Case("StatelessCase", 1)});
MR_GRADIENT_EXAMPLE({.op = "While", .inputs = Inputs(), .build = While("While")});
MR_GRADIENT_EXAMPLE({.op = "StatelessWhile", .inputs = Inputs(), .build = While("StatelessWhile")});

}  // namespace
}  // namespace millrace
