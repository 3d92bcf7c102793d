// The devices that a step's nodes ask for.
#ifndef MILLRACE_DISTRIBUTED_REQUESTED_DEVICES_H_
#define MILLRACE_DISTRIBUTED_REQUESTED_DEVICES_H_

#include <string>
#include <vector>

#include "core/graph/graph.h"
#include "core/passes/pipeline.h"

namespace millrace {

// Of the nodes that the signature's fetches and targets need, and of the functions they may call,
// each once, sorted. Names that the graph lacks are passed over. REQUIRES: nobody changes the
// graph.
std::vector<std::string> RequestedDevices(const Graph& graph, const StepSignature& signature);

}  // namespace millrace

#endif  // MILLRACE_DISTRIBUTED_REQUESTED_DEVICES_H_
