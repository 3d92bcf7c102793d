// What a kernel is (OpRegistration) and what it is given (OpContext).
//
// Life of an op: prepare once (check types and shapes, compute constants into op data, ask for
// scratch memory), then invoke any number of times. Prepare checks everything that does not depend
// on the data, so that invoke computes only. Invoke allocates nothing.
#ifndef MILLRACE_MICRO_CORE_OP_H_
#define MILLRACE_MICRO_CORE_OP_H_

#include <cstddef>
#include <cstdint>

#include "micro/core/flatbuffer.h"
#include "micro/core/options_reader.h"
#include "micro/core/profiler.h"
#include "micro/core/schema.h"
#include "micro/core/status.h"
#include "micro/core/tensor_view.h"

namespace millrace::micro {

class MicroInterpreter;
class OpContext;

// OpRegistration::flags
enum OpFlags : uint8_t {
  // Output 0 may be given the memory of an input of as many elements, none larger than the input's:
  // the kernel reads element i of the inputs before it writes element i of the output, and nothing
  // of element i afterwards. With it a kernel must not use memcpy (or restrict) between the two.
  kMayRunInPlace = 1,
  // Inputs below min_inputs may be absent too (the kernel checks which must be there).
  kChecksPresence = 2,
};

// A kernel: constants and plain functions, so that it lies in flash and what no resolver names is
// not linked. `extern const OpRegistration kSoftmaxOp;` in the op's header, defined in its source.
struct OpRegistration {
  BuiltinOp code = BuiltinOp::kCustom;
  const char* custom_name = nullptr;  // of a custom op
  uint8_t max_version = 0;            // newest version of the op that is understood; 0: any
  uint8_t min_inputs = 0;             // checked before prepare; inputs below min_inputs are present
  uint8_t max_inputs = 255;
  uint8_t min_outputs = 1;
  uint8_t max_outputs = 1;
  uint8_t flags = 0;
  Status (*prepare)(OpContext& context) = nullptr;  // may be nullptr
  Status (*invoke)(OpContext& context) = nullptr;
  // Clears state in op data; called before the first invoke and by Reset. nullptr: no state.
  void (*reset)(OpContext& context) = nullptr;
};

// One node of the graph, while it is prepared, invoked or reset. Valid during the call only.
class OpContext {
 public:
  int num_inputs() const { return inputs_.size(); }
  int num_outputs() const { return outputs_.size(); }
  bool has_input(int i) const { return i < inputs_.size() && inputs_[i] >= 0; }
  // REQUIRES: has_input(i).
  TensorView input(int i) const { return Tensor(inputs_[i]); }
  TensorView output(int i = 0) const { return Tensor(outputs_[i]); }
  // A view that is not present() when the input is not there.
  TensorView optional_input(int i) const { return has_input(i) ? input(i) : TensorView(); }
  // Hidden tensors some ops carry for quantisation (LSTM). Absent ones are not present().
  int num_intermediates() const { return Intermediates().size(); }
  TensorView intermediate(int i) const { return Tensor(Intermediates()[i]); }

  // The data alone, for invoke; nullptr when the input is not there.
  template <typename T>
  const T* input_data(int i) const {
    return has_input(i) ? static_cast<const T*>(tensors_[inputs_[i]]) : nullptr;
  }
  template <typename T>
  T* output_data(int i = 0) const {
    return static_cast<T*>(tensors_[outputs_[i]]);
  }

  BuiltinOp code() const;
  int version() const;
  OptionsReader options() const;               // of a builtin op
  fb::Vector<uint8_t> custom_options() const;  // of a custom op

  // What prepare stored, as the type it stored.
  template <typename T>
  T& data() const {
    return *static_cast<T*>(*op_data_);
  }

  // Says which op (and tensor) failed and why; returns `status` to return. why: MR_WHY("...").
  // tensor: its index in the subgraph, see input_index.
  Status Fail(Status status, const char* why, int tensor = -1) const;
  int subgraph() const { return subgraph_; }
  int input_index(int i) const { return inputs_[i]; }
  int output_index(int i = 0) const { return outputs_[i]; }

  // ---- Only while preparing ----

  // Op data of this node, zeroed, kept until the interpreter ends. *data stays unset on failure.
  template <typename T>
  Status NewData(T** data) const {
    void* memory = nullptr;
    MR_TRY(Allocate(sizeof(T), alignof(T), &memory));
    *op_data_ = memory;
    *data = static_cast<T*>(memory);
    return Status::kOk;
  }
  // Further memory that lasts, zeroed. Counts as op data.
  Status Allocate(size_t bytes, size_t alignment, void** memory) const;
  template <typename T>
  Status AllocateArray(size_t count, T** array) const {
    void* memory = nullptr;
    MR_TRY(Allocate(count * sizeof(T), alignof(T), &memory));
    *array = static_cast<T*>(memory);
    return Status::kOk;
  }
  // Memory for this node's invoke only, shared with others' at other times; aligned to 16. The
  // pointer is stored in *where after all ops were prepared: it must be a field of the op data.
  template <typename T>
  Status RequestScratch(size_t bytes, T** where) const {
    return RequestScratchInto(bytes, reinterpret_cast<void**>(where));
  }
  // Gives an output memory of its own, which lasts (a resource handle), instead of planned memory.
  void SetOutputData(int i, void* data) const { tensors_[outputs_[i]] = data; }
  // Whether tables that can be recomputed cheaply should be scratch rather than op data.
  bool prefer_small_arena() const;

  // ---- Subgraphs and variables: kernels/control_flow.cc, kernels/resource_variables.cc ----

  MicroInterpreter& interpreter() const { return *interpreter_; }

  // Measures a part of an op, from here to the end of the scope's life.
  ProfileScope Scope(const char* name) const;

 private:
  friend class MicroInterpreter;
  OpContext(MicroInterpreter* interpreter, int subgraph);
  void MoveTo(int op);  // the subgraph's op number `op`
  // Its operator code's place in the model's table.
  uint32_t code_index() const {
    return code_offset_ == 0 ? 0 : fb::Load<uint32_t>(op_.address() + code_offset_);
  }

  TensorView Tensor(int32_t index) const {
    return index < 0 ? TensorView() : TensorView(tables_[index], tensors_[index]);
  }
  fb::Vector<int32_t> Intermediates() const {
    return op_.VectorOf<int32_t>(field::Operator::kIntermediates);
  }
  Status RequestScratchInto(size_t bytes, void** where) const;

  MicroInterpreter* interpreter_;
  fb::TableVector tables_;     // the subgraph's tensors in the model
  fb::TableVector operators_;  // its operators
  void** tensors_;             // data of its tensors
  void** first_op_data_;       // op data of its operators
  int subgraph_;
  int op_index_ = -1;
  fb::Table op_;
  // Operators nearly always share a vtable, so its offsets are looked up once.
  const uint8_t* vtable_ = nullptr;
  int code_offset_ = 0;
  int inputs_offset_ = 0;
  int outputs_offset_ = 0;
  fb::Vector<int32_t> inputs_;
  fb::Vector<int32_t> outputs_;
  void** op_data_ = nullptr;
};

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_CORE_OP_H_
