#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/partial_value.h"
#include "core/graph/shape_inference.h"

namespace millrace {
namespace {

// What an int32 or int64 input will hold, read as a shape: of unknown rank if it cannot be one.
PartialShape ValueAsShape(Endpoint e, const PartialShape& shape) {
  if (shape.known_rank() && shape.rank() != 1) return PartialShape::Unknown();
  const std::optional<PartialValue> value = EvaluatePartially(e);
  if (!value || value->is_scalar) return PartialShape::Unknown();
  DimVector dims;
  for (const std::optional<int64_t>& d : value->elements) {
    dims.push_back(d && *d >= 0 ? *d : PartialShape::kUnknownDim);
  }
  return PartialShape::Create(dims).value_or(PartialShape::Unknown());
}

ShapeContext::Inputs GatherInputs(absl::Span<const Endpoint> inputs,
                                  absl::Span<const DType> input_types) {
  ShapeContext::Inputs facts;
  facts.shapes.resize(inputs.size());
  facts.values.resize(inputs.size());
  facts.values_as_shapes.resize(inputs.size());
  facts.handles.resize(inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Endpoint e = inputs[i];
    if (e.node == nullptr) continue;
    facts.shapes[i] = e.node->output_shape(e.index);
    facts.values[i] = ConstantValue(e);
    facts.handles[i] = e.node->output_handle(e.index);
    if (facts.values[i] == nullptr &&
        (input_types[i] == DType::kInt32 || input_types[i] == DType::kInt64)) {
      facts.values_as_shapes[i] = ValueAsShape(e, facts.shapes[i]);
    }
  }
  return facts;
}

absl::Status RunShapeFunctions(const OpSchema& op, ShapeContext& context) {
  for (const ShapeFn fn : op.shape_fns) MR_RETURN_IF_ERROR(fn(context));
  if (context.went_beyond()) {
    return absl::InvalidArgumentError(absl::StrCat("Its attributes disagree about its ",
                                                   context.num_inputs(), " inputs and ",
                                                   context.num_outputs(), " outputs"));
  }
  for (int i = 0; i < context.num_outputs(); ++i) {
    const PartialShape& shape = context.output(i);
    if (!shape.known_rank()) continue;
    // A shape function may have multiplied sizes up to more than there can be.
    MR_RETURN_IF_ERROR(
        Annotate(PartialShape::Create(shape.dims()).status(), absl::StrCat("Output ", i)));
  }
  return absl::OkStatus();
}

std::string InputShapesText(const ShapeContext& context) {
  if (context.num_inputs() == 0) return "";
  std::string text = "; input shapes: ";
  constexpr int kMaxShown = 16;
  for (int i = 0; i < context.num_inputs() && i < kMaxShown; ++i) {
    absl::StrAppend(&text, i == 0 ? "" : ", ", context.input(i).ToString());
  }
  if (context.num_inputs() > kMaxShown) absl::StrAppend(&text, ", ...");
  return text;
}

}  // namespace

absl::Status InferShapes(const OpSchema& op, absl::string_view node_name, const AttrMap& attrs,
                         absl::Span<const Endpoint> inputs, absl::Span<const DType> input_types,
                         absl::Span<const DType> output_types, std::vector<PartialShape>* shapes,
                         std::vector<HandleData>* handles) {
  if (op.shape_fns.empty()) {
    shapes->assign(output_types.size(), PartialShape::Unknown());
    handles->clear();
    return absl::OkStatus();
  }
  ShapeContext context(op, node_name, attrs, GatherInputs(inputs, input_types), input_types,
                       output_types);
  const absl::Status status = RunShapeFunctions(op, context);
  if (!status.ok()) {
    return absl::Status(status.code(), absl::StrCat(status.message(), InputShapesText(context)));
  }
  *shapes = std::move(context.output_shapes());
  *handles = std::move(context.output_handles());
  return absl::OkStatus();
}

const Tensor* ConstantValue(Endpoint e) {
  if (e.node == nullptr || e.node->type() != "Const") return nullptr;
  const Attr* value = e.node->attrs().Find("value");
  const auto* tensor = value == nullptr ? nullptr : value->get<std::shared_ptr<const Tensor>>();
  return tensor == nullptr ? nullptr : tensor->get();
}

}  // namespace millrace
