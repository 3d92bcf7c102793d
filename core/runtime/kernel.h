// Kernel: the computation of one node. What a kernel may know when it is made (KernelConstruction)
// and when it runs (KernelContext).
#ifndef MILLRACE_CORE_RUNTIME_KERNEL_H_
#define MILLRACE_CORE_RUNTIME_KERNEL_H_

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/graph/attr.h"
#include "core/runtime/device.h"
#include "core/runtime/resource.h"
#include "core/tensor/tensor.h"

namespace millrace {

class AsyncKernel;
class FunctionRuntime;
class Plan;
class ThreadPool;
struct StepContext;

// The facts of the node a kernel is made for. Valid during Kernel::Init only, but for node_name()
// and op().
class KernelConstruction {
 public:
  KernelConstruction(std::string node_name, std::string op, std::string origin,
                     const AttrMap& attrs, absl::Span<const DType> input_types,
                     absl::Span<const DType> output_types, Device* device,
                     FunctionRuntime* functions)
      : node_name_(std::move(node_name)),
        op_(std::move(op)),
        origin_(std::move(origin)),
        attrs_(attrs),
        input_types_(input_types),
        output_types_(output_types),
        device_(device),
        functions_(functions) {}

  const std::string& node_name() const { return node_name_; }
  const std::string& op() const { return op_; }
  const std::string& origin() const { return origin_; }
  const AttrMap& attrs() const { return attrs_; }
  template <typename T>
  absl::Status GetAttr(absl::string_view name, T* value) const {
    return attrs_.Get(name, value);
  }
  int num_inputs() const { return static_cast<int>(input_types_.size()); }
  int num_outputs() const { return static_cast<int>(output_types_.size()); }
  DType input_type(int i) const { return input_types_[i]; }
  DType output_type(int i) const { return output_types_[i]; }
  Device* device() const { return device_; }
  FunctionRuntime* functions() const {
    return functions_;
  }  // null where functions cannot be called

 private:
  const std::string node_name_, op_, origin_;
  const AttrMap& attrs_;
  absl::Span<const DType> input_types_, output_types_;
  Device* device_;
  FunctionRuntime* functions_;
};

// Compute may be called by several steps at once: a kernel keeps no state of a step in its members.
class Kernel {
 public:
  virtual ~Kernel() = default;
  // Reads and checks attributes, once. Constructors take no arguments and do nothing.
  virtual absl::Status Init(KernelConstruction& c) { return absl::OkStatus(); }
  // Sets every output, or returns an error; the executor adds node, op and device to its message.
  virtual absl::Status Compute(KernelContext& c) = 0;
  virtual AsyncKernel* AsAsync() { return nullptr; }
  // True if a call costs well under a microsecond whatever its input (shape arithmetic, identity,
  // no-op): never handed to another thread.
  virtual bool cheap() const { return false; }
};

// A kernel that may wait for something other than a compute thread. `done` is called exactly once,
// from any thread, maybe before ComputeAsync returns; the context is valid until then. Holds no
// thread while it waits, and listens to the step's Cancellation.
class AsyncKernel : public Kernel {
 public:
  using Done = absl::AnyInvocable<void(absl::Status)>;
  virtual void ComputeAsync(KernelContext& c, Done done) = 0;
  // Waits; for callers outside an executor that hold no compute thread.
  absl::Status Compute(KernelContext& c) final;
  AsyncKernel* AsAsync() final { return this; }
};

// One call of a kernel: inputs in, outputs out. Used by one thread at a time.
class KernelContext {
 public:
  // The executor's view: `inputs` and `outputs` are its slots. `inputs` may be moved from by
  // take_input.
  KernelContext(Device* device, StepContext* step, absl::Span<Tensor> inputs,
                absl::Span<Tensor> outputs, absl::Span<const DType> output_types)
      : device_(device),
        step_(step),
        inputs_(inputs),
        outputs_(outputs),
        output_types_(output_types) {}

  int num_inputs() const { return static_cast<int>(inputs_.size()); }
  int num_outputs() const { return static_cast<int>(outputs_.size()); }
  const Tensor& input(int i) const { return inputs_[i]; }
  DType output_type(int i) const { return output_types_[i]; }

  // Sets output i to a new tensor and points `*out` to it.
  absl::Status allocate_output(int i, const Shape& shape, Tensor** out);
  // The same, but shares the memory of one of the inputs `candidates` if nobody else needs it and
  // its dtype and element count fit: such an input must not be read after the output is written,
  // except elementwise in step with it. input() stays valid.
  absl::Status forward_or_allocate_output(std::initializer_list<int> candidates, int i,
                                          const Shape& shape, Tensor** out);
  absl::Status allocate_temp(DType dtype, const Shape& shape, Tensor* out) const;
  void set_output(int i, Tensor tensor) { outputs_[i] = std::move(tensor); }
  Tensor* mutable_output(int i) { return &outputs_[i]; }
  // Input i with the executor's reference to it handed over; input(i) is uninitialised afterwards.
  Tensor take_input(int i) { return std::move(inputs_[i]); }

  // Only where frames of v1 control flow run: true if an input comes from a branch that was not
  // taken. Only kernels of `_Send` are called then; a kernel of `_Recv` sets it if what it received
  // is dead.
  bool is_dead() const { return is_dead_; }
  void set_dead(bool dead) { is_dead_ = dead; }

  // On a device with memory of its own: which outputs, by bit (the last bit stands for the rest),
  // are in host memory.
  void set_host_outputs(uint64_t mask) { host_outputs_ = mask; }

  Device* device() const { return device_; }
  ResourceManager& resources() const { return device_->resources(); }
  ThreadPool* pool() const { return device_->pool(); }
  StepContext& step() const { return *step_; }

  // The handle in scalar input i. INVALID_ARGUMENT if it is not one.
  absl::StatusOr<const ResourceHandle*> handle(int i) const;
  template <typename T>
  absl::StatusOr<std::shared_ptr<T>> resource(int i) const {
    auto h = handle(i);
    if (!h.ok()) return h.status();
    return resources().template Lookup<T>(**h);
  }

 private:
  Device* device_;
  StepContext* step_;
  absl::Span<Tensor> inputs_, outputs_;
  absl::Span<const DType> output_types_;
  uint64_t host_outputs_ = 0;
  bool is_dead_ = false;
};

}  // namespace millrace

#endif  // MILLRACE_CORE_RUNTIME_KERNEL_H_
