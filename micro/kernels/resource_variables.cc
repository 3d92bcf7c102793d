#include "micro/kernels/resource_variables.h"

#include "micro/core/interpreter.h"
#include "micro/core/op_options.h"

namespace millrace::micro {
namespace {

enum Inputs { kHandle, kValue };

bool IsHandle(const TensorView& tensor) {
  return tensor.type() == TensorType::kResource && tensor.bytes() == sizeof(int32_t);
}

Status PrepareHandle(OpContext& context) {
  MR_ENSURE(context, IsHandle(context.output()), Status::kUnsupportedType,
            "the output is not a resource");
  const OptionsReader options = context.options();
  ResourceVariable* variable = nullptr;
  const Status status = context.interpreter().FindOrMakeVariable(
      options.String(VarHandleOptions::kContainer), options.String(VarHandleOptions::kSharedName),
      &variable);
  MR_ENSURE(context, status == Status::kOk, status,
            "no memory for the variable, or a batch of several examples");
  context.SetOutputData(0, &variable->id);
  return Status::kOk;
}

Status InvokeHandle(OpContext&) { return Status::kOk; }

// Makes room for the variable when the handle is known yet: one that a subgraph is given is not.
Status Reserve(OpContext& context, const TensorView& value) {
  const TensorView handle = context.input(kHandle);
  MR_ENSURE(context, IsHandle(handle), Status::kUnsupportedType, "input 0 is not a resource");
  ResourceVariable* variable =
      handle.raw() == nullptr ? nullptr : context.interpreter().Variable(*handle.data<int32_t>());
  if (variable == nullptr) return Status::kOk;
  const Status status = context.interpreter().ReserveVariable(variable, value.bytes());
  MR_ENSURE(context, status == Status::kOk, status,
            "the variable has another size, or the arena no room for it");
  return Status::kOk;
}

Status PrepareAssign(OpContext& context) { return Reserve(context, context.input(kValue)); }
Status PrepareRead(OpContext& context) { return Reserve(context, context.output()); }

Status Find(const OpContext& context, size_t bytes, void** data) {
  const ResourceVariable* variable =
      context.interpreter().Variable(*context.input_data<int32_t>(kHandle));
  MR_ENSURE(context, variable != nullptr && variable->data != nullptr && variable->bytes == bytes,
            Status::kInvokeFailed, "the handle is no variable of that size");
  *data = variable->data;
  return Status::kOk;
}

Status InvokeAssign(OpContext& context) {
  const TensorView value = context.input(kValue);
  void* data = nullptr;
  MR_TRY(Find(context, value.bytes(), &data));
  __builtin_memcpy(data, value.raw(), value.bytes());
  return Status::kOk;
}

Status InvokeRead(OpContext& context) {
  const TensorView value = context.output();
  void* data = nullptr;
  MR_TRY(Find(context, value.bytes(), &data));
  __builtin_memcpy(value.raw(), data, value.bytes());
  return Status::kOk;
}

}  // namespace

const OpRegistration kVarHandleOp = {
    .code = BuiltinOp::kVarHandle,
    .max_version = 1,
    .max_inputs = 0,
    .prepare = PrepareHandle,
    .invoke = InvokeHandle,
};

const OpRegistration kAssignVariableOp = {
    .code = BuiltinOp::kAssignVariable,
    .max_version = 1,
    .min_inputs = 2,
    .max_inputs = 2,
    .min_outputs = 0,
    .max_outputs = 0,
    .prepare = PrepareAssign,
    .invoke = InvokeAssign,
};

const OpRegistration kReadVariableOp = {
    .code = BuiltinOp::kReadVariable,
    .max_version = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .prepare = PrepareRead,
    .invoke = InvokeRead,
};

}  // namespace millrace::micro
