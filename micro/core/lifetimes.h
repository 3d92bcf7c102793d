// Lifetimes: during which steps each tensor and scratch request of a graph is in use. Steps count
// the operators in the order in which they run, calls of subgraphs unrolled once at each calling
// operator.
#ifndef MILLRACE_MICRO_CORE_LIFETIMES_H_
#define MILLRACE_MICRO_CORE_LIFETIMES_H_

#include <cstdint>

#include "micro/core/arena.h"
#include "micro/core/graph.h"
#include "micro/core/planner.h"
#include "micro/core/status.h"

namespace millrace::micro {

class Lifetimes {
 public:
  static constexpr int kMaxDepth = 8;  // of subgraphs that call subgraphs
  static constexpr uint16_t kMaxSteps = 65000;

  // The entries (one for each scratch request, then one for each tensor) are kept in the arena's
  // planned end, after the requests.
  Lifetimes(const Graph& graph, const uint8_t* model_end, const ScratchRequest* requests,
            int num_requests, Arena* arena, Error* error);

  // Makes the entries. Until they are placed, a tensor's data pointer holds its entry's number.
  Status Find();
  // Lets outputs take over the memory of inputs that end there, where the kernels allow it.
  Status ShareInPlace();

  PlanEntry* entries() const { return entries_; }
  int count() const { return count_; }
  // The entry of a tensor; nullptr when it has none (a constant, a variable, never used).
  PlanEntry* EntryOf(const void* data) const;
  // Bytes of the requests and entries.
  size_t bookkeeping_bytes() const;

 private:
  enum class Pass : uint8_t { kFind, kShare };

  Status Walk(Pass pass);
  Status Visit(int subgraph, int depth);
  Status Node(int subgraph, int index, int depth);
  Status Touch(int subgraph, fb::Vector<int32_t> tensors);
  void TouchScratch(int subgraph, int op);
  Status NewEntry(uint32_t bytes);
  Status NextStep();
  void Share(int subgraph, fb::Table op);
  Status Refuse(Status status, const char* why) const;

  const Graph& graph_;
  const uint8_t* model_end_;
  const ScratchRequest* requests_;
  int num_requests_;
  Arena* arena_;
  Error* error_;
  PlanEntry* entries_;
  int count_ = 0;
  uint16_t step_ = 0;
  Pass pass_ = Pass::kFind;
};

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_CORE_LIFETIMES_H_
