// Examples for the gradients of the ops that call functions; //tests/gradients checks them.
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/graph/function_library.h"
#include "core/graph/op_schema.h"
#include "kernels/testing/gradient_example.h"

namespace millrace {
namespace {

constexpr DType kDouble = DType::kDouble;

NodeSpec Binary(const std::string& name, const std::string& op, const std::string& x,
                const std::string& y, DType type) {
  return {name, op, {x, y}, "", {{"T", type}}, ""};
}
template <typename T>
NodeSpec Constant(const std::string& name, T value) {
  return {name, "Const", {}, "", {{"dtype", kDTypeOf<T>}, {"value", Tensor::Scalar(value)}}, ""};
}

// name(x, y) -> result, of doubles.
FunctionRef AddFunction(GraphBuilder& b, const std::string& name, std::vector<NodeSpec> nodes,
                        const std::string& result) {
  FunctionSpec f;
  absl::StatusOr<OpSchema> signature =
      Op("Function").Input("x: double").Input("y: double").Output("z: double").Build();
  if (!signature.ok()) b.Fail(signature.status());
  if (!b.ok()) return {};
  f.signature = *std::move(signature);
  f.signature.name = name;
  f.nodes = std::move(nodes);
  f.ret = {{"z", result}};
  if (absl::Status status = b.library().Add(std::move(f)); !status.ok()) b.Fail(status);
  return {name, nullptr};
}
// x * y + x
FunctionRef Product(GraphBuilder& b) {
  return AddFunction(
      b, "example_product",
      {Binary("xy", "Mul", "x", "y", kDouble), Binary("sum", "AddV2", "xy:z:0", "x", kDouble)},
      "sum:z:0");
}
// (x - y) * (x - y)
FunctionRef SquaredDifference(GraphBuilder& b) {
  return AddFunction(
      b, "example_squared_difference",
      {Binary("d", "Sub", "x", "y", kDouble), Binary("dd", "Mul", "d:z:0", "d:z:0", kDouble)},
      "dd:z:0");
}

AttrMap TwoInOneOut() {
  return {{"Tin", std::vector<DType>{kDouble, kDouble}}, {"Tout", std::vector<DType>{kDouble}}};
}

GradientExample Example(const char* op,
                        std::function<Outputs(GraphBuilder&, const Outputs&)> build) {
  GradientExample example;
  example.op = op;
  example.inputs = {Tensor::Vector<double>({1.5, -2, 0.25}), Tensor::Vector<double>({3, 0.5, -1})};
  example.build = std::move(build);
  return example;
}

GradientExample CallExample(const char* op) {
  return Example(op, [op](GraphBuilder& b, const Outputs& in) {
    AttrMap attrs = TwoInOneOut();
    attrs.Set("f", Product(b));
    return b.Op(op, {in[0], in[1]}, std::move(attrs));
  });
}
GradientExample IfExample(const char* op, bool condition) {
  return Example(op, [op, condition](GraphBuilder& b, const Outputs& in) {
    AttrMap attrs = TwoInOneOut();
    attrs.Set("Tcond", DType::kBool);
    attrs.Set("then_branch", Product(b));
    attrs.Set("else_branch", SquaredDifference(b));
    return b.Op(op, {b.Scalar(condition), in[0], in[1]}, std::move(attrs));
  });
}
GradientExample CaseExample(const char* op) {
  return Example(op, [op](GraphBuilder& b, const Outputs& in) {
    AttrMap attrs = TwoInOneOut();
    attrs.Set("branches", std::vector<FunctionRef>{Product(b), SquaredDifference(b)});
    return b.Op(op, {b.Scalar<int32_t>(1), in[0], in[1]}, std::move(attrs));
  });
}

// (i, x, y) -> (i + 1, x * y, y) while i < 3: x * y^3.
GradientExample WhileExample(const char* op) {
  return Example(op, [op](GraphBuilder& b, const Outputs& in) -> Outputs {
    const auto add = [&](const std::string& name, bool is_cond) {
      Op signature("Function");
      signature.Input("i: int32").Input("x: double").Input("y: double");
      FunctionSpec f;
      if (is_cond) {
        signature.Output("go: bool");
        f.nodes = {Constant<int32_t>("limit", 3),
                   Binary("less", "Less", "i", "limit:output:0", DType::kInt32)};
        f.ret = {{"go", "less:z:0"}};
      } else {
        signature.Output("i_out: int32").Output("x_out: double").Output("y_out: double");
        f.nodes = {Constant<int32_t>("one", 1),
                   Binary("next", "AddV2", "i", "one:output:0", DType::kInt32),
                   Binary("xy", "Mul", "x", "y", kDouble)};
        f.ret = {{"i_out", "next:z:0"}, {"x_out", "xy:z:0"}, {"y_out", "y"}};
      }
      absl::StatusOr<OpSchema> built = signature.Build();
      if (!built.ok()) return b.Fail(built.status());
      f.signature = *std::move(built);
      f.signature.name = name;
      if (absl::Status status = b.library().Add(std::move(f)); !status.ok()) b.Fail(status);
    };
    add("example_cond", true);
    add("example_body", false);
    const Outputs outputs = b.Op(
        op, {b.Scalar<int32_t>(0), in[0], in[1]},
        {{"T", std::vector<DType>{DType::kInt32, kDouble, kDouble}},
         {"cond", FunctionRef{"example_cond", nullptr}},
         {"body", FunctionRef{"example_body", nullptr}},
         {"output_shapes", std::vector<PartialShape>{PartialShape::Scalar(), PartialShape::Of({3}),
                                                     PartialShape::Of({3})}}});
    return outputs.size() == 3 ? Outputs{outputs[1]} : Outputs();
  });
}

MR_GRADIENT_EXAMPLE(CallExample("PartitionedCall"));
MR_GRADIENT_EXAMPLE(CallExample("StatefulPartitionedCall"));
MR_GRADIENT_EXAMPLE(IfExample("If", true));
MR_GRADIENT_EXAMPLE(IfExample("If", false));
MR_GRADIENT_EXAMPLE(IfExample("StatelessIf", true));
MR_GRADIENT_EXAMPLE(CaseExample("Case"));
MR_GRADIENT_EXAMPLE(CaseExample("StatelessCase"));
MR_GRADIENT_EXAMPLE(WhileExample("While"));
MR_GRADIENT_EXAMPLE(WhileExample("StatelessWhile"));

}  // namespace
}  // namespace millrace
