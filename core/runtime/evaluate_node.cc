#include "core/runtime/evaluate_node.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "core/base/cancellation.h"
#include "core/base/out_of_memory.h"
#include "core/base/status.h"
#include "core/runtime/kernel.h"
#include "core/runtime/plan_builder.h"
#include "core/runtime/step.h"

namespace millrace {

absl::StatusOr<std::vector<Tensor>> EvaluateNode(const Registry& registry, Device* device,
                                                 const Node& node,
                                                 absl::Span<const Tensor> inputs) {
  MR_ASSIGN_OR_RETURN(const KernelRegistration registration,
                      registry.FindKernel(node.op(), node.attrs(), device->type()));
  MR_ASSIGN_OR_RETURN(const std::shared_ptr<Kernel> kernel,
                      MakeKernel(node, registration, device, /*functions=*/nullptr));
  if (kernel->AsAsync() != nullptr) {
    return absl::UnimplementedError(absl::StrCat(node.Describe(), " may wait"));
  }
  Cancellation cancellation;
  StepContext step;
  step.step_id = 1;
  step.cancellation = &cancellation;
  std::vector<Tensor> values(inputs.begin(), inputs.end());
  std::vector<Tensor> outputs(node.num_outputs());
  KernelContext context(device, &step, absl::MakeSpan(values), absl::MakeSpan(outputs),
                        node.output_types());
  MR_RETURN_IF_ERROR(OrOutOfMemory([&] { return kernel->Compute(context); }));
  for (int i = 0; i < node.num_outputs(); ++i) {
    if (outputs[i].dtype() != node.output_type(i)) {
      return absl::InternalError(absl::StrCat(node.Describe(), ": output ", i, " is not a ",
                                              DTypeName(node.output_type(i)), " tensor"));
    }
  }
  return outputs;
}

}  // namespace millrace
