// Running a graph's ops. A model compiled to C++ (`millrace micro compile`) has its calls written
// out instead.
#include "micro/core/interpreter.h"

namespace millrace::micro {

Status MicroInterpreter::InvokeSubgraph(int subgraph) {
  OpContext context(this, subgraph);
  const int count = context.operators_.size();
  for (int i = 0; i < count; ++i) {
    context.MoveTo(i);
    const OpRegistration& op = *graph_.ops[context.code_index()];
    const ProfileScope scope(options_.profiler,
                             ProfileEvent{subgraph, i, op.code, op.custom_name, false});
    if (compression_ != nullptr) {
      MR_TRY(resolver_.decompression()->decompress_inputs(compression_, context));
    }
    MR_TRY(op.invoke(context));
  }
  return Status::kOk;
}

}  // namespace millrace::micro
