// SplitByDevice: one graph a device, joined by `_Send` and `_Recv`.
#ifndef MILLRACE_CORE_PASSES_PARTITION_H_
#define MILLRACE_CORE_PASSES_PARTITION_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "core/passes/compile_options.h"
#include "core/passes/step_graph.h"

namespace millrace {

// `device_of`: by node id, index into options.devices. A tensor that several nodes of a device need
// is sent there once; a control edge to another device is an empty tensor, or rides on a tensor
// that the device gets anyway; small constants are copied. Edge ids are taken from *next_edge_id.
// What crosses devices within a loop of Enter, Merge and Switch does so once a turn: see
// control_loop.cc.
//
// UNIMPLEMENTED if such a loop has no LoopCond; INVALID_ARGUMENT if a reference would have to leave
// its device.
absl::StatusOr<std::vector<Partition>> SplitByDevice(const CompileOptions& options,
                                                     std::vector<int> device_of, StepGraph step,
                                                     int64_t* next_edge_id);

// The first half of it: replaces every edge between devices in the graph by a `_Send` and a
// `_Recv`, and extends *device_of by the nodes that it adds.
absl::Status CutEdgesBetweenDevices(const CompileOptions& options, std::vector<int>* device_of,
                                    Graph* graph, int64_t* next_edge_id);

}  // namespace millrace

#endif  // MILLRACE_CORE_PASSES_PARTITION_H_
