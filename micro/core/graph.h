// The tables of a loaded graph: what the interpreter, its memory plan and op contexts share.
#ifndef MILLRACE_MICRO_CORE_GRAPH_H_
#define MILLRACE_MICRO_CORE_GRAPH_H_

#include <cstdint>

#include "micro/core/op.h"
#include "micro/core/schema.h"

namespace millrace::micro {

// Per subgraph, in the arena: one pointer a tensor, one an operator.
struct SubgraphState {
  void** tensors = nullptr;  // data; nullptr until planned, constants' data in the model
  void** op_data = nullptr;  // what prepare stored
};

struct Graph {
  ModelView model;
  SubgraphState* subgraphs = nullptr;
  const OpRegistration** ops = nullptr;  // by operator code; nullptr: the resolver has none

  const OpRegistration* OpOf(fb::Table op) const {
    return ops[op.Scalar<uint32_t>(field::Operator::kOpcodeIndex)];
  }
};

// The subgraphs an op may run, from its options; -1 for none. Of If (then, else), While (condition,
// body) and CallOnce (the initialiser).
struct CalledSubgraphs {
  int first = -1;
  int second = -1;
};
CalledSubgraphs SubgraphsOf(BuiltinOp code, const OptionsReader& options);

// A request for scratch memory; *where is set once memory is planned.
struct ScratchRequest {
  void** where;
  uint32_t bytes;
  uint16_t subgraph;
  uint16_t op;
};

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_CORE_GRAPH_H_
