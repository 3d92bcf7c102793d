#include "micro/kernels/circular_buffer.h"

#include "micro/kernels/common/custom_options.h"

namespace millrace::micro {
namespace {

struct Data {
  int32_t cycles_max;
  int32_t cycles_left;
};

Status Prepare(OpContext& context) {
  const TensorView input = context.input(0), output = context.output();
  MR_ENSURE(context, input.type() == TensorType::kInt8 && output.type() == TensorType::kInt8,
            Status::kUnsupportedType, "input and output are to be int8");
  const Shape in = input.shape(), out = output.shape();
  MR_ENSURE(context, in.rank >= 2 && out.rank == in.rank && in[0] == 1 && in[1] == 1 && out[0] == 1,
            Status::kInvalidShape,
            "input and output are not of one example, and the input one slot");
  for (int d = 2; d < in.rank; ++d) {
    MR_ENSURE(context, in[d] == out[d], Status::kInvalidShape,
              "the slots of input and output differ in shape");
  }
  Data* data;
  MR_TRY(context.NewData(&data));
  data->cycles_max = CustomOptions(context.custom_options()).Int("cycles_max", 0);
  MR_ENSURE(context, data->cycles_max >= 1, Status::kUnsupported, "cycles_max is not positive");
  void* slots = nullptr;
  MR_TRY(context.Allocate(output.bytes(), 1, &slots));
  context.SetOutputData(0, slots);
  return Status::kOk;
}

void Reset(OpContext& context) {
  context.data<Data>().cycles_left = context.data<Data>().cycles_max;
  __builtin_memset(context.output_data<int8_t>(), 0, context.output().bytes());
}

Status Invoke(OpContext& context) {
  Data& data = context.data<Data>();
  const size_t slot = context.input(0).bytes(), all = context.output().bytes();
  auto* slots = context.output_data<int8_t>();
  if (all > 0) {
    __builtin_memmove(slots, slots + slot, all - slot);
    __builtin_memcpy(slots + all - slot, context.input_data<int8_t>(0), slot);
  }
  if (--data.cycles_left > 0) return Status::kEndedEarly;
  data.cycles_left = data.cycles_max;
  return Status::kOk;
}

}  // namespace

const OpRegistration kCIRCULAR_BUFFEROp = {
    .code = BuiltinOp::kCustom,
    .custom_name = "CIRCULAR_BUFFER",
    .min_inputs = 1,
    .max_inputs = 1,
    .prepare = Prepare,
    .invoke = Invoke,
    .reset = Reset,
};

}  // namespace millrace::micro
