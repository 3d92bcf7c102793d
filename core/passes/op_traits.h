// Ops that passes treat by name.
#ifndef MILLRACE_CORE_PASSES_OP_TRAITS_H_
#define MILLRACE_CORE_PASSES_OP_TRAITS_H_

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace millrace {

// The primitives of loops and conditionals of stored graphs: Switch, Merge, Enter, Exit,
// NextIteration, LoopCond, their forms for references, and ControlTrigger.
inline bool IsControlFlow(absl::string_view op) {
  absl::string_view name = op;
  if (absl::StartsWith(name, "Ref")) name.remove_prefix(3);
  return name == "Switch" || name == "Merge" || name == "Enter" || name == "Exit" ||
         name == "NextIteration" || op == "LoopCond" || op == "ControlTrigger" ||
         op == "RefSelect" || op == "_SwitchN" || op == "Abort";
}

// `_Arg`, `_Send` and the other ops that only passes make.
inline bool IsPrivate(absl::string_view op) { return absl::StartsWith(op, "_"); }

}  // namespace millrace

#endif  // MILLRACE_CORE_PASSES_OP_TRAITS_H_
