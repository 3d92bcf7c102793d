#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/function_library.h"
#include "core/graph/shape_inference.h"

namespace millrace {
namespace {

// The colocation group that `node` belongs to.
std::vector<std::string> GroupsOf(const Node& node) {
  std::vector<std::string> groups;
  if (!node.GetAttr("_class", &groups).ok() || groups.empty()) {
    groups = {absl::StrCat("loc:@", node.name())};
  }
  return groups;
}

}  // namespace

GraphBuilder::GraphBuilder(Graph* graph, std::string name_prefix)
    : graph_(graph), prefix_(std::move(name_prefix)) {}

DType GraphBuilder::dtype(Output x) const {
  if (!x.valid()) return DType::kInvalid;
  const Endpoint e = ToEndpoint(x);
  return e.node->output_type(e.index);
}

PartialShape GraphBuilder::shape(Output x) const {
  if (!x.valid()) return PartialShape::Unknown();
  const Endpoint e = ToEndpoint(x);
  return e.node->output_shape(e.index);
}

std::optional<Tensor> GraphBuilder::value(Output x) const {
  if (!x.valid()) return std::nullopt;
  const Tensor* constant = ConstantValue(ToEndpoint(x));
  if (constant == nullptr) return std::nullopt;
  return *constant;
}

const HandleData* GraphBuilder::handle_data(Output x) const {
  if (!x.valid()) return nullptr;
  const Endpoint e = ToEndpoint(x);
  return e.node->output_handle(e.index);
}

FunctionLibrary& GraphBuilder::library() { return graph_->library(); }
const Registry& GraphBuilder::registry() const { return graph_->registry(); }

absl::StatusOr<Outputs> GraphBuilder::DoOp(absl::string_view op, absl::Span<const Output> inputs,
                                           AttrMap attrs, absl::Span<const Output> control_inputs) {
  Graph::NodeArgs args;
  args.name = prefix_.empty() ? std::string(op) : absl::StrCat(prefix_, "/", op);
  args.uniquify = true;
  args.op = std::string(op);
  args.attrs = std::move(attrs);
  args.device = device_;
  args.origin = origin_;
  if (colocate_with_ != nullptr) args.attrs.Set("_class", GroupsOf(*colocate_with_));
  for (const Output& input : inputs) args.inputs.push_back(ToEndpoint(input));
  for (const Output& input : control_inputs) {
    if (input.valid()) args.control_inputs.push_back(ToEndpoint(input).node);
  }
  MR_ASSIGN_OR_RETURN(Node * node, graph_->AddNode(std::move(args)));
  Outputs outputs;
  for (int i = 0; i < node->num_outputs(); ++i) outputs.push_back({node->id(), i});
  return outputs;
}

}  // namespace millrace
