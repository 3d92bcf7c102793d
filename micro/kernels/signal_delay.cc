#include "micro/kernels/signal_delay.h"

#include "micro/kernels/common/custom_options.h"

namespace millrace::micro {
namespace {

void Copy(const int16_t* from, int32_t n, int16_t* to) {
  __builtin_memmove(to, from, sizeof(int16_t) * static_cast<size_t>(n));
}

// ---- SignalDelay ----

struct DelayData {
  int32_t length;
  int16_t* late;  // [rows][length]: what is still to come
};

int32_t RowsOf(const OpContext& context) {
  const Shape shape = context.input(0).shape();
  return shape.Product(0, shape.rank - 1);
}

size_t LateElements(const OpContext& context, int32_t length) {
  return static_cast<size_t>(RowsOf(context)) * static_cast<size_t>(length);
}

Status PrepareDelay(OpContext& context) {
  const TensorView input = context.input(0), output = context.output();
  MR_ENSURE(context, input.type() == TensorType::kInt16 && output.type() == TensorType::kInt16,
            Status::kUnsupportedType, "input and output are to be int16");
  MR_ENSURE(context, input.rank() >= 1 && output.shape() == input.shape(), Status::kInvalidShape,
            "the output's shape is not the input's");
  DelayData* data;
  MR_TRY(context.NewData(&data));
  data->length = CustomOptions(context.custom_options()).Int("delay_length", 0);
  MR_ENSURE(context, data->length >= 0 && data->length <= INT32_MAX / 16, Status::kUnsupported,
            "delay_length is negative or too large");
  return context.AllocateArray(LateElements(context, data->length), &data->late);
}

void ResetDelay(OpContext& context) {
  const DelayData& data = context.data<DelayData>();
  __builtin_memset(data.late, 0, LateElements(context, data.length) * sizeof(int16_t));
}

Status InvokeDelay(OpContext& context) {
  const DelayData& data = context.data<DelayData>();
  const int32_t n = context.input(0).shape().last(), length = data.length;
  const auto* input = context.input_data<int16_t>(0);
  auto* output = context.output_data<int16_t>();
  int16_t* late = data.late;
  for (int32_t row = 0; row < RowsOf(context); ++row, input += n, output += n, late += length) {
    const int32_t old = n < length ? n : length;
    Copy(late, old, output);
    Copy(input, n - old, output + old);
    Copy(late + old, length - old, late);
    Copy(input + n - old, old, late + length - old);
  }
  return Status::kOk;
}

// ---- SignalStacker ----

struct StackerData {
  int32_t channels;
  int32_t left;
  int32_t frames;  // of an output
  int32_t step;
  int32_t filled;    // frames that wait
  bool has_first;    // a frame came
  int16_t* waiting;  // [frames][channels]
};

Status PrepareStacker(OpContext& context) {
  MR_ENSURE(context,
            context.input(0).type() == TensorType::kInt16 &&
                context.output(0).type() == TensorType::kInt16 &&
                context.output(1).type() == TensorType::kBool,
            Status::kUnsupportedType, "features are to be int16, validity bool");
  StackerData* data;
  MR_TRY(context.NewData(&data));
  const CustomOptions options(context.custom_options());
  data->channels = context.input(0).elements();
  data->left = options.Int("stacker_left_context", 0);
  const int32_t right = options.Int("stacker_right_context", 0);
  data->step = options.Int("stacker_step", 1);
  constexpr int32_t kMost = 1 << 16;
  MR_ENSURE(context,
            data->left >= 0 && data->left <= kMost && right >= 0 && right <= kMost &&
                data->step >= 1 && data->step <= kMost,
            Status::kUnsupported, "a context or the step is negative or too large");
  data->frames = data->left + 1 + right;
  MR_ENSURE(context, data->step <= data->frames, Status::kUnsupported, "stacker_step skips frames");
  MR_ENSURE(context,
            options.Int("num_channels", data->channels) == data->channels &&
                int64_t{data->frames} * data->channels == context.output(0).elements() &&
                context.output(1).elements() == 1,
            Status::kInvalidShape, "the shapes do not fit the options");
  return context.AllocateArray(
      static_cast<size_t>(data->frames) * static_cast<size_t>(data->channels), &data->waiting);
}

void ResetStacker(OpContext& context) {
  StackerData& data = context.data<StackerData>();
  data.filled = 0;
  data.has_first = false;
}

Status InvokeStacker(OpContext& context) {
  StackerData& data = context.data<StackerData>();
  const int32_t channels = data.channels;
  const int32_t copies = data.has_first ? 1 : data.left + 1;
  data.has_first = true;
  for (int32_t i = 0; i < copies; ++i, ++data.filled) {
    Copy(context.input_data<int16_t>(0), channels, data.waiting + data.filled * channels);
  }
  auto* output = context.output_data<int16_t>(0);
  const bool valid = data.filled >= data.frames;
  *context.output_data<bool>(1) = valid;
  if (!valid) {
    __builtin_memset(output, 0, context.output(0).bytes());
    return Status::kOk;
  }
  Copy(data.waiting, data.frames * channels, output);
  data.filled -= data.step;
  Copy(data.waiting + data.step * channels, data.filled * channels, data.waiting);
  return Status::kOk;
}

}  // namespace

const OpRegistration kSignalDelayOp = {
    .code = BuiltinOp::kCustom,
    .custom_name = "SignalDelay",
    .min_inputs = 1,
    .max_inputs = 1,
    .prepare = PrepareDelay,
    .invoke = InvokeDelay,
    .reset = ResetDelay,
};

const OpRegistration kSignalStackerOp = {
    .code = BuiltinOp::kCustom,
    .custom_name = "SignalStacker",
    .min_inputs = 1,
    .max_inputs = 1,
    .min_outputs = 2,
    .max_outputs = 2,
    .prepare = PrepareStacker,
    .invoke = InvokeStacker,
    .reset = ResetStacker,
};

}  // namespace millrace::micro
