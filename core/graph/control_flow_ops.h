// The primitives of loops and conditionals of stored graphs, by op name, each with its form for
// references (Yu et al., "Dynamic control flow in large-scale machine learning", section 4).
#ifndef MILLRACE_CORE_GRAPH_CONTROL_FLOW_OPS_H_
#define MILLRACE_CORE_GRAPH_CONTROL_FLOW_OPS_H_

#include "absl/strings/string_view.h"

namespace millrace {

inline bool IsSwitch(absl::string_view op) {
  return op == "Switch" || op == "RefSwitch" || op == "_SwitchN";
}
inline bool IsMerge(absl::string_view op) { return op == "Merge" || op == "RefMerge"; }
inline bool IsEnter(absl::string_view op) { return op == "Enter" || op == "RefEnter"; }
inline bool IsExit(absl::string_view op) { return op == "Exit" || op == "RefExit"; }
inline bool IsNextIteration(absl::string_view op) {
  return op == "NextIteration" || op == "RefNextIteration";
}

// Any of these, or another op that runs or is dead by what it is told.
inline bool IsControlFlow(absl::string_view op) {
  return IsSwitch(op) || IsMerge(op) || IsEnter(op) || IsExit(op) || IsNextIteration(op) ||
         op == "LoopCond" || op == "ControlTrigger" || op == "RefSelect" || op == "Abort";
}

}  // namespace millrace

#endif  // MILLRACE_CORE_GRAPH_CONTROL_FLOW_OPS_H_
