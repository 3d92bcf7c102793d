#include "micro/kernels/signal_fft.h"

#include "micro/kernels/common/custom_options.h"
#include "micro/kernels/loops/front_end.h"
#include "micro/signal/fft.h"

namespace millrace::micro {
namespace {

Status PrepareAutoScale(OpContext& context) {
  MR_ENSURE(context,
            context.input(0).type() == TensorType::kInt16 &&
                context.output(0).type() == TensorType::kInt16 &&
                context.output(1).type() == TensorType::kInt32,
            Status::kUnsupportedType, "input and output are to be int16, the exponent int32");
  MR_ENSURE(context,
            context.output(0).elements() == context.input(0).elements() &&
                context.output(1).elements() == 1,
            Status::kInvalidShape,
            "the output is not as large as the input, or the exponent not one");
  return Status::kOk;
}

Status InvokeAutoScale(OpContext& context) {
  *context.output_data<int32_t>(1) = AutoScaleLoop(
      context.input_data<int16_t>(0), context.input(0).elements(), context.output_data<int16_t>(0));
  return Status::kOk;
}

struct Data {
  int32_t length;
  void* twiddles;
};

template <typename T>
Status MakeTwiddles(const OpContext& context, Data* data) {
  T* table = nullptr;
  MR_TRY(context.AllocateArray(static_cast<size_t>(signal::TwiddleCount(data->length)), &table));
  signal::FillTwiddles(data->length, table);
  data->twiddles = table;
  return Status::kOk;
}

// forward: from samples to spectrum.
Status Prepare(OpContext& context, bool forward) {
  const TensorView input = context.input(0), output = context.output();
  Data* data;
  MR_TRY(context.NewData(&data));
  data->length = CustomOptions(context.custom_options()).Int("fft_length", 0);
  MR_ENSURE(context, signal::IsFftLength(data->length), Status::kUnsupported,
            "fft_length is not a power of two from 4 on");
  MR_ENSURE(context, input.rank() >= 1 && output.rank() == input.rank(), Status::kInvalidShape,
            "input and output differ in rank");
  const Shape samples = (forward ? input : output).shape();
  const Shape spectrum = (forward ? output : input).shape();
  const int last = samples.rank - 1;
  MR_ENSURE(context,
            spectrum.last() == data->length + 2 && samples.last() <= data->length &&
                (forward || samples.last() == data->length),
            Status::kInvalidShape, "rows have not fft_length samples or fft_length + 2 values");
  MR_ENSURE(context, samples.Product(0, last) == spectrum.Product(0, last), Status::kInvalidShape,
            "input and output have not as many rows");
  MR_ENSURE(context, output.type() == input.type(), Status::kUnsupportedType,
            "input and output differ in type");
  switch (input.type()) {
    case TensorType::kInt16:
      return MakeTwiddles<int16_t>(context, data);
    case TensorType::kInt32:
      return MakeTwiddles<int32_t>(context, data);
    case TensorType::kFloat32:
      return MakeTwiddles<float>(context, data);
    default:
      return context.Fail(Status::kUnsupportedType, MR_WHY("no kernel for the input's type"));
  }
}

Status PrepareForward(OpContext& context) { return Prepare(context, true); }
Status PrepareInverse(OpContext& context) { return Prepare(context, false); }

void Forward(const int16_t* input, int32_t size, int32_t length, const int16_t* twiddles,
             int16_t* output) {
  RealFftLoop(input, size, length, twiddles, output);
}
template <typename T>
void Forward(const T* input, int32_t size, int32_t length, const T* twiddles, T* output) {
  signal::RealFft(input, size, length, twiddles, output);
}

template <typename T>
void Run(const OpContext& context, bool forward) {
  const Data& data = context.data<Data>();
  const auto* twiddles = static_cast<const T*>(data.twiddles);
  const Shape shape = context.input(0).shape();
  const int32_t size = shape.last(), rows = shape.Product(0, shape.rank - 1);
  const int32_t output_size = context.output().shape().last();
  const T* input = context.input_data<T>(0);
  T* output = context.output_data<T>();
  for (int32_t i = 0; i < rows; ++i, input += size, output += output_size) {
    if (forward) {
      Forward(input, size, data.length, twiddles, output);
    } else {
      signal::InverseRealFft(input, data.length, twiddles, output);
    }
  }
}

Status Invoke(const OpContext& context, bool forward) {
  switch (context.input(0).type()) {
    case TensorType::kInt16:
      Run<int16_t>(context, forward);
      break;
    case TensorType::kInt32:
      Run<int32_t>(context, forward);
      break;
    default:
      Run<float>(context, forward);
  }
  return Status::kOk;
}

Status InvokeForward(OpContext& context) { return Invoke(context, true); }
Status InvokeInverse(OpContext& context) { return Invoke(context, false); }

}  // namespace

const OpRegistration kSignalFftAutoScaleOp = {
    .code = BuiltinOp::kCustom,
    .custom_name = "SignalFftAutoScale",
    .min_inputs = 1,
    .max_inputs = 1,
    .min_outputs = 2,
    .max_outputs = 2,
    .prepare = PrepareAutoScale,
    .invoke = InvokeAutoScale,
};

const OpRegistration kSignalRfftOp = {
    .code = BuiltinOp::kCustom,
    .custom_name = "SignalRfft",
    .min_inputs = 1,
    .max_inputs = 1,
    .prepare = PrepareForward,
    .invoke = InvokeForward,
};

const OpRegistration kSignalIrfftOp = {
    .code = BuiltinOp::kCustom,
    .custom_name = "SignalIrfft",
    .min_inputs = 1,
    .max_inputs = 1,
    .prepare = PrepareInverse,
    .invoke = InvokeInverse,
};

}  // namespace millrace::micro
