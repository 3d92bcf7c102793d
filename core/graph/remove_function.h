// Removing a function together with what gradients made of it.
#ifndef MILLRACE_CORE_GRAPH_REMOVE_FUNCTION_H_
#define MILLRACE_CORE_GRAPH_REMOVE_FUNCTION_H_

#include <string>

#include "core/graph/function_library.h"

namespace millrace {

// Removes `name`, and the forward and backward versions of calls, branches and loops that
// ExtendCall made of it, with theirs. No effect where there is none of that name. Whoever still
// calls one of them by name gets NOT_FOUND.
void RemoveFunction(FunctionLibrary* library, const std::string& name);

}  // namespace millrace

#endif  // MILLRACE_CORE_GRAPH_REMOVE_FUNCTION_H_
