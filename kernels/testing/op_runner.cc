#include "kernels/testing/op_runner.h"

#include <memory>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "core/base/cancellation.h"
#include "core/base/status.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/runtime/step.h"

namespace millrace {
namespace {

absl::Status TestInputShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(ShapeFromAttr(c));
  std::vector<DType> dtypes;
  std::vector<PartialShape> shapes;
  MR_RETURN_IF_ERROR(c.GetAttr("handle_dtypes", &dtypes));
  MR_RETURN_IF_ERROR(c.GetAttr("handle_shapes", &shapes));
  HandleData data;
  for (size_t i = 0; i < dtypes.size() && i < shapes.size(); ++i)
    data.push_back({dtypes[i], shapes[i]});
  if (!data.empty()) c.set_output_handle(0, std::move(data));
  return absl::OkStatus();
}

absl::Status ConstShape(ShapeContext& c) {
  Tensor value;
  MR_RETURN_IF_ERROR(c.GetAttr("value", &value));
  c.set_output(0, value.shape());
  return absl::OkStatus();
}

absl::StatusOr<Node*> AddInputNode(Graph* graph, const OpInput& input, bool constant) {
  Graph::NodeArgs args;
  args.name = "input";
  args.uniquify = true;
  if (constant && IsTriviallyCopyable(input.tensor.dtype()) && !IsRef(input.type)) {
    args.op = "Const";
    args.attrs = {{"dtype", input.type}, {"value", input.tensor}};
    return graph->AddNode(std::move(args));
  }
  args.op = IsRef(input.type) ? "_TestRefInput" : "_TestInput";
  args.attrs = {{"dtype", BaseType(input.type)}};
  if (constant && !IsRef(input.type)) args.attrs.Set("shape", input.tensor.shape());
  if (input.tensor.dtype() == DType::kResource && input.tensor.num_elements() > 0) {
    std::vector<DType> dtypes;
    std::vector<PartialShape> shapes;
    for (const auto& known : input.tensor.data<ResourceHandle>()[0].dtypes_and_shapes) {
      dtypes.push_back(known.dtype);
      shapes.push_back(known.shape);
    }
    args.attrs.Set("handle_dtypes", std::move(dtypes));
    args.attrs.Set("handle_shapes", std::move(shapes));
  }
  return graph->AddNode(std::move(args));
}

}  // namespace

absl::Status RegisterTestInputs(Registry& r) {
  if (r.Find("_TestInput") != nullptr) return absl::OkStatus();
  for (const bool is_ref : {false, true}) {
    MR_RETURN_IF_ERROR(r.Add(Op(is_ref ? "_TestRefInput" : "_TestInput")
                                 .Output(is_ref ? "out: Ref(dtype)" : "out: dtype")
                                 .Attr("dtype: type")
                                 .Attr("shape: shape = { unknown_rank: true }")
                                 .Attr("handle_dtypes: list(type) = []")
                                 .Attr("handle_shapes: list(shape) = []")
                                 .Doc("A value that a test gives.")
                                 .Shape(TestInputShape)
                                 .NotDifferentiable()));
  }
  if (r.Find("Const") == nullptr) {
    MR_RETURN_IF_ERROR(r.Add(Op("Const")
                                 .Output("output: dtype")
                                 .Attr("value: tensor")
                                 .Attr("dtype: type")
                                 .Doc("A constant.")
                                 .Shape(ConstShape)
                                 .NotDifferentiable()));
  }
  return absl::OkStatus();
}

absl::StatusOr<Node*> AddOpNode(Graph* graph, absl::string_view op,
                                const std::vector<OpInput>& inputs, AttrMap attrs,
                                bool constant_inputs) {
  Graph::NodeArgs args;
  args.name = std::string(op);
  args.op = std::string(op);
  args.attrs = std::move(attrs);
  args.uniquify = true;
  for (const OpInput& input : inputs) {
    MR_ASSIGN_OR_RETURN(Node * source, AddInputNode(graph, input, constant_inputs));
    args.inputs.push_back({source, 0});
  }
  return graph->AddNode(std::move(args));
}

absl::StatusOr<std::vector<Tensor>> RunKernel(const Registry& registry, Device* device,
                                              const Node& node, std::vector<Tensor> inputs,
                                              Cancellation* cancellation) {
  MR_ASSIGN_OR_RETURN(const KernelRegistration registration,
                      registry.FindKernel(node.op(), node.attrs(), device->type()));
  const std::unique_ptr<Kernel> kernel =
      registration.factory != nullptr ? registration.factory() : (*registration.make)();
  KernelConstruction construction(node.name(), node.type(), node.origin(), node.attrs(),
                                  node.input_types(), node.output_types(), device,
                                  /*functions=*/nullptr);
  MR_RETURN_IF_ERROR(kernel->Init(construction));
  Cancellation never;
  StepContext step;
  step.step_id = 1;
  step.cancellation = cancellation != nullptr ? cancellation : &never;
  std::vector<Tensor> outputs(node.num_outputs());
  KernelContext context(device, &step, absl::MakeSpan(inputs), absl::MakeSpan(outputs),
                        node.output_types());
  MR_RETURN_IF_ERROR(kernel->Compute(context));
  for (int i = 0; i < node.num_outputs(); ++i) {
    const DType declared = node.output_type(i);
    const DType wanted = IsRef(declared) ? DType::kResource : declared;
    if (outputs[i].dtype() != wanted) {
      return absl::InternalError(absl::StrCat("output ", i, " of ", node.type(), " is ",
                                              DTypeName(outputs[i].dtype()), ", declared ",
                                              DTypeName(declared)));
    }
  }
  return outputs;
}

}  // namespace millrace
