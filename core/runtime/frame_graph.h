// The compiled form of a graph with Switch, Merge, Enter, Exit and NextIteration nodes: which frame
// each node runs in, and where its outputs go.
#ifndef MILLRACE_CORE_RUNTIME_FRAME_GRAPH_H_
#define MILLRACE_CORE_RUNTIME_FRAME_GRAPH_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/graph/graph.h"
#include "core/runtime/plan_layout.h"

namespace millrace {

struct FrameEdge {
  int32_t output;    // -1: a control edge
  int32_t to;        // node
  int32_t to_input;  // -1: a control edge
};

// Nodes have the numbers they have in PlanImpl::nodes, where their kernels and types are.
struct FrameNode {
  enum Kind : uint8_t {
    kPlain,
    kMerge,
    kSwitch,
    kEnter,
    kExit,
    kNextIteration,
    kArg,
    kResult,
    kSend,
    kRecv
  };

  Kind kind = kPlain;
  bool is_constant = false;  // of an Enter: the same value in every iteration
  int32_t frame = 0;         // where it runs: an Enter outside, an Exit inside
  int32_t child = -1;        // of an Enter: the frame that its output is in
  int32_t index = 0;         // of an argument or result
  int32_t first_slot = 0;    // of its inputs, within an iteration of its frame
  int32_t num_inputs = 0;
  int32_t number = 0;  // within its frame
  int32_t first_edge = 0, num_edges = 0;
  // Inputs and control inputs that it waits for; of a Merge only the latter.
  int32_t waits_for = 0;
};

struct StaticFrame {
  std::string name;
  int32_t parent = -1;
  int32_t parallel_iterations = 10;
  int32_t num_enters = 0;  // a frame has begun when all of its Enters have run
  int32_t num_slots = 0;
  std::vector<int32_t> nodes;  // by FrameNode::number
};

struct FrameGraph {
  std::vector<FrameNode> nodes;
  std::vector<StaticFrame> frames;  // 0: the outermost
  std::vector<FrameEdge> edges;
  std::vector<int32_t> sources;  // nodes that wait for nothing
};

// True if the graph needs one.
bool HasFrames(const Graph& graph);

// INVALID_ARGUMENT, naming the node, if a node's inputs come from different frames, or a loop is
// malformed.
absl::StatusOr<std::unique_ptr<FrameGraph>> BuildFrameGraph(const std::vector<PlanItem>& items);

}  // namespace millrace

#endif  // MILLRACE_CORE_RUNTIME_FRAME_GRAPH_H_
