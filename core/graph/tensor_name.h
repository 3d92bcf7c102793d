// Names of nodes and tensors in a GraphDef.
#ifndef MILLRACE_CORE_GRAPH_TENSOR_NAME_H_
#define MILLRACE_CORE_GRAPH_TENSOR_NAME_H_

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace millrace {

// "node:1", "node" (output 0) or "^node". Refers to the text it was parsed from.
struct TensorName {
  static constexpr int kControl = -1;
  absl::string_view node;
  int index = 0;

  bool is_control() const { return index == kControl; }
  bool operator==(const TensorName& o) const { return node == o.node && index == o.index; }
  template <typename H>
  friend H AbslHashValue(H h, const TensorName& n) {
    return H::combine(std::move(h), n.node, n.index);
  }
};

// INVALID_ARGUMENT for an empty or malformed name.
absl::StatusOr<TensorName> ParseTensorName(absl::string_view text);

}  // namespace millrace

#endif  // MILLRACE_CORE_GRAPH_TENSOR_NAME_H_
