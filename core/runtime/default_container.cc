#include "core/runtime/default_container.h"

namespace millrace {

void SetDefaultContainer(const std::string& container, Graph* graph) {
  if (container.empty()) return;
  for (const auto& node : graph->nodes()) {
    std::string own;
    if (node != nullptr && node->GetAttr("container", &own).ok() && own.empty()) {
      graph->SetAttr(node.get(), "container", container);
    }
  }
}

}  // namespace millrace
