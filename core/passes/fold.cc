#include "core/passes/fold.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/control_flow_ops.h"
#include "core/graph/shape_inference.h"
#include "core/passes/function_calls.h"
#include "core/passes/op_traits.h"

namespace millrace {
namespace {

// More than this, and the graph would grow edges rather than lose nodes.
constexpr size_t kMaxControlInputs = 8;

using ControlInputs = absl::InlinedVector<Node*, 2>;

// The outputs of a node that are known, and what must run before they may be used.
struct Known {
  std::vector<Tensor> values;
  ControlInputs after;
};

void AddAll(absl::Span<Node* const> from, ControlInputs* to) {
  for (Node* node : from) {
    if (!absl::c_linear_search(*to, node)) to->push_back(node);
  }
}

bool IsPlainData(DType t) {
  return !IsRef(t) && t != DType::kResource && t != DType::kVariant && t != DType::kInvalid;
}

bool OutputsAreSmall(const Node& node) {
  for (int i = 0; i < node.num_outputs(); ++i) {
    const int64_t count = node.output_shape(i).num_elements();
    if (count < 0 ||
        count > static_cast<int64_t>(kMaxFoldedBytes / DTypeSize(node.output_type(i)))) {
      return false;
    }
  }
  return true;
}

class Folder {
 public:
  Folder(Evaluator evaluator, bool shapes_are_certain, StepGraph* step)
      : evaluator_(evaluator),
        fold_shapes_(shapes_are_certain),
        step_(step),
        graph_(*step->graph),
        calls_(graph_.registry()) {}

  absl::Status Run();

 private:
  bool OpMayFold(const OpSchema& op);
  bool MayFold(const Node& node);
  std::unique_ptr<Known> Compute(const Node& node);
  std::unique_ptr<Known> ComputeShape(const Node& node) const;
  absl::Status Replace(Node* node);
  absl::StatusOr<Node*> AddConst(const Node& node, int output);

  const Evaluator evaluator_;
  bool fold_shapes_;
  StepGraph* const step_;
  Graph& graph_;
  CallClassifier calls_;
  absl::flat_hash_map<const OpSchema*, bool> may_fold_;
  std::vector<std::unique_ptr<Known>> known_;  // by node id; null: not known
};

bool Folder::OpMayFold(const OpSchema& op) {
  return !op.is_stateful && !op.may_wait && !op.has_ref_args() && !IsControlFlow(op.name) &&
         !IsPrivate(op.name) && op.name != "PlaceholderWithDefault";
}

bool Folder::MayFold(const Node& node) {
  if (node.num_outputs() == 0 || node.num_inputs() == 0 || step_->IsRequired(&node)) return false;
  const auto [it, is_new] = may_fold_.try_emplace(&node.op(), false);
  if (is_new) it->second = OpMayFold(node.op()) && calls_.Classify(node) == CallKind::kNone;
  return it->second && absl::c_all_of(node.input_types(), IsPlainData) &&
         absl::c_all_of(node.output_types(), IsPlainData);
}

std::unique_ptr<Known> Folder::ComputeShape(const Node& node) const {
  const bool is_shape = node.type() == "Shape", is_size = node.type() == "Size";
  if ((!is_shape && !is_size && node.type() != "Rank") || node.num_inputs() != 1) return nullptr;
  const Endpoint x = node.input(0);
  const PartialShape& shape = x.node->output_shape(x.index);
  if (!shape.known_rank()) return nullptr;
  DType out_type = DType::kInt32;
  node.GetAttr("out_type", &out_type).IgnoreError();
  std::vector<int64_t> numbers;
  if (is_shape) {
    numbers.assign(shape.dims().begin(), shape.dims().end());
  } else {
    numbers.push_back(is_size ? shape.num_elements() : shape.rank());
  }
  auto known = std::make_unique<Known>();
  if (out_type == DType::kInt64) {
    known->values.push_back(is_shape ? Tensor::Vector<int64_t>(numbers)
                                     : Tensor::Scalar(numbers[0]));
  } else {
    const std::vector<int32_t> narrow(numbers.begin(), numbers.end());
    known->values.push_back(is_shape ? Tensor::Vector<int32_t>(narrow) : Tensor::Scalar(narrow[0]));
  }
  for (const int64_t n : numbers) {
    if (n < 0 || (out_type == DType::kInt32 && n > INT32_MAX)) return nullptr;
  }
  // Whoever asks for the shape of a result may rely on what happens when it is made.
  if (x.node->num_inputs() > 0 || x.node->op().is_stateful) known->after.push_back(x.node);
  return known;
}

std::unique_ptr<Known> Folder::Compute(const Node& node) {
  if (node.type() == "Const") {
    const Tensor* value = ConstantValue({const_cast<Node*>(&node), 0});
    if (value == nullptr) return nullptr;
    auto known = std::make_unique<Known>();
    known->values.push_back(*value);
    AddAll(node.control_inputs(), &known->after);
    return known;
  }
  if (!MayFold(node)) return nullptr;
  std::vector<Tensor> inputs;
  inputs.reserve(node.num_inputs());
  ControlInputs after;
  for (const Endpoint& input : node.inputs()) {
    const Known* known = known_[input.node->id()].get();
    if (known == nullptr) break;
    inputs.push_back(known->values[input.index]);
    AddAll(known->after, &after);
  }
  std::unique_ptr<Known> known;
  if (inputs.size() < static_cast<size_t>(node.num_inputs())) {
    if (fold_shapes_) known = ComputeShape(node);
  } else if (OutputsAreSmall(node)) {
    absl::StatusOr<std::vector<Tensor>> values = evaluator_(node, inputs);
    if (!values.ok() || values->size() != static_cast<size_t>(node.num_outputs())) return nullptr;
    known = std::make_unique<Known>();
    for (Tensor& value : *values) {
      if (!value.initialized() || value.total_bytes() > kMaxFoldedBytes) return nullptr;
      known->values.push_back(std::move(value));
    }
    known->after = std::move(after);
  }
  if (known == nullptr) return nullptr;
  AddAll(node.control_inputs(), &known->after);
  if (known->after.size() > kMaxControlInputs) return nullptr;
  return known;
}

absl::StatusOr<Node*> Folder::AddConst(const Node& node, int output) {
  const Known& known = *known_[node.id()];
  Graph::NodeArgs args;
  args.name = node.num_outputs() == 1 ? absl::StrCat(node.name(), "/folded")
                                      : absl::StrCat(node.name(), "/folded_", output);
  args.uniquify = true;
  args.op = "Const";
  args.attrs.Set("dtype", node.output_type(output));
  args.attrs.Set("value", known.values[output]);
  args.control_inputs.assign(known.after.begin(), known.after.end());
  args.device = node.requested_device();
  args.origin = node.origin();
  return graph_.AddNode(std::move(args));
}

// Gives what uses `node`, and is itself not folded, constants in its place.
absl::Status Folder::Replace(Node* node) {
  std::vector<bool> used(node->num_outputs());
  std::vector<Node*> waiting;
  for (const Use& use : node->uses()) {
    if (use.output == Use::kControl) {
      waiting.push_back(use.dst);
    } else if (known_[use.dst->id()] == nullptr) {
      used[use.output] = true;
    }
  }
  for (int i = 0; i < node->num_outputs(); ++i) {
    if (!used[i]) continue;
    MR_ASSIGN_OR_RETURN(Node * constant, AddConst(*node, i));
    graph_.ReplaceUses({node, i}, {constant, 0});
  }
  for (Node* dst : waiting) {
    graph_.RemoveControlEdge(node, dst);
    for (Node* before : known_[node->id()]->after) graph_.AddControlEdge(before, dst);
  }
  return absl::OkStatus();
}

absl::Status Folder::Run() {
  const int num_ids = graph_.num_node_ids();
  bool has_frames = false;
  for (const auto& node : graph_.nodes()) {
    has_frames |= node != nullptr &&
                  (IsSwitch(node->type()) || IsMerge(node->type()) || IsEnter(node->type()));
  }
  // There a shape is dead or alive with its tensor.
  fold_shapes_ &= !has_frames;
  known_.resize(num_ids);
  MR_ASSIGN_OR_RETURN(const std::vector<Node*> order, graph_.TopologicalOrder());
  bool folded = false;
  for (const Node* node : order) {
    known_[node->id()] = Compute(*node);
    folded |= known_[node->id()] != nullptr && node->type() != "Const";
  }
  if (!folded) return absl::OkStatus();
  for (Node* node : order) {
    if (known_[node->id()] != nullptr && node->type() != "Const") MR_RETURN_IF_ERROR(Replace(node));
  }
  RemoveUnusedNodes(step_);
  return absl::OkStatus();
}

}  // namespace

absl::Status FoldConstants(Evaluator evaluator, bool shapes_are_certain, StepGraph* step) {
  return Folder(evaluator, shapes_are_certain, step).Run();
}

}  // namespace millrace
