// MicroInterpreter: runs a .tflite model in the caller's memory.
//
//   alignas(16) static uint8_t memory[20 * 1024];
//   MutableOpResolver<2> resolver;
//   resolver.Add(kFullyConnectedOp); ...
//   MicroInterpreter interpreter(model, model_size, resolver, memory, sizeof(memory));
//   MR_TRY(interpreter.AllocateTensors());
//   interpreter.input(0).data<int8_t>()[0] = 42;
//   MR_TRY(interpreter.Invoke());
//   use(interpreter.output(0).data<int8_t>()[0]);
//
// No heap, no state outside of the object and its arena. Not thread-safe; several interpreters may
// run at once when none shares an arena. Model, resolver and arena must outlive the interpreter.
#ifndef MILLRACE_MICRO_CORE_INTERPRETER_H_
#define MILLRACE_MICRO_CORE_INTERPRETER_H_

#include <cstddef>
#include <cstdint>

#include "micro/core/arena.h"
#include "micro/core/graph.h"
#include "micro/core/memory_plan.h"
#include "micro/core/memory_report.h"
#include "micro/core/op.h"
#include "micro/core/planner.h"
#include "micro/core/profiler.h"
#include "micro/core/resolver.h"
#include "micro/core/resource_variable.h"
#include "micro/core/status.h"
#include "micro/core/tensor_view.h"

namespace millrace::micro {

struct InterpreterOptions {
  ErrorSink errors;
  const Profiler* profiler = nullptr;
  // Keeps every tensor's value until the next Invoke, for looking into a model; takes more memory.
  bool preserve_all_tensors = false;
  // Tables that kernels can recompute (requantisation by channel) are scratch, filled at each
  // invoke, instead of lasting op data: much less memory, about 1% more time.
  bool prefer_small_arena = true;
  // See PlanOptions::before_placing.
  void (*before_placing)(void* user, PlanEntry* entries, int count) = nullptr;
  void* before_placing_user = nullptr;
};

class MicroInterpreter {
 public:
  // model: aligned to 8 (kModelAlignment); arena: aligned to 16. Checks nothing; AllocateTensors
  // does.
  MicroInterpreter(const void* model, size_t model_size, const OpResolver& resolver, void* arena,
                   size_t arena_size, const InterpreterOptions& options = {});
  // In an arena with two buffers, or one that several interpreters share. An interpreter's input,
  // output and scratch memory is then only its own from setting its inputs to reading its outputs.
  MicroInterpreter(const void* model, size_t model_size, const OpResolver& resolver, Arena* arena,
                   const InterpreterOptions& options = {});
  MicroInterpreter(const MicroInterpreter&) = delete;
  MicroInterpreter& operator=(const MicroInterpreter&) = delete;

  // Runs `batch` examples an Invoke, one after another: inputs and outputs hold that many, one
  // behind the other, while memory in between is needed once. Before AllocateTensors, which fails
  // with kUnsupported when the model keeps state. kInvalidArgument when batch < 1.
  Status ResizeInputBatch(int batch);

  // Verifies the model, prepares its ops and plans memory; then the arena holds all that is needed.
  // Once. After a failure the interpreter cannot be used (nor what it took of a shared arena).
  Status AllocateTensors();

  // kWrongOrder before AllocateTensors; otherwise what a kernel says.
  Status Invoke();

  // Clears variable tensors, resource variables and the ops' own state, as after AllocateTensors.
  Status Reset();

  // REQUIRES for all of these: AllocateTensors succeeded, indices in range. Shapes are those of one
  // example.
  int num_inputs() const { return graph_.model.subgraph(0).inputs().size(); }
  int num_outputs() const { return graph_.model.subgraph(0).outputs().size(); }
  TensorView input(int i) const { return tensor(0, graph_.model.subgraph(0).inputs()[i]); }
  TensorView output(int i) const { return tensor(0, graph_.model.subgraph(0).outputs()[i]); }
  TensorView tensor(int subgraph, int index) const {
    return TensorView(graph_.model.subgraph(subgraph).tensors()[index],
                      graph_.subgraphs[subgraph].tensors[index]);
  }
  int batch() const { return batch_; }
  const Graph& graph() const { return graph_; }

  // What the arena holds; total() is the size that would just do.
  const MemoryReport& memory() const { return memory_; }
  // The last failure.
  const Error& error() const { return error_; }

  // ---- For kernels ----

  // Runs all ops of a subgraph. The caller sets its inputs and takes its outputs.
  Status InvokeSubgraph(int subgraph);
  // The variable of that name, made when there is none yet (while preparing only; kUnsupported with
  // a batch of several examples).
  Status FindOrMakeVariable(const char* container, const char* name, ResourceVariable** variable);
  // nullptr when there is none of that number.
  ResourceVariable* Variable(int32_t id) const;
  // Gives the variable memory, or checks that what it has is of that size.
  Status ReserveVariable(ResourceVariable* variable, size_t bytes);

 private:
  friend class OpContext;

  Status TryAllocate();
  Status MakeTables();
  // Old converters aligned constants to 4: one of elements of 8 bytes is copied to the arena then.
  Status AlignConstant(fb::Table tensor, void** data);
  bool IsCompressed(int subgraph, int tensor) const {
    return compression_ != nullptr &&
           resolver_.decompression()->is_compressed(compression_, subgraph, tensor);
  }
  Status ResolveOps();
  Status PrepareOps();
  Status CheckOp(const OpContext& context, const OpRegistration* op) const;
  Status MakeVariables();
  static Status InvokeBatch(MicroInterpreter* it);
  Status Take(size_t bytes, size_t alignment, size_t* counter, void** memory);
  Status Report(const Error& error);  // returns its status

  const uint8_t* model_bytes_;
  size_t model_size_;
  const OpResolver& resolver_;
  Arena own_arena_;
  Arena* arena_;
  InterpreterOptions options_;
  Graph graph_;
  const uint8_t* compression_ = nullptr;  // the metadata entry of compressed weights
  ResourceVariable* variables_ = nullptr;
  ScratchRequest* requests_ = nullptr;  // while preparing
  int num_requests_ = 0;
  int batch_ = 1;
  // Set by ResizeInputBatch: what does not call it does not link them.
  Status (*invoke_batch_)(MicroInterpreter* it) = nullptr;
  FitBatchFunction fit_batch_ = nullptr;
  bool allocated_ = false;
  bool tried_ = false;
  MemoryReport memory_;
  Error error_;
};

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_CORE_INTERPRETER_H_
