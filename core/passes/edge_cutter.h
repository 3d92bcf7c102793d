// EdgeCutter: replaces the edges between the devices of one graph by `_Send` and `_Recv`.
#ifndef MILLRACE_CORE_PASSES_EDGE_CUTTER_H_
#define MILLRACE_CORE_PASSES_EDGE_CUTTER_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/graph/graph.h"
#include "core/passes/compile_options.h"
#include "core/passes/loop_frames.h"

namespace millrace {

// For one call of Run. See CutEdgesBetweenDevices in partition.h.
class EdgeCutter {
 public:
  EdgeCutter(const CompileOptions& options, std::vector<int>* device_of, Graph* graph,
             int64_t* next_edge_id, LoopFrames frames)
      : options_(options),
        device_of_(*device_of),
        graph_(*graph),
        next_edge_id_(*next_edge_id),
        frames_(std::move(frames)) {}

  absl::Status Run();

 private:
  // What stands on a device for one output of a node of another (kControl: for its having run).
  struct Copy {
    int output;
    int device;
    Node* node;
  };

  // edge_cutter.cc
  absl::Status CheckEdge(const Node& src, const Use& use) const;
  absl::Status CutUses(Node* src);
  absl::StatusOr<Node*> CopyOf(Node* src, int output, int device);
  // `turn`, if not null, starts the receiving.
  absl::StatusOr<Node*> MakeCopy(Node* src, int output, int device, Node* turn);
  // The same node, with the same inputs, on `device`.
  absl::StatusOr<Node*> CopyNode(const Node& src, int device);
  // `after` may be null.
  absl::StatusOr<Node*> AddSignal(std::string name, Node* after, std::string origin, int device);
  // `use` of src becomes one of `copy`, whose first output stands for what was used.
  absl::Status Redirect(Node* src, const Use& use, Node* copy);
  absl::StatusOr<Node*> AddSendAndRecv(Endpoint tensor, const std::string& tensor_name, int from,
                                       int to, Node* turn);
  absl::StatusOr<Node*> AddNode(Graph::NodeArgs args, int device);

  // control_loop.cc
  absl::Status BringLoopEndsTogether();
  absl::Status MoveToUsers(Node* node);
  absl::StatusOr<Node*> ControlLoop(int frame, int device);
  absl::Status CloseControlLoop(int frame, int device, Node* merge);

  const CompileOptions& options_;
  std::vector<int>& device_of_;
  Graph& graph_;
  int64_t& next_edge_id_;
  LoopFrames frames_;
  bool may_be_dead_ = false;               // a Switch may leave what is sent without a value
  std::vector<std::vector<Copy>> copies_;  // by node id
  std::map<std::pair<int, int>, Node*> control_merges_;  // by frame and device
};

}  // namespace millrace

#endif  // MILLRACE_CORE_PASSES_EDGE_CUTTER_H_
