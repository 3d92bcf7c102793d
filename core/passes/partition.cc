#include "core/passes/partition.h"

#include <algorithm>
#include <utility>

#include "core/base/status.h"
#include "core/passes/edge_cutter.h"
#include "core/passes/loop_frames.h"

namespace millrace {

absl::Status CutEdgesBetweenDevices(const CompileOptions& options, std::vector<int>* device_of,
                                    Graph* graph, int64_t* next_edge_id) {
  MR_ASSIGN_OR_RETURN(LoopFrames frames, LoopFrames::Find(*graph));
  return EdgeCutter(options, device_of, graph, next_edge_id, std::move(frames)).Run();
}

absl::StatusOr<std::vector<Partition>> SplitByDevice(const CompileOptions& options,
                                                     std::vector<int> device_of, StepGraph step,
                                                     int64_t* next_edge_id) {
  const size_t num_devices = options.devices.size();
  std::vector<bool> is_used(num_devices);
  for (const int device : device_of) {
    if (device >= 0) is_used[device] = true;
  }
  std::vector<Partition> partitions;
  const size_t num_used = std::count(is_used.begin(), is_used.end(), true);
  if (num_used > 1) {
    MR_RETURN_IF_ERROR(CutEdgesBetweenDevices(options, &device_of, step.graph.get(), next_edge_id));
  }
  for (size_t d = 0; d < num_devices; ++d) {
    if (!is_used[d]) continue;
    if (num_used == 1) {
      partitions.push_back({options.devices[d].full_name, std::move(step.graph)});
      break;
    }
    std::vector<bool> keep(device_of.size());
    for (size_t id = 0; id < keep.size(); ++id) keep[id] = device_of[id] == static_cast<int>(d);
    partitions.push_back({options.devices[d].full_name, step.graph->Copy(keep)});
  }
  return partitions;
}

}  // namespace millrace
