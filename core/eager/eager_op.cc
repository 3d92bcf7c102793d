#include "core/eager/eager_op.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/notification.h"
#include "core/base/out_of_memory.h"
#include "core/base/status.h"
#include "core/graph/arg_types.h"
#include "core/graph/node_check.h"
#include "core/runtime/step.h"

namespace millrace {
namespace {

absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const KernelRegistration& registration,
                                                   KernelConstruction& construction) {
  std::unique_ptr<Kernel> kernel =
      registration.make != nullptr ? (*registration.make)() : registration.factory();
  if (kernel == nullptr) {
    return absl::InternalError(absl::StrCat("The kernel of op ", construction.op(), " is null"));
  }
  MR_RETURN_IF_ERROR(kernel->Init(construction));
  return kernel;
}

// Strings, handles and variants are objects of the host.
bool LivesOnHost(DType type) { return !IsTriviallyCopyable(BaseType(type)); }

absl::Status FindHostMemory(const std::vector<ArgDef>& args, const AttrMap& attrs,
                            const KernelRegistration& registration, std::vector<bool>* host) {
  for (const ArgDef& arg : args) {
    MR_ASSIGN_OR_RETURN(const DTypeVector types, ArgTypes(arg, attrs));
    const bool asked = std::find(registration.host_memory.begin(), registration.host_memory.end(),
                                 arg.name) != registration.host_memory.end();
    for (const DType type : types) host->push_back(asked || LivesOnHost(type));
  }
  return absl::OkStatus();
}

std::string DescribeCall(const EagerOp& op, absl::Span<const Tensor> inputs) {
  std::string text = absl::StrCat("[", op.schema().name, "] of (");
  for (size_t i = 0; i < inputs.size(); ++i) {
    absl::StrAppend(&text, i == 0 ? "" : ", ", DTypeName(inputs[i].dtype()),
                    inputs[i].shape().ToString());
  }
  return absl::StrCat(text, ")");
}

enum class Direction { kToDevice, kToHost };

absl::StatusOr<Tensor> Copy(Device* device, const Tensor& tensor, Direction direction) {
  Notification arrived;
  absl::StatusOr<Tensor> copy;
  auto done = [&](absl::StatusOr<Tensor> result) {
    copy = std::move(result);
    arrived.Notify();
  };
  if (direction == Direction::kToDevice) {
    device->CopyFromHost(tensor, done);
  } else {
    device->CopyToHost(tensor, done);
  }
  arrived.WaitForNotification();
  return copy;
}

absl::Status Sync(Device* device) {
  Notification finished;
  absl::Status result;
  device->Sync([&](absl::Status status) {
    result = std::move(status);
    finished.Notify();
  });
  finished.WaitForNotification();
  return result;
}

absl::Status Launch(const EagerOp& op, KernelContext& context) {
  if (AsyncKernel* async = op.kernel().AsAsync()) return async->Compute(context);
  return OrOutOfMemory([&] { return op.device()->Launch(op.kernel(), context); });
}

absl::Status RunOnDevice(const EagerOp& op, StepContext* step, absl::Span<Tensor> inputs,
                         std::vector<Tensor>* outputs) {
  Device* device = op.device();
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (op.host_input(static_cast<int>(i))) continue;
    MR_ASSIGN_OR_RETURN(inputs[i], Copy(device, inputs[i], Direction::kToDevice));
  }
  KernelContext context(device, step, inputs, absl::MakeSpan(*outputs), op.output_types());
  uint64_t host_mask = 0;
  for (size_t i = 0; i < outputs->size(); ++i) {
    if (op.host_output(static_cast<int>(i))) host_mask |= uint64_t{1} << std::min<size_t>(i, 63);
  }
  context.set_host_outputs(host_mask);
  MR_RETURN_IF_ERROR(Launch(op, context));
  for (size_t i = 0; i < outputs->size(); ++i) {
    if (op.host_output(static_cast<int>(i)) || !(*outputs)[i].initialized()) continue;
    MR_ASSIGN_OR_RETURN((*outputs)[i], Copy(device, (*outputs)[i], Direction::kToHost));
  }
  return Sync(device);
}

absl::Status CheckOutputs(const EagerOp& op, const std::vector<Tensor>& outputs) {
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i].dtype() != op.output_types()[i]) {
      return absl::InternalError(
          absl::StrCat("The kernel gave no ", DTypeName(op.output_types()[i]), " as output ", i));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::shared_ptr<const EagerOp>> EagerOp::Create(const Registry& registry,
                                                               const OpSchema& schema,
                                                               absl::Span<const DType> input_types,
                                                               AttrMap attrs, Device* device,
                                                               FunctionRuntime* functions) {
  std::shared_ptr<EagerOp> op(new EagerOp);
  op->schema_ = &schema;
  op->device_ = device;
  absl::Status status =
      CheckNode(schema, input_types, &attrs, &op->input_types_, &op->output_types_);
  if (!status.ok()) return Annotate(status, absl::StrCat("[", schema.name, "]"));
  op->attrs_ = std::make_shared<const AttrMap>(std::move(attrs));
  MR_ASSIGN_OR_RETURN(const KernelRegistration registration,
                      registry.FindKernel(schema, *op->attrs_, device->type()));
  if (!device->is_host()) {
    MR_RETURN_IF_ERROR(FindHostMemory(schema.inputs, *op->attrs_, registration, &op->host_inputs_));
    MR_RETURN_IF_ERROR(
        FindHostMemory(schema.outputs, *op->attrs_, registration, &op->host_outputs_));
  }
  KernelConstruction construction(schema.name, schema.name, /*origin=*/"", *op->attrs_,
                                  op->input_types_, op->output_types_, device, functions);
  auto kernel = MakeKernel(registration, construction);
  if (!kernel.ok()) return Annotate(kernel.status(), absl::StrCat("[", schema.name, "]"));
  op->kernel_ = *std::move(kernel);
  return std::shared_ptr<const EagerOp>(std::move(op));
}

absl::StatusOr<std::vector<Tensor>> RunEagerOp(const EagerOp& op, StepContext* step,
                                               absl::Span<Tensor> inputs) {
  std::vector<Tensor> outputs(op.output_types().size());
  absl::Status status;
  if (op.device()->is_host()) {
    KernelContext context(op.device(), step, inputs, absl::MakeSpan(outputs), op.output_types());
    status = Launch(op, context);
  } else {
    status = RunOnDevice(op, step, inputs, &outputs);
  }
  if (status.ok()) status = CheckOutputs(op, outputs);
  if (!status.ok()) return Annotate(status, DescribeCall(op, inputs));
  return outputs;
}

}  // namespace millrace
