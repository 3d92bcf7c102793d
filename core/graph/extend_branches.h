// The two ways a call is extended (function_gradients.h).
#ifndef MILLRACE_CORE_GRAPH_EXTEND_BRANCHES_H_
#define MILLRACE_CORE_GRAPH_EXTEND_BRANCHES_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/graph/attr.h"
#include "core/graph/function_gradients.h"

namespace millrace {

absl::StatusOr<ExtendedCall> ExtendBranches(const std::shared_ptr<FunctionLibrary>& library,
                                            const Registry& registry, absl::string_view op,
                                            const AttrMap& attrs);
absl::StatusOr<ExtendedCall> ExtendWhile(const std::shared_ptr<FunctionLibrary>& library,
                                         const Registry& registry, absl::string_view op,
                                         const AttrMap& attrs);

}  // namespace millrace

#endif  // MILLRACE_CORE_GRAPH_EXTEND_BRANCHES_H_
