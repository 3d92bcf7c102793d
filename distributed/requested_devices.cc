#include "distributed/requested_devices.h"

#include <set>

#include "absl/strings/string_view.h"
#include "core/graph/function_library.h"

namespace millrace {
namespace {

class Walk {
 public:
  Walk(const Graph& graph, const std::vector<std::string>& feeds)
      : seen_(graph.num_node_ids(), false), fed_(graph.num_node_ids()) {
    for (const std::string& feed : feeds) {
      auto endpoint = graph.FindEndpoint(feed);
      if (endpoint.ok()) fed_[endpoint->node->id()].insert(endpoint->index);
    }
  }

  void Visit(const Node* node) {
    if (node == nullptr || seen_[node->id()]) return;
    seen_[node->id()] = true;
    pending_.push_back(node);
  }
  void Visit(Endpoint endpoint) {
    if (fed_[endpoint.node->id()].count(endpoint.index) == 0) Visit(endpoint.node);
  }

  void CollectDevices(std::set<std::string>* devices) {
    while (!pending_.empty()) {
      const Node* node = pending_.back();
      pending_.pop_back();
      if (!node->requested_device().empty()) devices->insert(node->requested_device());
      for (const Endpoint& input : node->inputs()) {
        if (input.node != nullptr) Visit(input);
      }
      for (const Node* input : node->control_inputs()) Visit(input);
    }
  }

 private:
  std::vector<bool> seen_;
  std::vector<std::set<int>> fed_;  // by node: outputs that are fed
  std::vector<const Node*> pending_;
};

}  // namespace

std::vector<std::string> RequestedDevices(const Graph& graph, const StepSignature& signature) {
  Walk walk(graph, signature.feeds);
  for (const std::string& fetch : signature.fetches) {
    auto endpoint = graph.FindEndpoint(fetch);
    if (endpoint.ok()) walk.Visit(*endpoint);
  }
  for (const std::string& target : signature.targets) walk.Visit(graph.FindNode(target));
  std::set<std::string> devices;
  walk.CollectDevices(&devices);
  for (const std::string& name : graph.library().Reachable(graph)) {
    const auto function = graph.library().Find(name);
    if (function == nullptr) continue;
    for (const NodeSpec& node : function->nodes) {
      if (!node.device.empty()) devices.insert(node.device);
    }
  }
  return {devices.begin(), devices.end()};
}

}  // namespace millrace
