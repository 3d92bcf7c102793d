// A session's container for the resources of nodes that name none.
#ifndef MILLRACE_CORE_RUNTIME_DEFAULT_CONTAINER_H_
#define MILLRACE_CORE_RUNTIME_DEFAULT_CONTAINER_H_

#include <string>

#include "core/graph/graph.h"

namespace millrace {

// Nodes that leave their attribute `container` empty get this one; "" changes nothing.
void SetDefaultContainer(const std::string& container, Graph* graph);

}  // namespace millrace

#endif  // MILLRACE_CORE_RUNTIME_DEFAULT_CONTAINER_H_
