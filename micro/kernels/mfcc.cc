#include "micro/kernels/mfcc.h"

#include <cmath>

#include "micro/kernels/common/custom_options.h"

namespace millrace::micro {
namespace {

struct Bin {
  double weight;  // of the channel below; the rest is the next channel's
  int32_t channel;
};

struct Data {
  float upper, lower;
  int32_t channels, coefficients;
  Bin* bins;
  double* cosines;   // [coefficients][channels]
  double* energies;  // [channels]
};

Status CheckShapes(const OpContext& context, const Data& data) {
  const TensorView input = context.input(0), rate = context.input(1), output = context.output();
  MR_ENSURE(context,
            input.type() == TensorType::kFloat32 && output.type() == TensorType::kFloat32 &&
                rate.type() == TensorType::kInt32,
            Status::kUnsupportedType, "spectrogram and output are not float32, or the rate int32");
  MR_ENSURE(context, input.rank() == 3 && output.rank() == 3 && rate.elements() == 1,
            Status::kInvalidShape, "spectrogram and output have not three dimensions");
  MR_ENSURE(context,
            input.dim(0) == output.dim(0) && input.dim(1) == output.dim(1) &&
                output.dim(2) == data.coefficients && input.dim(2) >= 2,
            Status::kInvalidShape, "the output is not [channels, times, dct_coefficient_count]");
  return Status::kOk;
}

Status Prepare(OpContext& context) {
  Data* data;
  MR_TRY(context.NewData(&data));
  const CustomOptions options(context.custom_options());
  data->upper = options.Float("upper_frequency_limit", 4000.0f);
  data->lower = options.Float("lower_frequency_limit", 20.0f);
  data->channels = options.Int("filterbank_channel_count", 40);
  data->coefficients = options.Int("dct_coefficient_count", 13);
  MR_ENSURE(context,
            data->lower >= 0.0f && data->upper > data->lower && data->upper < 1e9f &&
                data->channels >= 1 && data->channels <= 4096 && data->coefficients >= 1 &&
                data->coefficients <= data->channels,
            Status::kInvalidModel, "the limits or numbers do not fit each other");
  MR_TRY(CheckShapes(context, *data));
  const auto channels = static_cast<size_t>(data->channels);
  const auto bins = static_cast<size_t>(context.input(0).dim(2));
  MR_TRY(context.RequestScratch(bins * sizeof(Bin), &data->bins));
  MR_TRY(context.RequestScratch(channels * static_cast<size_t>(data->coefficients) * sizeof(double),
                                &data->cosines));
  return context.RequestScratch(channels * sizeof(double), &data->energies);
}

double ToMel(double frequency) { return 1127.0 * std::log1p(frequency / 700.0); }

// Bins first .. last count.
struct Span {
  int32_t first;
  int32_t last;
};

Status FillBins(const OpContext& context, const Data& data, Span* span) {
  const int32_t bins = context.input(0).dim(2), rate = *context.input_data<int32_t>(1);
  MR_ENSURE(context, rate > 0, Status::kInvokeFailed, "the sample rate is not positive");
  const double width = 0.5 * rate / (bins - 1);
  MR_ENSURE(context, data.upper / width < bins, Status::kInvokeFailed,
            "the upper frequency limit is above half of the sample rate");
  *span = {static_cast<int32_t>(1.5 + data.lower / width),
           static_cast<int32_t>(data.upper / width)};
  const double low = ToMel(data.lower);
  const double spacing = (ToMel(data.upper) - low) / (data.channels + 1);
  const auto centre = [&](int32_t channel) { return low + spacing * (channel + 1); };
  int32_t channel = 0;  // the first whose centre is not below the bin
  for (int32_t i = span->first; i <= span->last; ++i) {
    const double mel = ToMel(i * width);
    while (channel < data.channels && centre(channel) < mel) ++channel;
    const double below = channel == 0 ? low : centre(channel - 1);
    data.bins[i] = {(centre(channel) - mel) / (centre(channel) - below), channel - 1};
  }
  return Status::kOk;
}

void FillCosines(const Data& data) {
  constexpr double kHalfTurn = 3.141592653589793238463;
  const double norm = std::sqrt(2.0 / data.channels), step = kHalfTurn / data.channels;
  double* cosine = data.cosines;
  for (int32_t i = 0; i < data.coefficients; ++i) {
    for (int32_t j = 0; j < data.channels; ++j) *cosine++ = norm * std::cos(i * step * (j + 0.5));
  }
}

void Transform(const Data& data, Span span, const float* spectrum, float* output) {
  for (int32_t c = 0; c < data.channels; ++c) data.energies[c] = 0.0;
  for (int32_t i = span.first; i <= span.last; ++i) {
    const Bin& bin = data.bins[i];
    const double magnitude = std::sqrt(static_cast<double>(spectrum[i]));
    const double below = magnitude * bin.weight;
    if (bin.channel >= 0) data.energies[bin.channel] += below;
    if (bin.channel + 1 < data.channels) data.energies[bin.channel + 1] += magnitude - below;
  }
  for (int32_t c = 0; c < data.channels; ++c) {
    const double energy = data.energies[c];
    data.energies[c] = std::log(energy < 1e-12 ? 1e-12 : energy);
  }
  const double* cosine = data.cosines;
  for (int32_t i = 0; i < data.coefficients; ++i) {
    double sum = 0.0;
    for (int32_t c = 0; c < data.channels; ++c) sum += *cosine++ * data.energies[c];
    output[i] = static_cast<float>(sum);
  }
}

Status Invoke(OpContext& context) {
  const Data& data = context.data<Data>();
  Span span = {};
  MR_TRY(FillBins(context, data, &span));
  FillCosines(data);
  const Shape shape = context.input(0).shape();
  const float* spectrum = context.input_data<float>(0);
  float* output = context.output_data<float>();
  for (int32_t row = shape[0] * shape[1]; row > 0; --row) {
    Transform(data, span, spectrum, output);
    spectrum += shape[2];
    output += data.coefficients;
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kMfccOp = {
    .code = BuiltinOp::kCustom,
    .custom_name = "Mfcc",
    .min_inputs = 2,
    .max_inputs = 2,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
