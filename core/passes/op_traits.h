// Ops that passes treat by name.
#ifndef MILLRACE_CORE_PASSES_OP_TRAITS_H_
#define MILLRACE_CORE_PASSES_OP_TRAITS_H_

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace millrace {

// `_Arg`, `_Send` and the other ops that only passes make.
inline bool IsPrivate(absl::string_view op) { return absl::StartsWith(op, "_"); }

}  // namespace millrace

#endif  // MILLRACE_CORE_PASSES_OP_TRAITS_H_
