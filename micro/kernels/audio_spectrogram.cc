#include "micro/kernels/audio_spectrogram.h"

#include <cmath>

#include "micro/kernels/common/custom_options.h"
#include "micro/signal/complex_fft.h"
#include "micro/signal/fft.h"

namespace millrace::micro {
namespace {

using Complex = signal::Complex<double>;

struct Data {
  int32_t window_size;
  int32_t stride;
  int32_t length;  // of the transform
  bool squared;
  double* window;
  Complex* twiddles;
  Complex* values;
};

Status CheckShapes(const OpContext& context, const Data& data) {
  const Shape in = context.input(0).shape(), out = context.output().shape();
  MR_ENSURE(context, in.rank == 2 && out.rank == 3, Status::kInvalidShape,
            "input and output have not two and three dimensions");
  const int32_t beyond = in[0] - data.window_size;
  const int32_t times = beyond < 0 ? 0 : 1 + beyond / data.stride;
  MR_ENSURE(context, out[0] == in[1] && out[1] == times && out[2] == data.length / 2 + 1,
            Status::kInvalidShape, "the output is not [channels, times, bins]");
  return Status::kOk;
}

Status Prepare(OpContext& context) {
  MR_ENSURE(context,
            context.input(0).type() == TensorType::kFloat32 &&
                context.output().type() == TensorType::kFloat32,
            Status::kUnsupportedType, "input and output are not float32");
  Data* data;
  MR_TRY(context.NewData(&data));
  const CustomOptions options(context.custom_options());
  data->window_size = options.Int("window_size", 0);
  data->stride = options.Int("stride", 0);
  data->squared = options.Bool("magnitude_squared", false);
  MR_ENSURE(
      context,
      data->window_size >= 2 && data->window_size <= signal::kMaxFftLength && data->stride >= 1,
      Status::kInvalidModel, "window_size is below 2 or too large, or stride below 1");
  data->length = 2;
  while (data->length < data->window_size) data->length *= 2;
  MR_TRY(CheckShapes(context, *data));
  const auto length = static_cast<size_t>(data->length);
  MR_TRY(context.RequestScratch(static_cast<size_t>(data->window_size) * sizeof(double),
                                &data->window));
  MR_TRY(context.RequestScratch(length / 2 * sizeof(Complex), &data->twiddles));
  return context.RequestScratch(length * sizeof(Complex), &data->values);
}

void FillHann(int32_t n, double* window) {
  constexpr double kTurn = 6.283185307179586476925;
  for (int32_t i = 0; i < n; ++i) window[i] = 0.5 - 0.5 * std::cos(kTurn * i / n);
}

Status Invoke(OpContext& context) {
  const Data& data = context.data<Data>();
  const Shape out = context.output().shape();
  const int32_t channels = out[0], times = out[1], bins = out[2];
  FillHann(data.window_size, data.window);
  signal::FillComplexTwiddles(data.length, data.twiddles);
  float* output = context.output_data<float>();
  for (int32_t c = 0; c < channels; ++c) {
    for (int32_t t = 0; t < times; ++t, output += bins) {
      const float* samples = context.input_data<float>(0) + ptrdiff_t{t} * data.stride * channels;
      for (int32_t i = 0; i < data.length; ++i) {
        const bool inside = i < data.window_size;
        data.values[i] = {inside ? data.window[i] * samples[ptrdiff_t{i} * channels + c] : 0.0,
                          0.0};
      }
      signal::ComplexFft(data.length, data.twiddles, data.values);
      for (int32_t i = 0; i < bins; ++i) {
        const Complex v = data.values[i];
        const double energy = v.real * v.real + v.imaginary * v.imaginary;
        output[i] = static_cast<float>(data.squared ? energy : std::sqrt(energy));
      }
    }
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kAudioSpectrogramOp = {
    .code = BuiltinOp::kCustom,
    .custom_name = "AudioSpectrogram",
    .min_inputs = 1,
    .max_inputs = 1,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
