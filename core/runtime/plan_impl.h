// The compiled form of a plan: flat arrays that a run walks without looking anything up.
#ifndef MILLRACE_CORE_RUNTIME_PLAN_IMPL_H_
#define MILLRACE_CORE_RUNTIME_PLAN_IMPL_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "core/graph/graph.h"
#include "core/runtime/frame.h"
#include "core/runtime/kernel.h"
#include "core/runtime/node_cost.h"
#include "core/runtime/plan.h"

namespace millrace {

// A copy of an output to where it is needed, made when the node is done. Outputs of which the one
// consumer's input is written directly by the kernel have none.
struct DataEdge {
  int32_t from_slot;
  int32_t to_slot;
  bool last;  // the last edge from this slot: moves
};

// Nodes are numbered in topological order. `first_*` are indices into the arrays of PlanImpl, or
// into a frame's slots.
struct PlanNode {
  Kernel* kernel = nullptr;      // null: nothing to compute (a no-op, an argument, a result)
  AsyncKernel* async = nullptr;  // `kernel`, if it may wait
  const DType* output_types = nullptr;
  int32_t first_input = 0, num_inputs = 0;    // slots
  int32_t first_output = 0, num_outputs = 0;  // slots; maybe the input of the one consumer
  int32_t first_edge = 0, num_edges = 0;
  int32_t first_successor = 0, num_successors = 0;
  int32_t join = -1;    // the counter that successors of several nodes have; -1: runs when its one
                        // predecessor has
  bool cheap = false;   // never handed to another thread
  bool direct = false;  // the output is the consumer's input slot
  uint64_t host_outputs = 0;
};

struct ArgSlot {
  int32_t index;  // of the argument
  DType type;
  int32_t slot;
  int32_t first_edge, num_edges;
  bool last;  // no other slot takes this argument
};

struct ResultSlot {
  int32_t index;
  int32_t slot;
};

struct FrameGraph;

struct PlanImpl {
  PlanImpl();
  ~PlanImpl();

  // ----- constant after construction
  std::string name;  // for messages
  Device* device = nullptr;
  std::unique_ptr<Graph> graph;  // for messages and attributes
  std::vector<PlanNode> nodes;
  std::vector<const Node*> sources;  // node i as the graph has it; null for a copy between memories
  std::vector<std::shared_ptr<Kernel>> kernels;
  std::vector<DType> types;
  std::vector<DataEdge> edges;
  std::vector<int32_t> successors;
  std::vector<int32_t> join_counts;  // predecessors, by PlanNode::join
  std::vector<int32_t> computing;    // nodes with a kernel, in order
  std::vector<int32_t> roots;        // nodes without predecessors
  std::vector<ArgSlot> args;
  std::vector<ResultSlot> results;
  int num_args = 0, num_results = 0, num_slots = 0;
  std::unique_ptr<FrameGraph> frame_graph;  // only of graphs with v1 control flow; they run by it
  bool has_async = false;
  bool on_host = true;  // device->is_host()

  // ----- with synchronisation of their own
  mutable FramePool frames;
  mutable NodeCosts costs;

  // True if the next run is best made by RunSequentially.
  bool sequential() const {
    return !has_async && on_host && frame_graph == nullptr && !costs.parallel_pays();
  }

  // What the user sees of an error of node `i`: node, op, line and device added. An error that only
  // says that the step was cancelled stays as it is.
  absl::Status NodeError(int32_t i, const absl::Status& status, const StepContext& step) const;
};

// These run a plan once and then return the frame and call `done` (see Plan::RunAsync). The
// sequential one runs all kernels here, one after the other. REQUIRES: !plan.has_async.
absl::StatusOr<std::vector<Tensor>> RunSequentially(const PlanImpl& plan, StepContext* step,
                                                    std::vector<Tensor> args);
void RunInParallel(const PlanImpl& plan, StepContext* step, std::vector<Tensor> args,
                   Plan::Done done);
// The same for a plan with a frame_graph.
void RunFrames(const PlanImpl& plan, StepContext* step, std::vector<Tensor> args, Plan::Done done);

}  // namespace millrace

#endif  // MILLRACE_CORE_RUNTIME_PLAN_IMPL_H_
