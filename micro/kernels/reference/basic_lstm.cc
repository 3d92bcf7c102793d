#include "micro/kernels/loops/basic_lstm.h"

#include "micro/kernels/loops/float_layers.h"

namespace millrace::micro {
namespace {

bool IsFloat(const TensorView& tensor) { return tensor.type() == TensorType::kFloat32; }

enum Inputs { kInput, kLastOutput, kWeights, kBias, kLastState };
enum Outputs { kOutput, kState, kBeside, kGates, kOutputs };

float Sigmoid(float x) { return 1.0f / (1.0f + __builtin_expf(-x)); }

void BasicStep(const float* gates, const float* last_state, int32_t units, float* state,
               float* output) {
  for (int32_t u = 0; u < units; ++u) {
    const float let_in = Sigmoid(gates[u]) * __builtin_tanhf(gates[units + u]);
    state[u] = let_in + Sigmoid(gates[2 * units + u]) * last_state[u];
    output[u] = Sigmoid(gates[3 * units + u]) * __builtin_tanhf(state[u]);
  }
}

void Remember(const OpContext& context, int output, int input) {
  const TensorView last = context.input(input), now = context.output(output);
  if (last.is_variable()) __builtin_memcpy(last.raw(), now.raw(), now.bytes());
}

}  // namespace

Status PrepareBasicLstm(const OpContext& context) {
  for (int i = 0; i < kBasicLstmInputs; ++i) {
    MR_ENSURE(context, context.has_input(i) && IsFloat(context.input(i)), Status::kUnsupportedType,
              "an input is absent or not float32");
  }
  MR_ENSURE(context, context.num_outputs() == kOutputs, Status::kInvalidModel,
            "there are not four outputs");
  const Shape input = context.input(kInput).shape(), last = context.input(kLastOutput).shape();
  const Shape weights = context.input(kWeights).shape();
  MR_ENSURE(context, input.rank == 2 && last.rank == 2 && weights.rank == 2 && input[0] == last[0],
            Status::kInvalidShape, "input, last output and weights are not matrices that fit");
  const int64_t batches = input[0], units = last[1], width = input[1] + units;
  MR_ENSURE(context, weights[0] == 4 * units && weights[1] == width, Status::kInvalidShape,
            "the weights are not [4 * units, features + units]");
  const int64_t elements[] = {batches * units, batches * units, batches * width,
                              batches * 4 * units};
  for (int i = 0; i < kOutputs; ++i) {
    MR_ENSURE(context, IsFloat(context.output(i)), Status::kUnsupportedType,
              "an output is not float32");
    MR_ENSURE(context, context.output(i).elements() == elements[i], Status::kInvalidShape,
              "an output has not the size it should");
  }
  MR_ENSURE(context,
            context.input(kBias).elements() == 4 * units &&
                context.input(kLastState).elements() == batches * units,
            Status::kInvalidShape, "the bias or the last state has not the size it should");
  return Status::kOk;
}

void InvokeBasicLstm(const OpContext& context) {
  const Shape input = context.input(kInput).shape();
  const int32_t features = input[1], units = context.input(kLastOutput).dim(1);
  const float* x = context.input_data<float>(kInput);
  const float* last = context.input_data<float>(kLastOutput);
  const float* last_state = context.input_data<float>(kLastState);
  float* beside = context.output_data<float>(kBeside);
  float* gates = context.output_data<float>(kGates);
  float* state = context.output_data<float>(kState);
  float* output = context.output_data<float>(kOutput);
  for (int32_t b = 0; b < input[0]; ++b) {
    __builtin_memcpy(beside, x, sizeof(float) * static_cast<size_t>(features));
    __builtin_memcpy(beside + features, last, sizeof(float) * static_cast<size_t>(units));
    __builtin_memcpy(gates, context.input(kBias).raw(), context.input(kBias).bytes());
    AccumulateProducts(context.input(kWeights), beside, {}, gates);
    BasicStep(gates, last_state, units, state, output);
    x += features;
    last += units;
    last_state += units;
    beside += features + units;
    gates += 4 * units;
    state += units;
    output += units;
  }
  Remember(context, kOutput, kLastOutput);
  Remember(context, kState, kLastState);
}

}  // namespace millrace::micro
