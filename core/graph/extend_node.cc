#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/graph.h"
#include "core/graph/node_check.h"
#include "core/graph/shape_inference.h"

namespace millrace {

absl::Status Graph::ExtendNode(Node* node, AttrMap attrs, absl::Span<const Endpoint> more_inputs) {
  std::vector<Endpoint> inputs(node->inputs().begin(), node->inputs().end());
  DTypeVector given = node->input_types_;
  for (const Endpoint& e : more_inputs) {
    if (!Contains(e.node) || e.index < 0 || e.index >= e.node->num_outputs()) {
      return absl::InvalidArgumentError(
          absl::StrCat(node->Describe(), ": an input to add comes from no node of this graph"));
    }
    inputs.push_back(e);
    given.push_back(e.node->output_type(e.index));
  }
  DTypeVector input_types, output_types;
  std::vector<PartialShape> shapes;
  std::vector<HandleData> handles;
  absl::Status status = CheckNode(*node->op_, given, &attrs, &input_types, &output_types);
  if (status.ok()) {
    status = InferShapes(*node->op_, node->name_, attrs, inputs, input_types, output_types, &shapes,
                         &handles);
  }
  if (!status.ok()) return Annotate(status, node->Describe());
  const DTypeVector& had = node->output_types_;
  if (output_types.size() < had.size() ||
      !std::equal(had.begin(), had.end(), output_types.begin())) {
    return absl::InvalidArgumentError(
        absl::StrCat(node->Describe(), ": its outputs would no longer be what they were"));
  }

  for (size_t i = had.size(); i < shapes.size(); ++i) node->output_shapes_.push_back(shapes[i]);
  handles.resize(output_types.size());
  for (size_t i = 0; i < node->output_handles_.size() && i < had.size(); ++i) {
    handles[i] = std::move(node->output_handles_[i]);
  }
  node->output_handles_ = std::move(handles);
  const int first_new = node->num_inputs();
  node->attrs_ = std::move(attrs);
  node->input_types_ = std::move(input_types);
  node->output_types_ = std::move(output_types);
  node->inputs_.resize(inputs.size());
  node->input_use_.resize(inputs.size(), -1);
  for (int i = first_new; i < node->num_inputs(); ++i) Connect(node, i, inputs[i]);
  ++version_;
  return absl::OkStatus();
}

}  // namespace millrace
