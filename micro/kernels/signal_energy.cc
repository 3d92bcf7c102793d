#include "micro/kernels/signal_energy.h"

#include "micro/kernels/common/custom_options.h"
#include "micro/kernels/loops/front_end.h"

namespace millrace::micro {
namespace {

struct Data {
  int32_t begin;
  int32_t end;
};

Status Prepare(OpContext& context) {
  const TensorView input = context.input(0), output = context.output();
  MR_ENSURE(context, input.type() == TensorType::kInt16 && output.type() == TensorType::kUInt32,
            Status::kUnsupportedType, "the spectrum is to be int16, the energies uint32");
  MR_ENSURE(context, input.elements() == int64_t{2} * output.elements(), Status::kInvalidShape,
            "the spectrum has not two values for each energy");
  Data* data;
  MR_TRY(context.NewData(&data));
  const CustomOptions options(context.custom_options());
  data->begin = options.Int("start_index", 0);
  data->end = options.Int("end_index", output.elements());
  MR_ENSURE(context, 0 <= data->begin && data->begin <= data->end && data->end <= output.elements(),
            Status::kInvalidShape, "start_index .. end_index is not a part of the spectrum");
  return Status::kOk;
}

Status Invoke(OpContext& context) {
  const Data& data = context.data<Data>();
  auto* output = context.output_data<uint32_t>();
  __builtin_memset(output, 0, context.output().bytes());
  EnergiesLoop(context.input_data<int16_t>(0), data.begin, data.end, output);
  return Status::kOk;
}

}  // namespace

const OpRegistration kSignalEnergyOp = {
    .code = BuiltinOp::kCustom,
    .custom_name = "SignalEnergy",
    .min_inputs = 1,
    .max_inputs = 1,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
