#include "micro/kernels/signal_filter_bank.h"

#include "micro/kernels/common/custom_options.h"
#include "micro/kernels/common/indices.h"
#include "micro/kernels/loops/front_end.h"
#include "micro/signal/filter_bank.h"

namespace millrace::micro {
namespace {

// ---- SignalFilterBank ----

enum BankInputs { kEnergies, kWeights, kUnweights, kStarts, kWeightStarts, kWidths };

signal::FilterBank BankOf(const OpContext& context) {
  return {context.output().elements(),
          context.input_data<int16_t>(kWeights),
          context.input_data<int16_t>(kUnweights),
          context.input_data<int16_t>(kStarts),
          context.input_data<int16_t>(kWeightStarts),
          context.input_data<int16_t>(kWidths)};
}

// Whether count elements from start on are among n.
bool AreAmong(int32_t start, int32_t count, int32_t n) {
  return start >= 0 && count >= 0 && start + count <= n;
}

Status PrepareBank(OpContext& context) {
  MR_ENSURE(context,
            context.input(kEnergies).type() == TensorType::kUInt32 &&
                context.output().type() == TensorType::kUInt64,
            Status::kUnsupportedType, "energies are to be uint32, sums uint64");
  const int32_t channels = context.output().elements();
  MR_ENSURE(context,
            CustomOptions(context.custom_options()).Int("num_channels", channels) == channels,
            Status::kInvalidShape, "the output has not num_channels elements");
  for (int i = kWeights; i <= kWidths; ++i) {
    const TensorView table = context.input(i);
    MR_ENSURE(context, table.type() == TensorType::kInt16 && IsConstant(table),
              Status::kUnsupportedType, "the bank's tables are not constants of int16");
    MR_ENSURE(context, i < kStarts || table.elements() == channels + 1, Status::kInvalidShape,
              "starts and widths have not num_channels + 1 elements");
  }
  const signal::FilterBank bank = BankOf(context);
  const int32_t energies = context.input(kEnergies).elements();
  const int32_t weights = context.input(kWeights).elements();
  MR_ENSURE(context, context.input(kUnweights).elements() == weights, Status::kInvalidShape,
            "there are not as many unweights as weights");
  for (int32_t i = 0; i <= channels; ++i) {
    MR_ENSURE(context,
              AreAmong(bank.starts[i], bank.widths[i], energies) &&
                  AreAmong(bank.weight_starts[i], bank.widths[i], weights),
              Status::kInvalidShape, "a band of the bank lies outside of energies or weights");
  }
  return Status::kOk;
}

Status InvokeBank(OpContext& context) {
  SumBandsLoop(BankOf(context), context.input_data<uint32_t>(kEnergies),
               context.output_data<uint64_t>());
  return Status::kOk;
}

// ---- SignalFilterBankSquareRoot ----

Status PrepareRoot(OpContext& context) {
  MR_ENSURE(context,
            context.input(0).type() == TensorType::kUInt64 &&
                context.input(1).type() == TensorType::kInt32 &&
                context.output().type() == TensorType::kUInt32,
            Status::kUnsupportedType, "sums are to be uint64, scale bits int32, roots uint32");
  MR_ENSURE(context,
            context.input(1).elements() == 1 &&
                context.output().elements() == context.input(0).elements(),
            Status::kInvalidShape, "sums and roots differ in number, or scale bits are not one");
  return Status::kOk;
}

Status InvokeRoot(OpContext& context) {
  const int32_t bits = *context.input_data<int32_t>(1);
  MR_ENSURE(context, bits >= 0 && bits <= 31, Status::kInvokeFailed,
            "the scale bits are not in 0 .. 31");
  SquareRootsLoop(context.input_data<uint64_t>(0), context.output().elements(), bits,
                  context.output_data<uint32_t>());
  return Status::kOk;
}

// ---- SignalFilterBankSpectralSubtraction ----

struct SubtractionData {
  signal::SpectralSubtraction parameters;
  uint32_t* noise;
};

Status PrepareSubtraction(OpContext& context) {
  for (int i = 0; i < 2; ++i) {
    MR_ENSURE(context,
              context.input(0).type() == TensorType::kUInt32 &&
                  context.output(i).type() == TensorType::kUInt32,
              Status::kUnsupportedType, "input and outputs are to be uint32");
    MR_ENSURE(context, context.output(i).elements() == context.input(0).elements(),
              Status::kInvalidShape, "the outputs are not as large as the input");
  }
  SubtractionData* data;
  MR_TRY(context.NewData(&data));
  const CustomOptions options(context.custom_options());
  const auto factor = [&](const char* name) { return static_cast<uint32_t>(options.Int(name, 0)); };
  signal::SpectralSubtraction& p = data->parameters;
  p.channels = context.input(0).elements();
  p.smoothing = factor("smoothing");
  p.one_minus_smoothing = factor("one_minus_smoothing");
  p.odd_smoothing = factor("alternate_smoothing");
  p.odd_one_minus_smoothing = factor("alternate_one_minus_smoothing");
  p.min_signal_remaining = factor("min_signal_remaining");
  p.smoothing_bits = options.Int("smoothing_bits", 0);
  p.spectral_subtraction_bits = options.Int("spectral_subtraction_bits", 0);
  p.clamping = options.Bool("clamping", false);
  MR_ENSURE(context, options.Int("num_channels", p.channels) == p.channels, Status::kInvalidShape,
            "the input has not num_channels elements");
  MR_ENSURE(context,
            p.smoothing_bits >= 0 && p.smoothing_bits <= 31 && p.spectral_subtraction_bits >= 0 &&
                p.spectral_subtraction_bits <= 31,
            Status::kUnsupported, "a number of bits is not in 0 .. 31");
  return context.AllocateArray(static_cast<size_t>(p.channels), &data->noise);
}

Status InvokeSubtraction(OpContext& context) {
  const SubtractionData& data = context.data<SubtractionData>();
  signal::SubtractNoise(data.parameters, context.input_data<uint32_t>(0), data.noise,
                        context.output_data<uint32_t>(0));
  __builtin_memcpy(context.output_data<uint32_t>(1), data.noise, context.output(1).bytes());
  return Status::kOk;
}

void ResetSubtraction(OpContext& context) {
  __builtin_memset(context.data<SubtractionData>().noise, 0, context.output(1).bytes());
}

// ---- SignalPCAN ----

struct PcanData {
  int32_t snr_shift;
};

Status PreparePcan(OpContext& context) {
  MR_ENSURE(context,
            context.input(0).type() == TensorType::kUInt32 &&
                context.input(1).type() == TensorType::kUInt32 &&
                context.input(2).type() == TensorType::kInt16 &&
                context.output().type() == TensorType::kUInt32,
            Status::kUnsupportedType, "signal, noise and output are to be uint32, gains int16");
  MR_ENSURE(context,
            context.input(1).elements() == context.input(0).elements() &&
                context.output().elements() == context.input(0).elements() &&
                context.input(2).elements() >= signal::kGains,
            Status::kInvalidShape, "signal, noise and output differ in size, or gains are missing");
  PcanData* data;
  MR_TRY(context.NewData(&data));
  data->snr_shift = CustomOptions(context.custom_options()).Int("snr_shift", 0);
  MR_ENSURE(context, data->snr_shift >= 0 && data->snr_shift <= 63, Status::kUnsupported,
            "snr_shift is not in 0 .. 63");
  return Status::kOk;
}

Status InvokePcan(OpContext& context) {
  const auto* input = context.input_data<uint32_t>(0);
  const auto* noise = context.input_data<uint32_t>(1);
  auto* output = context.output_data<uint32_t>();
  for (int32_t i = 0; i < context.output().elements(); ++i) {
    output[i] = signal::NormalizeGain(input[i], noise[i], context.input_data<int16_t>(2),
                                      context.data<PcanData>().snr_shift);
  }
  return Status::kOk;
}

// ---- SignalFilterBankLog ----

struct LogData {
  int32_t output_scale;
  int32_t correction_bits;
};

Status PrepareLog(OpContext& context) {
  MR_ENSURE(context,
            context.input(0).type() == TensorType::kUInt32 &&
                context.output().type() == TensorType::kInt16,
            Status::kUnsupportedType, "the input is to be uint32, the output int16");
  MR_ENSURE(context, context.output().elements() == context.input(0).elements(),
            Status::kInvalidShape, "the output is not as large as the input");
  LogData* data;
  MR_TRY(context.NewData(&data));
  const CustomOptions options(context.custom_options());
  data->output_scale = options.Int("output_scale", 1);
  data->correction_bits = options.Int("input_correction_bits", 0);
  MR_ENSURE(context, data->correction_bits >= 0 && data->correction_bits <= 31,
            Status::kUnsupported, "input_correction_bits is not in 0 .. 31");
  return Status::kOk;
}

Status InvokeLog(OpContext& context) {
  const LogData& data = context.data<LogData>();
  const auto* input = context.input_data<uint32_t>(0);
  auto* output = context.output_data<int16_t>();
  for (int32_t i = 0; i < context.output().elements(); ++i) {
    output[i] = signal::ScaledLog(input[i], data.output_scale, data.correction_bits);
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kSignalFilterBankOp = {
    .code = BuiltinOp::kCustom,
    .custom_name = "SignalFilterBank",
    .min_inputs = 6,
    .max_inputs = 6,
    .prepare = PrepareBank,
    .invoke = InvokeBank,
};

const OpRegistration kSignalFilterBankSquareRootOp = {
    .code = BuiltinOp::kCustom,
    .custom_name = "SignalFilterBankSquareRoot",
    .min_inputs = 2,
    .max_inputs = 2,
    .flags = kMayRunInPlace,
    .prepare = PrepareRoot,
    .invoke = InvokeRoot,
};

const OpRegistration kSignalFilterBankSpectralSubtractionOp = {
    .code = BuiltinOp::kCustom,
    .custom_name = "SignalFilterBankSpectralSubtraction",
    .min_inputs = 1,
    .max_inputs = 1,
    .min_outputs = 2,
    .max_outputs = 2,
    .prepare = PrepareSubtraction,
    .invoke = InvokeSubtraction,
    .reset = ResetSubtraction,
};

const OpRegistration kSignalPCANOp = {
    .code = BuiltinOp::kCustom,
    .custom_name = "SignalPCAN",
    .min_inputs = 3,
    .max_inputs = 3,
    .flags = kMayRunInPlace,
    .prepare = PreparePcan,
    .invoke = InvokePcan,
};

const OpRegistration kSignalFilterBankLogOp = {
    .code = BuiltinOp::kCustom,
    .custom_name = "SignalFilterBankLog",
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = kMayRunInPlace,
    .prepare = PrepareLog,
    .invoke = InvokeLog,
};

}  // namespace millrace::micro
