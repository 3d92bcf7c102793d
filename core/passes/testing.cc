#include "core/passes/testing.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"

namespace millrace {
namespace {

std::unique_ptr<Kernel> NoKernel() { return nullptr; }

absl::Status ConstShape(ShapeContext& c) {
  Tensor value;
  if (absl::Status s = c.GetAttr("value", &value); !s.ok()) return s;
  c.set_output(0, value.shape());
  return absl::OkStatus();
}

absl::Status ShapeShape(ShapeContext& c) {
  c.set_output(0, PartialShape::Of({c.input(0).known_rank() ? c.input(0).rank() : -1}));
  return absl::OkStatus();
}

void AddOp(Registry* registry, Op op, bool on_test_device = false) {
  op.AddKernel({"CPU", {}, {}, &NoKernel, nullptr});
  if (on_test_device) op.AddKernel({"TEST", {}, {}, &NoKernel, nullptr});
  const absl::Status status = registry->Add(op);
  EXPECT_TRUE(status.ok()) << status;
}

void AddMathOps(Registry* r) {
  AddOp(r,
        Op("Const")
            .Output("output: dtype")
            .Attr("value: tensor")
            .Attr("dtype: type")
            .Shape(ConstShape),
        true);
  AddOp(r, Op("Placeholder")
               .Output("output: dtype")
               .Attr("dtype: type")
               .Attr("shape: shape = { unknown_rank: true }")
               .Shape(ShapeFromAttr));
  AddOp(r, Op("NoOp"));
  AddOp(r,
        Op("Identity").Input("input: T").Output("output: T").Attr("T: type").Shape(SameAsInput0));
  AddOp(r, Op("Neg").Input("x: T").Output("y: T").Attr("T: type").Shape(SameAsInput0), true);
  AddOp(r,
        Op("Add").Input("x: T").Input("y: T").Output("z: T").Attr("T: type").Shape(BroadcastInputs),
        true);
  AddOp(r, Op("Split2").Input("x: T").Output("a: T").Output("b: T").Attr("T: type").Shape(
               SameAsInput0));
  AddOp(r, Op("Random").Output("y: float").Shape(ScalarOutputs).Stateful());
  AddOp(r, Op("Shape")
               .Input("input: T")
               .Output("output: out_type")
               .Attr("T: type")
               .Attr("out_type: {int32, int64} = DT_INT32")
               .Shape(ShapeShape));
  AddOp(r,
        Op("MatMul")
            .Input("a: T")
            .Input("b: T")
            .Output("product: T")
            .Attr("T: type")
            .Attr("transpose_a: bool = false")
            .Attr("transpose_b: bool = false")
            .Shape(MatMulShape),
        true);
  for (const char* name : {"Size", "Rank"}) {
    AddOp(r,
          Op(name).Input("input: T").Output("output: int32").Attr("T: type").Shape(ScalarOutputs));
  }
}

void AddVariableOps(Registry* r) {
  AddOp(r, Op("VarHandleOp")
               .Output("resource: resource")
               .Attr("dtype: type = DT_FLOAT")
               .Shape(ScalarOutputs)
               .Stateful());
  AddOp(r, Op("ReadVariableOp")
               .Input("resource: resource")
               .Output("value: dtype")
               .Attr("dtype: type = DT_FLOAT")
               .Stateful());
  AddOp(r, Op("AssignVariableOp")
               .Input("resource: resource")
               .Input("value: dtype")
               .Attr("dtype: type")
               .Stateful());
  AddOp(r, Op("ResourceApplyGradientDescent")
               .Input("var: resource")
               .Input("alpha: T")
               .Input("delta: T")
               .Attr("T: type")
               .Stateful());
  AddOp(r, Op("VariableV2").Output("ref: Ref(dtype)").Attr("dtype: type = DT_FLOAT").Stateful());
  AddOp(r, Op("Assign")
               .Input("ref: Ref(T)")
               .Input("value: T")
               .Output("output_ref: Ref(T)")
               .Attr("T: type")
               .Shape(SameAsInput0));
}

void AddControlFlowOps(Registry* r) {
  for (const char* name : {"PartitionedCall", "StatefulPartitionedCall"}) {
    Op op = Op(name)
                .Input("args: Tin")
                .Output("output: Tout")
                .Attr("Tin: list(type) >= 0")
                .Attr("Tout: list(type) >= 0")
                .Attr("f: func");
    if (name[0] == 'S') op.Stateful();
    AddOp(r, op);
  }
  AddOp(r, Op("While")
               .Input("input: T")
               .Output("output: T")
               .Attr("T: list(type) >= 0")
               .Attr("cond: func")
               .Attr("body: func")
               .Stateful());
  AddOp(r, Op("If")
               .Input("cond: Tcond")
               .Input("input: Tin")
               .Output("output: Tout")
               .Attr("Tcond: type")
               .Attr("Tin: list(type) >= 0")
               .Attr("Tout: list(type) >= 0")
               .Attr("then_branch: func")
               .Attr("else_branch: func")
               .Stateful());
  AddOp(r, Op("Enter")
               .Input("data: T")
               .Output("output: T")
               .Attr("T: type")
               .Attr("frame_name: string")
               .Attr("is_constant: bool = false")
               .Attr("parallel_iterations: int = 10")
               .Shape(SameAsInput0));
  AddOp(r, Op("IsPositive").Input("x: float").Output("y: bool").Shape(SameAsInput0));
  AddOp(r, Op("LoopCond").Input("input: bool").Output("output: bool").Shape(SameAsInput0));
  AddOp(r, Op("Exit").Input("data: T").Output("output: T").Attr("T: type").Shape(SameAsInput0));
  AddOp(r, Op("NextIteration").Input("data: T").Output("output: T").Attr("T: type"));
  AddOp(r, Op("Merge")
               .Input("inputs: N * T")
               .Output("output: T")
               .Output("value_index: int32")
               .Attr("T: type")
               .Attr("N: int >= 1"));
  AddOp(r, Op("Switch")
               .Input("data: T")
               .Input("pred: bool")
               .Output("output_false: T")
               .Output("output_true: T")
               .Attr("T: type"));
}

void AddPrivateOps(Registry* r) {
  AddOp(r, Op("_Arg").Output("output: T").Attr("T: type").Attr("index: int >= 0").Stateful());
  AddOp(r, Op("_Retval").Input("input: T").Attr("T: type").Attr("index: int >= 0").Stateful());
  AddOp(r, Op("_MatMulApplyGradientDescent")
               .Input("var: resource")
               .Input("alpha: T")
               .Input("a: T")
               .Input("b: T")
               .Attr("T: {float}")
               .Attr("transpose_a: bool = false")
               .Attr("transpose_b: bool = false")
               .Stateful());
  AddOp(r, Op("_ReadRef").Input("ref: Ref(T)").Output("value: T").Attr("T: type"));
  AddOp(r,
        Op("_Send")
            .Input("tensor: T")
            .Attr("T: type")
            .Attr("tensor_name: string")
            .Attr("send_device: string")
            .Attr("send_device_incarnation: int")
            .Attr("recv_device: string")
            .Attr("edge_id: int")
            .Stateful(),
        true);
  AddOp(r,
        Op("_Recv")
            .Output("tensor: tensor_type")
            .Attr("tensor_type: type")
            .Attr("tensor_name: string")
            .Attr("send_device: string")
            .Attr("send_device_incarnation: int")
            .Attr("recv_device: string")
            .Attr("edge_id: int")
            .Stateful(),
        true);
}

}  // namespace

std::unique_ptr<Registry> TinyRegistry() {
  auto registry = std::make_unique<Registry>();
  AddMathOps(registry.get());
  AddVariableOps(registry.get());
  AddControlFlowOps(registry.get());
  AddPrivateOps(registry.get());
  return registry;
}

Node* PassTest::Add(const std::string& op, const std::string& name, std::vector<Endpoint> inputs,
                    Options options) {
  Graph::NodeArgs args;
  args.name = name;
  args.op = op;
  args.attrs = std::move(options.attrs);
  args.inputs.assign(inputs.begin(), inputs.end());
  args.control_inputs.assign(options.controls.begin(), options.controls.end());
  args.device = options.device;
  absl::StatusOr<Node*> node = graph_.AddNode(std::move(args));
  EXPECT_TRUE(node.ok()) << node.status();
  return node.ok() ? *node : nullptr;
}

Node* PassTest::Const(const std::string& name, float value, Options options) {
  options.attrs.Set("dtype", DType::kFloat);
  options.attrs.Set("value", Tensor::Scalar(value));
  return Add("Const", name, {}, std::move(options));
}

Node* PassTest::Placeholder(const std::string& name, PartialShape shape) {
  Options options;
  options.attrs.Set("dtype", DType::kFloat);
  options.attrs.Set("shape", std::move(shape));
  return Add("Placeholder", name, {}, std::move(options));
}

Node* PassTest::Variable(const std::string& name, const std::string& device) {
  Options options;
  options.device = device;
  return Add("VarHandleOp", name, {}, std::move(options));
}

void PassTest::AddFunction(const std::string& name, std::vector<NodeSpec> nodes,
                           const std::string& ret, std::vector<std::string> control_rets,
                           AttrMap attrs) {
  FunctionSpec function;
  absl::StatusOr<OpSchema> signature = Op("Function").Input("x: float").Output("y: float").Build();
  ASSERT_TRUE(signature.ok()) << signature.status();
  function.signature = *std::move(signature);
  function.signature.name = name;
  function.signature.is_stateful = !control_rets.empty();
  function.attrs = std::move(attrs);
  function.nodes = std::move(nodes);
  function.ret = {{"y", ret}};
  for (const std::string& node : control_rets) {
    function.signature.control_outputs.push_back(node);
    function.control_ret.emplace_back(node, node);
  }
  const absl::Status status = graph_.library().Add(std::move(function));
  EXPECT_TRUE(status.ok()) << status;
}

Node* PassTest::Call(const std::string& name, const std::string& function, Endpoint x,
                     Options options, bool stateful) {
  options.attrs.Set("f", FunctionRef{function, nullptr});
  options.attrs.Set("Tin", std::vector<DType>{DType::kFloat});
  options.attrs.Set("Tout", std::vector<DType>{DType::kFloat});
  return Add(stateful ? "StatefulPartitionedCall" : "PartitionedCall", name, {x},
             std::move(options));
}

StepGraph PassTest::Step(std::vector<Node*> nodes) {
  StepGraph step;
  step.graph = graph_.Copy();
  for (const Node* node : nodes) step.Require(node);
  return step;
}

std::string Inputs(const Node* node) {
  if (node == nullptr) return "<no such node>";
  std::vector<std::string> names;
  for (const Endpoint& input : node->inputs()) {
    names.push_back(input.index == 0 ? input.node->name()
                                     : absl::StrCat(input.node->name(), ":", input.index));
  }
  std::vector<std::string> controls;
  for (const Node* control : node->control_inputs()) {
    controls.push_back(absl::StrCat("^", control->name()));
  }
  std::sort(controls.begin(), controls.end());
  names.insert(names.end(), controls.begin(), controls.end());
  return absl::StrJoin(names, ", ");
}

std::string NodeNames(const Graph& graph) {
  std::vector<std::string> names;
  for (const auto& node : graph.nodes()) {
    if (node != nullptr) names.push_back(node->name());
  }
  std::sort(names.begin(), names.end());
  return absl::StrJoin(names, " ");
}

int CountOp(const Graph& graph, const std::string& op) {
  return static_cast<int>(std::count_if(graph.nodes().begin(), graph.nodes().end(),
                                        [&](const auto& n) { return n && n->type() == op; }));
}

absl::StatusOr<std::vector<Tensor>> EvaluateTiny(const Node& node,
                                                 absl::Span<const Tensor> inputs) {
  if (node.type() == "Neg") return std::vector<Tensor>{Tensor::Scalar(-inputs[0].scalar<float>())};
  if (node.type() == "Identity") return std::vector<Tensor>{inputs[0]};
  if (node.type() == "Add") {
    return std::vector<Tensor>{
        Tensor::Scalar(inputs[0].scalar<float>() + inputs[1].scalar<float>())};
  }
  return absl::UnimplementedError(node.type());
}

std::vector<DeviceInfo> Devices(std::vector<std::string> full_names) {
  std::vector<DeviceInfo> devices;
  for (const std::string& full_name : full_names) {
    absl::StatusOr<DeviceName> name = DeviceName::Parse(full_name);
    EXPECT_TRUE(name.ok()) << name.status();
    devices.push_back({*name, full_name, 100 + devices.size()});
  }
  return devices;
}

}  // namespace millrace
