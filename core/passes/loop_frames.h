// LoopFrames: which loop of Enter, Merge, Switch, NextIteration and Exit each node is in.
#ifndef MILLRACE_CORE_PASSES_LOOP_FRAMES_H_
#define MILLRACE_CORE_PASSES_LOOP_FRAMES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/graph/graph.h"

namespace millrace {

// A loop as the graph has it: what runs of it are called frames (Yu et al., "Dynamic control flow
// in large-scale machine learning", section 4).
struct LoopFrame {
  std::string name;
  int parent = -1;  // the frame that its Enters run in
  int64_t parallel_iterations = 10;
  std::string enter, origin;  // name and origin of one of its Enters, for the nodes of passes
  Node* condition = nullptr;  // its LoopCond; null if it has none
};

// A snapshot: nodes added later are unknown to it until Follow tells it of them.
class LoopFrames {
 public:
  static constexpr int kRoot = 0;  // outside of all loops

  // INVALID_ARGUMENT for an Enter without a frame's name, or a cycle that is not a loop.
  static absl::StatusOr<LoopFrames> Find(const Graph& graph);

  bool empty() const { return frames_.size() == 1; }
  const LoopFrame& frame(int i) const { return frames_[i]; }
  // Where the node's outputs are: an Enter's inside of the loop, an Exit's outside.
  int OutputFrame(const Node& node) const;
  // `copy` does what `original` does.
  void Follow(const Node& copy, const Node& original);

 private:
  LoopFrames() : frames_(1) {}
  absl::Status EnterFrame(const Node& enter, int parent);

  std::vector<LoopFrame> frames_;
  std::vector<int> output_frame_;  // by node id
};

}  // namespace millrace

#endif  // MILLRACE_CORE_PASSES_LOOP_FRAMES_H_
