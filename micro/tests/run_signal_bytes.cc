#include "micro/tests/run_signal_bytes.h"

#include <map>
#include <string>
#include <vector>

#include "micro/core/interpreter.h"
#include "micro/kernels/all_ops.h"
#include "micro/testing/custom_options_writer.h"
#include "micro/testing/model_builder.h"
#include "micro/tests/byte_source.h"

namespace millrace::micro {
namespace {

using testing::Constant;
using testing::Input;
using testing::ModelBuilder;
using testing::TestTensor;
using IntOptions = std::map<std::string, int32_t>;

constexpr int kSteps = 4;  // invokes between resets

// A model of signal ops in the making. Shapes and options fit unless the bytes want otherwise.
class SignalModel {
 public:
  explicit SignalModel(ByteSource* source) : source_(*source) {}

  testing::ModelBytes Build() {
    if (source_.Chance(2)) {
      FrontEnd();
    } else {
      Single();
    }
    // All that is made, or what is made last: then the rest may share memory.
    if (source_.Chance(2)) made_ = {made_.back()};
    model_.SetInputs(inputs_).SetOutputs(made_);
    return model_.Build();
  }

 private:
  using Shape = std::vector<int32_t>;

  int Pick(int low, int high) { return source_.Pick(low, high); }

  TestTensor Tensor(TensorType type, Shape shape) {
    if (source_.Chance(64) && !shape.empty()) shape[shape.size() - 1] = Pick(0, 40);
    if (source_.Chance(64)) type = static_cast<TensorType>(Pick(0, 15));
    return TestTensor{type, std::move(shape)};
  }

  int Fed(TensorType type, const Shape& shape) {
    inputs_.push_back(model_.Add(Tensor(type, shape)));
    return inputs_.back();
  }
  int Made(TensorType type, const Shape& shape) {
    made_.push_back(model_.Add(Tensor(type, shape)));
    return made_.back();
  }
  int Table(std::vector<int16_t> values) {
    const auto size = static_cast<int32_t>(values.size());
    if (source_.Chance(64)) return model_.Add(testing::Variable<int16_t>({size}));
    return model_.Add(Constant<int16_t>({size}, values));
  }
  std::vector<int16_t> Values(int count) {
    std::vector<int16_t> values(static_cast<size_t>(count));
    for (int16_t& value : values) value = static_cast<int16_t>(source_.Word());
    return values;
  }

  // An option within the bounds, or, rarely, any number.
  int32_t Option(int low, int high) {
    return source_.Chance(16) ? static_cast<int32_t>(source_.Word()) : Pick(low, high);
  }

  // The options as they are, with a byte changed, or bytes instead of them.
  void Op(const char* name, std::vector<int32_t> inputs, std::vector<int32_t> outputs,
          const IntOptions& options = {}) {
    std::vector<uint8_t> bytes = testing::CustomOptionsBytes(options);
    if (source_.Chance(8)) bytes[source_.Word() % bytes.size()] = source_.Byte();
    if (source_.Chance(16)) {
      bytes.resize(source_.Byte());
      for (uint8_t& byte : bytes) byte = source_.Byte();
    }
    model_.AddCustomOp(name, std::move(inputs), std::move(outputs), std::move(bytes));
  }

  int Window(int input, int n) {
    const int output = Made(TensorType::kInt16, {n});
    Op("SignalWindow", {input, Table(Values(n))}, {output}, {{"shift", Option(0, 15)}});
    return output;
  }

  int AutoScale(int input, int n, int* exponent) {
    const int output = Made(TensorType::kInt16, {n});
    *exponent = Made(TensorType::kInt32, {1});
    Op("SignalFftAutoScale", {input}, {output, *exponent});
    return output;
  }

  void Transform(bool forward, TensorType type) {
    const int32_t length = 4 << Pick(0, 4), rows = Pick(1, 3);
    const Shape spectrum = {rows, length + 2};
    const Shape samples = {rows, forward ? Pick(0, length) : length};
    const int input = Fed(type, forward ? samples : spectrum);
    const int output = Made(type, forward ? spectrum : samples);
    Op(forward ? "SignalRfft" : "SignalIrfft", {input}, {output},
       {{"fft_length", Option(length, length)}});
  }

  int Energies(int spectrum, int n) {
    const int output = Made(TensorType::kUInt32, {n});
    const int begin = Pick(0, n);
    Op("SignalEnergy", {spectrum}, {output},
       {{"start_index", Option(begin, begin)}, {"end_index", Option(begin, n)}});
    return output;
  }

  int Bank(int energies, int n, int channels) {
    std::vector<int16_t> starts, weight_starts, widths;
    for (int i = 0; i <= channels; ++i) {
      const int width = Pick(0, n);
      widths.push_back(static_cast<int16_t>(Option(width, width)));
      starts.push_back(static_cast<int16_t>(Option(0, n - width)));
      weight_starts.push_back(static_cast<int16_t>(Option(0, 2 * n - width)));
    }
    const std::vector<int16_t> up = Values(2 * n), down = Values(2 * n);
    const int output = Made(TensorType::kUInt64, {channels});
    Op("SignalFilterBank",
       {energies, Table(up), Table(down), Table(starts), Table(weight_starts), Table(widths)},
       {output}, {{"num_channels", Option(channels, channels)}});
    return output;
  }

  int Roots(int sums, int exponent, int channels) {
    const int output = Made(TensorType::kUInt32, {channels});
    Op("SignalFilterBankSquareRoot", {sums, exponent}, {output});
    return output;
  }

  int Subtraction(int roots, int channels, int* noise) {
    const int output = Made(TensorType::kUInt32, {channels});
    *noise = Made(TensorType::kUInt32, {channels});
    Op("SignalFilterBankSpectralSubtraction", {roots}, {output, *noise},
       {{"num_channels", Option(channels, channels)},
        {"smoothing", Option(0, 16384)},
        {"one_minus_smoothing", Option(0, 16384)},
        {"alternate_smoothing", Option(0, 16384)},
        {"alternate_one_minus_smoothing", Option(0, 16384)},
        {"smoothing_bits", Option(0, 31)},
        {"min_signal_remaining", Option(0, 16384)},
        {"clamping", Option(0, 1)},
        {"spectral_subtraction_bits", Option(0, 31)}});
    return output;
  }

  int Gain(int signal, int noise, int channels) {
    const int output = Made(TensorType::kUInt32, {channels});
    Op("SignalPCAN", {signal, noise, Table(Values(125))}, {output}, {{"snr_shift", Option(0, 63)}});
    return output;
  }

  void Log(int signal, int channels) {
    Op("SignalFilterBankLog", {signal}, {Made(TensorType::kInt16, {channels})},
       {{"output_scale", Option(0, 4000)}, {"input_correction_bits", Option(0, 31)}});
  }

  void Delay() {
    const Shape shape = {Pick(1, 3), Pick(0, 20)};
    Op("SignalDelay", {Fed(TensorType::kInt16, shape)}, {Made(TensorType::kInt16, shape)},
       {{"delay_length", Option(0, 40)}});
  }

  void Stacker() {
    const int channels = Pick(0, 10), left = Pick(0, 4), right = Pick(0, 4);
    const int input = Fed(TensorType::kInt16, {channels});
    const int frames = Made(TensorType::kInt16, {channels * (left + 1 + right)});
    Op("SignalStacker", {input}, {frames, Made(TensorType::kBool, {1})},
       {{"num_channels", Option(channels, channels)},
        {"stacker_left_context", Option(left, left)},
        {"stacker_right_context", Option(right, right)},
        {"stacker_step", Option(1, left + 1 + right)}});
  }

  void Frames(bool cut) {
    const int32_t size = Pick(1, 20), step = Pick(1, size), frames = Pick(0, 4), rows = Pick(1, 2);
    const TensorType type = cut || source_.Chance(2) ? TensorType::kInt16 : TensorType::kFloat32;
    const Shape stream = {rows, frames * step}, cuts = {rows, frames, size};
    const IntOptions options = {{"frame_size", Option(size, size)},
                                {"frame_step", Option(step, step)},
                                {"prefill", Option(0, 1)}};
    if (cut) {
      const int input = Fed(type, stream), output = Made(type, cuts);
      Op("SignalFramer", {input}, {output, Made(TensorType::kBool, {1})}, options);
    } else {
      Op("SignalOverlapAdd", {Fed(type, cuts)}, {Made(type, stream)}, options);
    }
  }

  void Single() {
    const int n = Pick(1, 20);
    int unused;
    switch (Pick(0, 13)) {
      case 0:
        Window(Fed(TensorType::kInt16, {n}), n);
        break;
      case 1:
        AutoScale(Fed(TensorType::kInt16, {n}), n, &unused);
        break;
      case 2:
      case 3:
      case 4: {
        constexpr TensorType kTypes[] = {TensorType::kInt16, TensorType::kInt32,
                                         TensorType::kFloat32};
        const TensorType type = kTypes[Pick(0, 2)];
        Transform(source_.Chance(2), type);
        break;
      }
      case 5:
        Energies(Fed(TensorType::kInt16, {2 * n}), n);
        break;
      case 6:
        Bank(Fed(TensorType::kUInt32, {n}), n, Pick(0, 6));
        break;
      case 7:
        Roots(Fed(TensorType::kUInt64, {n}), Fed(TensorType::kInt32, {1}), n);
        break;
      case 8:
        Subtraction(Fed(TensorType::kUInt32, {n}), n, &unused);
        break;
      case 9:
        Gain(Fed(TensorType::kUInt32, {n}), Fed(TensorType::kUInt32, {n}), n);
        break;
      case 10:
        Log(Fed(TensorType::kUInt32, {n}), n);
        break;
      case 11:
        Delay();
        break;
      case 12:
        Stacker();
        break;
      default:
        Frames(source_.Chance(2));
    }
  }

  // From samples to the logarithms of channels.
  void FrontEnd() {
    const int32_t length = 8 << Pick(0, 3), bins = length / 2 + 1, channels = Pick(1, 6);
    int exponent, noise;
    const int window = Window(Fed(TensorType::kInt16, {length}), length);
    const int scaled = AutoScale(window, length, &exponent);
    const int spectrum = Made(TensorType::kInt16, {length + 2});
    Op("SignalRfft", {scaled}, {spectrum}, {{"fft_length", Option(length, length)}});
    const int sums = Bank(Energies(spectrum, bins), bins, channels);
    const int clean = Subtraction(Roots(sums, exponent, channels), channels, &noise);
    Log(Gain(clean, noise, channels), channels);
  }

  ByteSource& source_;
  ModelBuilder model_;
  std::vector<int32_t> inputs_, made_;
};

Status RunSteps(MicroInterpreter* interpreter, ByteSource* source) {
  for (int step = 0; step < kSteps; ++step) {
    for (int i = 0; i < interpreter->num_inputs(); ++i) {
      const TensorView input = interpreter->input(i);
      for (size_t b = 0; b < input.bytes(); ++b) input.data<uint8_t>()[b] = source->Byte();
    }
    MR_TRY(interpreter->Invoke());
  }
  return Status::kOk;
}

}  // namespace

Status RunSignalBytes(const uint8_t* bytes, size_t size) {
  constexpr size_t kArenaBytes = 64 << 10;
  ByteSource source(bytes, size);
  const testing::ModelBytes model = SignalModel(&source).Build();
  testing::ModelBytes arena{std::vector<uint8_t>(kArenaBytes)};
  const OpResolver ops = AllOps();
  MicroInterpreter interpreter(model.data(), model.size(), ops, arena.data(), kArenaBytes);
  MR_TRY(interpreter.AllocateTensors());
  MR_TRY(RunSteps(&interpreter, &source));
  MR_TRY(interpreter.Reset());
  return RunSteps(&interpreter, &source);
}

}  // namespace millrace::micro
