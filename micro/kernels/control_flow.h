// IF, WHILE, CALL_ONCE: ops that run other subgraphs of the model.
#ifndef MILLRACE_MICRO_KERNELS_CONTROL_FLOW_H_
#define MILLRACE_MICRO_KERNELS_CONTROL_FLOW_H_

#include "micro/core/op.h"

namespace millrace::micro {

// Input 0 is one bool; the others are copied into the inputs of the branch it chooses, whose
// outputs are copied out. Types and sizes must be the same on both sides.
extern const OpRegistration kIfOp;

// Inputs and outputs are the loop's values. The condition takes them and gives one bool; the body
// takes and gives them.
extern const OpRegistration kWhileOp;

// Runs an initialising subgraph, without inputs and outputs, in the first invoke after a reset.
extern const OpRegistration kCallOnceOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_CONTROL_FLOW_H_
