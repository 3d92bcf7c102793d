#include "micro/kernels/signal_window.h"

#include "micro/kernels/common/custom_options.h"
#include "micro/kernels/loops/front_end.h"

namespace millrace::micro {
namespace {

enum Inputs { kInput, kWeights };

struct Data {
  int32_t shift;
};

Status Prepare(OpContext& context) {
  const TensorView input = context.input(kInput), weights = context.input(kWeights);
  const TensorView output = context.output();
  MR_ENSURE(context,
            input.type() == TensorType::kInt16 && weights.type() == TensorType::kInt16 &&
                output.type() == TensorType::kInt16,
            Status::kUnsupportedType, "input, weights and output are to be int16");
  MR_ENSURE(context,
            input.rank() >= 1 && weights.elements() == input.shape().last() &&
                output.shape() == input.shape(),
            Status::kInvalidShape, "the window is not as long as the input's rows");
  Data* data;
  MR_TRY(context.NewData(&data));
  data->shift = CustomOptions(context.custom_options()).Int("shift", 0);
  MR_ENSURE(context, data->shift >= 0 && data->shift <= 31, Status::kUnsupported,
            "the shift is not in 0 .. 31");
  return Status::kOk;
}

Status Invoke(OpContext& context) {
  const int32_t n = context.input(kWeights).elements();
  const int32_t elements = context.input(kInput).elements();
  for (int32_t i = 0; i < elements; i += n) {
    WindowLoop(context.input_data<int16_t>(kInput) + i, context.input_data<int16_t>(kWeights), n,
               context.data<Data>().shift, context.output_data<int16_t>() + i);
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kSignalWindowOp = {
    .code = BuiltinOp::kCustom,
    .custom_name = "SignalWindow",
    .min_inputs = 2,
    .max_inputs = 2,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
