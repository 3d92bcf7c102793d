#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/function_gradients.h"
#include "core/graph/gradient.h"

namespace millrace {
namespace {

using Key = std::pair<int, int>;  // node id, output
Key KeyOf(Endpoint e) { return {e.node->id(), e.index}; }

std::string NameOf(Endpoint e) { return absl::StrCat("'", e.node->name(), ":", e.index, "'"); }

DType TypeOf(Endpoint e) { return BaseType(e.node->output_type(e.index)); }

bool IsNumber(DType t) { return IsFloating(t) || IsComplex(t); }

// Gradients flow along numbers, and along handles and lists that hold them.
bool CarriesGradient(DType t) {
  return IsNumber(t) || t == DType::kResource || t == DType::kVariant;
}

// One call of AddGradients.
class Differentiator {
 public:
  Differentiator(Graph* graph, absl::Span<const Endpoint> ys, absl::Span<const Endpoint> xs,
                 const GradientOptions& options)
      : graph_(graph), ys_(ys), xs_(xs), options_(options), b_(graph) {}

  absl::StatusOr<Gradients> Run();

 private:
  absl::Status CheckEndpoints() const;
  void MarkNeeded();   // what ys depend on
  void MarkReached();  // what depends on xs, of that
  absl::Status StartAtYs();
  absl::StatusOr<Output> GradOfY(int i);
  absl::Status Propagate(Node* node);
  // The sum of what has come in for `e`.
  Gradient Total(Endpoint e);
  void PlaceNear(Node* node);

  Graph* const graph_;
  const absl::Span<const Endpoint> ys_, xs_;
  const GradientOptions& options_;
  GraphBuilder b_;
  std::vector<bool> needed_;   // by node id
  std::vector<bool> reached_;  // by node id: an input of it depends on xs
  absl::flat_hash_set<Key> reached_endpoints_, stops_;
  absl::flat_hash_map<Key, Gradients> incoming_;
};

absl::Status Differentiator::CheckEndpoints() const {
  for (size_t i = 0; i < ys_.size(); ++i) {
    const Endpoint e = ys_[i];
    const bool has_grad = i < options_.grad_ys.size() && options_.grad_ys[i].node != nullptr;
    // A list of numbers has a gradient, but no ones to begin with.
    if (!IsNumber(TypeOf(e)) && !(has_grad && TypeOf(e) == DType::kVariant)) {
      return absl::InvalidArgumentError(
          absl::StrCat("Gradients of ", NameOf(e), " are not defined: it is ", DTypeName(TypeOf(e)),
                       ", not a floating or complex type"));
    }
  }
  if (!options_.grad_ys.empty() && options_.grad_ys.size() != ys_.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("There are ", ys_.size(), " ys and ", options_.grad_ys.size(), " grad_ys"));
  }
  return absl::OkStatus();
}

void Differentiator::MarkNeeded() {
  std::vector<Node*> pending;
  auto mark = [&](Node* node) {
    if (needed_[node->id()]) return;
    needed_[node->id()] = true;
    pending.push_back(node);
  };
  for (const Endpoint& y : ys_) mark(y.node);
  while (!pending.empty()) {
    Node* node = pending.back();
    pending.pop_back();
    for (const Endpoint& e : node->inputs()) {
      if (e.node != nullptr) mark(e.node);
    }
  }
}

void Differentiator::MarkReached() {
  std::vector<Endpoint> pending;
  auto mark = [&](Endpoint e) {
    if (reached_endpoints_.insert(KeyOf(e)).second) pending.push_back(e);
  };
  for (const Endpoint& x : xs_) {
    if (CarriesGradient(TypeOf(x))) mark(x);
  }
  while (!pending.empty()) {
    const Endpoint e = pending.back();
    pending.pop_back();
    for (const Use& use : e.node->uses()) {
      if (use.output != e.index || use.dst_input == Use::kControl) continue;
      if (!needed_[use.dst->id()] || reached_[use.dst->id()]) continue;
      reached_[use.dst->id()] = true;
      for (int i = 0; i < use.dst->num_outputs(); ++i) {
        const Endpoint out{use.dst, i};
        if (CarriesGradient(TypeOf(out)) && !stops_.contains(KeyOf(out))) mark(out);
      }
    }
  }
}

absl::StatusOr<Output> Differentiator::GradOfY(int i) {
  const Endpoint y = ys_[i];
  if (i >= static_cast<int>(options_.grad_ys.size()) || options_.grad_ys[i].node == nullptr) {
    return b_.OnesLike(b_.FromEndpoint(y));
  }
  const Endpoint g = options_.grad_ys[i];
  if (TypeOf(g) != TypeOf(y)) {
    return absl::InvalidArgumentError(absl::StrCat("grad_ys[", i, "] is ", DTypeName(TypeOf(g)),
                                                   ", but ", NameOf(y), " is ",
                                                   DTypeName(TypeOf(y))));
  }
  const PartialShape& shape = y.node->output_shape(y.index);
  const PartialShape& grad_shape = g.node->output_shape(g.index);
  if (!grad_shape.IsCompatibleWith(shape)) {
    return absl::InvalidArgumentError(absl::StrCat("grad_ys[", i, "] has shape ",
                                                   grad_shape.ToString(), ", but ", NameOf(y),
                                                   " has shape ", shape.ToString()));
  }
  return b_.FromEndpoint(g);
}

absl::Status Differentiator::StartAtYs() {
  for (int i = 0; i < static_cast<int>(ys_.size()); ++i) {
    if (!reached_endpoints_.contains(KeyOf(ys_[i]))) continue;
    if (options_.colocate_gradients_with_ops) PlaceNear(ys_[i].node);
    b_.set_name_prefix(absl::StrCat(options_.name, "/grad_ys_", i));
    MR_ASSIGN_OR_RETURN(const Output g, GradOfY(i));
    incoming_[KeyOf(ys_[i])].push_back(g);
  }
  return b_.status();
}

void Differentiator::PlaceNear(Node* node) {
  b_.set_device(node->requested_device());
  b_.set_colocate_with(node);
}

Gradient Differentiator::Total(Endpoint e) {
  auto found = incoming_.find(KeyOf(e));
  if (found == incoming_.end()) return {};
  Gradient total = Accumulate(b_, found->second);
  found->second = {total};
  return total;
}

absl::Status Differentiator::Propagate(Node* node) {
  if (options_.colocate_gradients_with_ops) PlaceNear(node);
  b_.set_origin(node->origin());
  b_.set_name_prefix(absl::StrCat(options_.name, "/", node->name(), "_grad"));
  bool any = false;
  Gradients grad_outputs;
  for (int i = 0; i < node->num_outputs(); ++i) {
    const Endpoint e{node, i};
    Gradient g = reached_endpoints_.contains(KeyOf(e)) ? Total(e) : Gradient();
    if (stops_.contains(KeyOf(e))) g = Gradient();
    any = any || g.valid();
    grad_outputs.push_back(g);
  }
  if (!any) return absl::OkStatus();
  MR_RETURN_IF_ERROR(ExtendCallNode(&b_, node, &grad_outputs));
  Outputs inputs, outputs;
  for (const Endpoint& e : node->inputs()) inputs.push_back(b_.FromEndpoint(e));
  for (int i = 0; i < node->num_outputs(); ++i) outputs.push_back({node->id(), i});
  const AttrMap attrs = node->attrs();
  const OpView view(node->op(), attrs, std::move(inputs), std::move(outputs), node->name());
  MR_ASSIGN_OR_RETURN(const Gradients grads, CallGradient(b_, view, grad_outputs));
  for (int i = 0; i < node->num_inputs(); ++i) {
    const Key key = KeyOf(node->input(i));
    if (grads[i].valid() && reached_endpoints_.contains(key)) incoming_[key].push_back(grads[i]);
  }
  return absl::OkStatus();
}

absl::StatusOr<Gradients> Differentiator::Run() {
  MR_RETURN_IF_ERROR(CheckEndpoints());
  for (const Endpoint& e : options_.stop_gradients) stops_.insert(KeyOf(e));
  needed_.resize(graph_->num_node_ids());
  reached_.resize(graph_->num_node_ids());
  MarkNeeded();
  MarkReached();
  MR_ASSIGN_OR_RETURN(std::vector<Node*> order, graph_->TopologicalOrder());
  MR_RETURN_IF_ERROR(StartAtYs());
  std::reverse(order.begin(), order.end());
  for (Node* node : order) {
    if (needed_[node->id()] && reached_[node->id()]) MR_RETURN_IF_ERROR(Propagate(node));
  }
  Gradients result;
  for (const Endpoint& x : xs_) {
    if (options_.colocate_gradients_with_ops) PlaceNear(x.node);
    b_.set_name_prefix(absl::StrCat(options_.name, "/", x.node->name(), "_total"));
    result.push_back(Total(x));
  }
  MR_RETURN_IF_ERROR(b_.status());
  return result;
}

}  // namespace

absl::StatusOr<Gradients> AddGradients(Graph* graph, absl::Span<const Endpoint> ys,
                                       absl::Span<const Endpoint> xs,
                                       const GradientOptions& options) {
  return Differentiator(graph, ys, xs, options).Run();
}

}  // namespace millrace
