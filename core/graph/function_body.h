// Inside of FunctionLibrary::Instantiate.
#ifndef MILLRACE_CORE_GRAPH_FUNCTION_BODY_H_
#define MILLRACE_CORE_GRAPH_FUNCTION_BODY_H_

#include <memory>

#include "absl/status/statusor.h"
#include "core/graph/attr.h"
#include "core/graph/function_library.h"
#include "core/graph/node_def.h"
#include "core/graph/registry.h"

namespace millrace {

// `attrs` with every placeholder in it replaced by its value in `values`. INVALID_ARGUMENT naming a
// placeholder that has no value.
absl::StatusOr<AttrMap> SubstitutePlaceholders(const AttrMap& attrs, const AttrMap& values);

absl::StatusOr<FunctionLibrary::Body> BuildFunctionBody(const FunctionSpec& function,
                                                        const AttrMap& attrs,
                                                        const Registry& registry,
                                                        std::shared_ptr<FunctionLibrary> library);

}  // namespace millrace

#endif  // MILLRACE_CORE_GRAPH_FUNCTION_BODY_H_
