// EagerOp: an op with everything found out that does not depend on the values of its inputs.
#ifndef MILLRACE_CORE_EAGER_EAGER_OP_H_
#define MILLRACE_CORE_EAGER_EAGER_OP_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/graph/attr.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/runtime/kernel.h"
#include "core/runtime/plan.h"
#include "core/tensor/dtype.h"

namespace millrace {

// Immutable. Kernels keep no state of a call, so any number of threads may run one.
class EagerOp {
 public:
  // INVALID_ARGUMENT for attributes or input types that the schema does not allow; NOT_FOUND
  // without a kernel.
  static absl::StatusOr<std::shared_ptr<const EagerOp>> Create(const Registry& registry,
                                                               const OpSchema& schema,
                                                               absl::Span<const DType> input_types,
                                                               AttrMap attrs, Device* device,
                                                               FunctionRuntime* functions);

  const OpSchema& schema() const { return *schema_; }
  const std::shared_ptr<const AttrMap>& attrs() const { return attrs_; }  // complete
  Device* device() const { return device_; }
  Kernel& kernel() const { return *kernel_; }
  int num_inputs() const { return static_cast<int>(input_types_.size()); }
  const DTypeVector& input_types() const { return input_types_; }
  const DTypeVector& output_types() const { return output_types_; }
  // On a device with memory of its own: whether the kernel wants this input, gives this output, in
  // host memory.
  bool host_input(int i) const { return host_inputs_[i]; }
  bool host_output(int i) const { return host_outputs_[i]; }

 private:
  EagerOp() = default;

  const OpSchema* schema_ = nullptr;
  std::shared_ptr<const AttrMap> attrs_;
  DTypeVector input_types_, output_types_;
  Device* device_ = nullptr;
  std::unique_ptr<Kernel> kernel_;
  std::vector<bool> host_inputs_, host_outputs_;
};

// Runs it and waits; `inputs` are taken over. Errors name the op and the inputs' dtypes and shapes.
absl::StatusOr<std::vector<Tensor>> RunEagerOp(const EagerOp& op, StepContext* step,
                                               absl::Span<Tensor> inputs);

}  // namespace millrace

#endif  // MILLRACE_CORE_EAGER_EAGER_OP_H_
