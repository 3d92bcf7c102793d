// FrameState: where the values of a run of a FrameGraph are: frames that loops have opened, their
// iterations, and what each node still waits for.
#ifndef MILLRACE_CORE_RUNTIME_FRAME_STATE_H_
#define MILLRACE_CORE_RUNTIME_FRAME_STATE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "core/runtime/frame_graph.h"
#include "core/runtime/step.h"
#include "core/tensor/tensor.h"

namespace millrace {

// Not thread-safe: its owner's lock is held. What a node of an iteration owns, once it is ready,
// are the slots of its inputs, which nobody else touches.
class FrameState {
 public:
  struct Iteration;
  struct Instance;

  // A node that can run.
  struct Ready {
    int32_t node;
    Instance* frame;
    int64_t turn;
    Iteration* iteration;
    bool dead;  // of a branch that was not taken
  };

  // `step` must outlive it.
  FrameState(const FrameGraph& graph, StepContext* step);
  ~FrameState();

  // Puts the nodes that wait for nothing into `ready`.
  void Start(std::vector<Ready>* ready);
  // The inputs of a node that is ready.
  Tensor* Inputs(const Ready& node) const;
  // The step as a node sees it that is ready: that of its frame and turn.
  StepContext* Step(const Ready& node) const;
  // `node` has run (or was dead) with these outputs, uninitialised ones being dead: hands them on,
  // drops its inputs, closes iterations and frames that are over, and adds to `ready` what can run
  // now.
  void Done(const Ready& node, std::vector<Tensor> outputs, std::vector<Ready>* ready);

 private:
  using Dead = bool;

  Iteration* NewIteration(Instance* frame);
  Instance* ChildOf(const Ready& enter);
  void DeliverAll(int32_t node, std::vector<Tensor>& outputs, Dead dead, Instance* frame,
                  int64_t turn, std::vector<Ready>* ready);
  void Deliver(const FrameEdge& edge, const Tensor* value, Dead dead, Dead from_enter,
               Instance* frame, int64_t turn, std::vector<Ready>* ready);
  void DeliverToMerge(const FrameEdge& edge, const Tensor* value, Dead from_enter, Instance* frame,
                      int64_t turn, Iteration* iteration, std::vector<Ready>* ready);
  void DoneEnter(const Ready& node, std::vector<Tensor>& outputs, std::vector<Ready>* ready);
  void DoneNextIteration(const Ready& node, std::vector<Tensor>& outputs,
                         std::vector<Ready>* ready);
  void OpenIteration(Instance* frame, std::vector<Ready>* ready);
  // Closes what is over, from `frame` outwards.
  void CleanUp(Instance* frame, std::vector<Ready>* ready);
  bool IsOver(const Instance& frame, const Iteration& iteration) const;

  const FrameGraph& graph_;
  StepContext* const step_;
  std::unique_ptr<Instance> root_;
};

}  // namespace millrace

#endif  // MILLRACE_CORE_RUNTIME_FRAME_STATE_H_
