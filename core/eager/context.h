// EagerContext: ops that run at once, through the same kernels as graphs.
#ifndef MILLRACE_CORE_EAGER_CONTEXT_H_
#define MILLRACE_CORE_EAGER_CONTEXT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/base/cancellation.h"
#include "core/graph/attr.h"
#include "core/graph/function_library.h"
#include "core/graph/registry.h"
#include "core/runtime/device.h"
#include "core/runtime/plan.h"
#include "core/tensor/tensor.h"

namespace millrace {

class EagerOp;

// Thread-safe. Tensors between ops are in host memory; for a device with memory of its own, inputs
// are copied there before an op and outputs back after it.
class EagerContext {
 public:
  // `registry` must outlive the context. The first of `devices` is the host and the default.
  EagerContext(const Registry* registry, std::shared_ptr<DeviceSet> devices,
               std::shared_ptr<FunctionLibrary> library = nullptr);
  ~EagerContext();
  EagerContext(const EagerContext&) = delete;
  EagerContext& operator=(const EagerContext&) = delete;

  const Registry& registry() const { return *registry_; }
  DeviceSet& devices() { return *devices_; }
  FunctionLibrary& library() { return *library_; }
  const std::shared_ptr<FunctionLibrary>& shared_library() const { return library_; }
  // Plans of the library's functions on a device of devices().
  FunctionRuntime* functions(Device* device);

  // Runs `op` on flat `inputs`; attributes with defaults or implied by inputs may be left out.
  // `device` is a full or partial name; empty: where the op's resources live, else the default.
  // Waits until the outputs are there; not to be called on a compute-pool thread. `cancellation`
  // may be null. NOT_FOUND for an unknown op, kernel or device; INVALID_ARGUMENT for wrong
  // attributes or inputs; else what the kernel says, with the op and the inputs' dtypes and shapes
  // before it.
  absl::StatusOr<std::vector<Tensor>> Execute(absl::string_view op, absl::Span<const Tensor> inputs,
                                              const AttrMap& attrs = {},
                                              absl::string_view device = "",
                                              Cancellation* cancellation = nullptr);

  // The two halves of Execute, for callers that keep what the first one found: an op, checked, with
  // its kernel, from a cache keyed by op, attributes, input dtypes and device.
  absl::StatusOr<std::shared_ptr<const EagerOp>> Prepare(absl::string_view op,
                                                         absl::Span<const DType> input_types,
                                                         const AttrMap& attrs, Device* device);
  // `inputs`, of the op's types, are taken over.
  absl::StatusOr<std::vector<Tensor>> Run(const EagerOp& op, absl::Span<Tensor> inputs,
                                          Cancellation* cancellation = nullptr);
  // Where Execute would run an op with these inputs.
  absl::StatusOr<Device*> ChooseDevice(absl::Span<const Tensor> inputs, absl::string_view device);

 private:
  struct Impl;

  const Registry* const registry_;
  const std::shared_ptr<DeviceSet> devices_;
  const std::shared_ptr<FunctionLibrary> library_;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace millrace

#endif  // MILLRACE_CORE_EAGER_CONTEXT_H_
