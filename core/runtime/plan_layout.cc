#include "core/runtime/plan_layout.h"

#include <algorithm>
#include <utility>

namespace millrace {
namespace {

class Layout {
 public:
  Layout(std::vector<PlanItem> items, PlanImpl* plan)
      : items_(std::move(items)), plan_(*plan), consumers_(items_.size()) {}

  void Run() {
    FillNodes();
    CountConsumers();
    PlaceSlots();
    FillEdges();
    FindSuccessors();
    FillArgsAndResults();
    plan_.costs.Init(static_cast<int>(plan_.nodes.size()));
  }

 private:
  int32_t size() const { return static_cast<int32_t>(items_.size()); }

  void FillNodes() {
    plan_.nodes.resize(items_.size());
    plan_.sources.resize(items_.size());
    size_t num_types = 0;
    for (const PlanItem& item : items_) num_types += item.output_types.size();
    plan_.types.reserve(num_types);  // so that pointers into it stay good
    for (int32_t i = 0; i < size(); ++i) {
      PlanItem& item = items_[i];
      PlanNode& node = plan_.nodes[i];
      plan_.sources[i] = item.node;
      node.output_types = plan_.types.data() + plan_.types.size();
      plan_.types.insert(plan_.types.end(), item.output_types.begin(), item.output_types.end());
      node.num_inputs = static_cast<int32_t>(item.inputs.size());
      node.num_outputs = static_cast<int32_t>(item.output_types.size());
      node.host_outputs = item.host_outputs;
      node.cheap = true;
      if (item.kernel == nullptr) continue;
      node.kernel = item.kernel.get();
      node.async = node.kernel->AsAsync();
      node.cheap = node.kernel->cheap();
      plan_.has_async = plan_.has_async || node.async != nullptr;
      plan_.kernels.push_back(std::move(item.kernel));
      plan_.computing.push_back(i);
    }
  }

  // Number of uses by output; outputs of all nodes are numbered through.
  void CountConsumers() {
    first_output_.resize(items_.size() + 1);
    for (int32_t i = 0; i < size(); ++i) {
      first_output_[i + 1] = first_output_[i] + plan_.nodes[i].num_outputs;
    }
    consumers_.assign(first_output_.back() + 1, 0);
    for (const PlanItem& item : items_) {
      for (const PlanItem::Input& input : item.inputs) ++consumers_[OutputNumber(input)];
    }
  }

  int32_t OutputNumber(const PlanItem::Input& input) const {
    return first_output_[input.item] + input.output;
  }

  void PlaceSlots() {
    int32_t slots = 0;
    for (PlanNode& node : plan_.nodes) {
      node.first_input = slots;
      slots += node.num_inputs;
    }
    for (int32_t i = 0; i < size(); ++i) {
      PlanNode& node = plan_.nodes[i];
      node.direct = node.num_outputs == 1 && consumers_[first_output_[i]] == 1;
      if (node.direct) continue;
      node.first_output = slots;
      slots += node.num_outputs;
    }
    for (int32_t i = 0; i < size(); ++i) {
      for (int32_t k = 0; k < plan_.nodes[i].num_inputs; ++k) {
        PlanNode& source = plan_.nodes[items_[i].inputs[k].item];
        if (source.direct) source.first_output = plan_.nodes[i].first_input + k;
      }
    }
    plan_.num_slots = slots;
  }

  void FillEdges() {
    int32_t num_edges = 0;
    std::vector<int32_t> next(consumers_.size(), 0);  // where the output's next edge goes
    for (int32_t i = 0; i < size(); ++i) {
      PlanNode& node = plan_.nodes[i];
      node.first_edge = num_edges;
      for (int32_t o = first_output_[i]; o < first_output_[i + 1]; ++o) {
        next[o] = num_edges;
        if (!node.direct) num_edges += consumers_[o];
      }
      node.num_edges = num_edges - node.first_edge;
    }
    plan_.edges.resize(num_edges);
    for (int32_t i = 0; i < size(); ++i) {
      for (int32_t k = 0; k < plan_.nodes[i].num_inputs; ++k) {
        const PlanItem::Input& input = items_[i].inputs[k];
        const PlanNode& source = plan_.nodes[input.item];
        if (source.direct) continue;
        const int32_t o = OutputNumber(input);
        const bool last = --consumers_[o] == 0;
        plan_.edges[next[o]++] = {source.first_output + input.output,
                                  plan_.nodes[i].first_input + k, last};
      }
    }
  }

  // True if a run has nothing to do for the item: its value is there when the run begins, or it
  // only takes one.
  bool IsPassive(int32_t i) const {
    return items_[i].kind == PlanItem::kArg ||
           (items_[i].kind == PlanItem::kResult && !has_successors_[i]);
  }

  void FindSuccessors() {
    has_successors_.assign(items_.size(), false);
    for (const PlanItem& item : items_) {
      for (const int32_t control : item.controls) has_successors_[control] = true;
    }
    std::vector<std::pair<int32_t, int32_t>> pairs;  // predecessor, successor
    std::vector<int32_t> seen(items_.size(), -1);
    for (int32_t i = 0; i < size(); ++i) {
      if (IsPassive(i)) continue;
      const size_t before = pairs.size();
      const auto add = [&](int32_t predecessor) {
        if (IsPassive(predecessor) || seen[predecessor] == i) return;
        seen[predecessor] = i;
        pairs.emplace_back(predecessor, i);
      };
      for (const PlanItem::Input& input : items_[i].inputs) add(input.item);
      for (const int32_t control : items_[i].controls) add(control);
      const size_t predecessors = pairs.size() - before;
      if (predecessors == 0) {
        plan_.roots.push_back(i);
      } else if (predecessors > 1) {
        plan_.nodes[i].join = static_cast<int32_t>(plan_.join_counts.size());
        plan_.join_counts.push_back(static_cast<int32_t>(predecessors));
      }
    }
    FillSuccessors(pairs);
  }

  void FillSuccessors(const std::vector<std::pair<int32_t, int32_t>>& pairs) {
    for (const auto& pair : pairs) ++plan_.nodes[pair.first].num_successors;
    int32_t total = 0;
    std::vector<int32_t> next(items_.size());
    for (int32_t i = 0; i < size(); ++i) {
      plan_.nodes[i].first_successor = next[i] = total;
      total += plan_.nodes[i].num_successors;
    }
    plan_.successors.resize(total);
    for (const auto& [from, to] : pairs) plan_.successors[next[from]++] = to;
  }

  void FillArgsAndResults() {
    for (int32_t i = 0; i < size(); ++i) {
      const PlanItem& item = items_[i];
      const PlanNode& node = plan_.nodes[i];
      if (item.kind == PlanItem::kArg) {
        plan_.num_args = std::max(plan_.num_args, item.index + 1);
        const bool used = node.direct || node.num_edges > 0;
        if (!used) continue;
        plan_.args.push_back({item.index, item.output_types[0], node.first_output, node.first_edge,
                              node.num_edges, /*last=*/true});
      } else if (item.kind == PlanItem::kResult) {
        plan_.num_results = std::max(plan_.num_results, item.index + 1);
        plan_.results.push_back({item.index, node.first_input});
      }
    }
    std::vector<bool> taken(plan_.num_args, false);
    for (auto arg = plan_.args.rbegin(); arg != plan_.args.rend(); ++arg) {
      arg->last = !taken[arg->index];
      taken[arg->index] = true;
    }
  }

  std::vector<PlanItem> items_;
  PlanImpl& plan_;
  std::vector<int32_t> first_output_;  // number of an item's first output
  std::vector<int32_t> consumers_;     // by output number
  std::vector<bool> has_successors_;   // by control edges
};

}  // namespace

void LayOut(std::vector<PlanItem> items, PlanImpl* plan) { Layout(std::move(items), plan).Run(); }

}  // namespace millrace
