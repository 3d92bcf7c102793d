#include "micro/kernels/svdf.h"

#include "micro/core/op_options.h"
#include "micro/kernels/common/layer_checks.h"
#include "micro/kernels/loops/dynamic_quantization.h"
#include "micro/kernels/loops/svdf.h"

namespace millrace::micro {
namespace {

enum Inputs { kInput, kFeature, kTime, kBias, kState };

struct FloatData {
  FloatRange range;
  int32_t rank;
  int8_t* row;  // of a hybrid layer: the quantised input
  bool asymmetric;
};

struct IntData {
  Requant to_state;
  Requant to_output;
  int32_t rank;
  void* scratch;
};

SvdfShape ShapeOf(const OpContext& context, int32_t rank) {
  const Shape feature = context.input(kFeature).shape();
  return {context.input(kInput).dim(0), feature[1], feature[0] / rank, rank,
          context.input(kTime).dim(1)};
}

Status CheckShapes(const OpContext& context, int32_t rank) {
  const Shape input = context.input(kInput).shape(), feature = context.input(kFeature).shape();
  const Shape time = context.input(kTime).shape();
  MR_ENSURE(context, input.rank == 2 && feature.rank == 2 && feature[1] == input[1],
            Status::kInvalidShape, "input and feature weights are not matrices of equal width");
  MR_ENSURE(context, time.rank == 2 && time[0] == feature[0] && time[1] > 0, Status::kInvalidShape,
            "the time weights have not a row for each filter");
  MR_ENSURE(context, rank > 0 && feature[0] % rank == 0, Status::kInvalidShape,
            "the filters do not divide by the rank");
  const int32_t units = feature[0] / rank;
  MR_ENSURE(context, context.has_input(kState), Status::kInvalidModel, "the state is missing");
  const TensorView bias = context.optional_input(kBias), state = context.input(kState);
  MR_ENSURE(context, !bias.present() || bias.elements() == units, Status::kInvalidShape,
            "the bias has not one element a unit");
  MR_ENSURE(context, state.is_variable(), Status::kInvalidModel, "the state is not a variable");
  MR_ENSURE(context, state.elements() == int64_t{input[0]} * time.elements(), Status::kInvalidShape,
            "the state has not batch * filters * memory elements");
  MR_ENSURE(context, context.output().elements() == int64_t{input[0]} * units,
            Status::kInvalidShape, "the output has not batch * units elements");
  return Status::kOk;
}

Status PrepareInt8(const OpContext& context, Activation activation, int32_t rank) {
  const TensorView input = context.input(kInput), feature = context.input(kFeature);
  const TensorView time = context.input(kTime), state = context.input(kState);
  const TensorView bias = context.optional_input(kBias), output = context.output();
  MR_ENSURE(context,
            feature.type() == TensorType::kInt8 && output.type() == TensorType::kInt8 &&
                (time.type() == TensorType::kInt16 || time.type() == TensorType::kInt8) &&
                state.type() == time.type() &&
                (!bias.present() || bias.type() == TensorType::kInt32),
            Status::kUnsupportedType,
            "int8 input wants int8 feature weights and output, time weights and state of int16 or "
            "int8, and int32 bias");
  MR_ENSURE(context, activation == Activation::kNone || activation == Activation::kRelu,
            Status::kUnsupported, "the fused activation is neither none nor Relu");
  MR_ENSURE(context, feature.is_symmetric() && time.is_symmetric() && state.is_symmetric(),
            Status::kInvalidQuantization, "weights or state have a zero point");
  IntData* data;
  MR_TRY(context.NewData(&data));
  data->rank = rank;
  MR_ENSURE(context,
            RequantOf(input.scale(), feature.scale(), state.scale(), &data->to_state) &&
                RequantOf(state.scale(), time.scale(), output.scale(), &data->to_output),
            Status::kInvalidQuantization, "the scales do not fit");
  const int32_t bytes = SvdfScratchBytes(ShapeOf(context, rank));
  return bytes == 0 ? Status::kOk
                    : context.RequestScratch(static_cast<size_t>(bytes), &data->scratch);
}

// Weights of a hybrid layer.
bool AreBytes(const TensorView& tensor) {
  return tensor.type() == TensorType::kInt8 || tensor.type() == TensorType::kUInt8;
}

bool IsFloat(const TensorView& tensor) { return tensor.type() == TensorType::kFloat32; }

Status PrepareFloat(const OpContext& context, Activation activation, int32_t rank) {
  const TensorView feature = context.input(kFeature), time = context.input(kTime);
  const TensorView bias = context.optional_input(kBias);
  const bool is_hybrid = AreBytes(feature);
  MR_ENSURE(context,
            IsFloat(context.input(kInput)) && (is_hybrid || IsFloat(feature)) &&
                time.type() == feature.type() && IsFloat(context.input(kState)) &&
                IsFloat(context.output()) && (!bias.present() || IsFloat(bias)),
            Status::kUnsupportedType, "no kernel for the types of input, weights and output");
  FloatData* data;
  MR_TRY(context.NewData(&data));
  data->rank = rank;
  MR_TRY(FloatActivationRange(context, activation, &data->range));
  if (!is_hybrid) return Status::kOk;
  MR_ENSURE(context,
            AreHybridWeights(feature) && AreHybridWeights(time) && feature.scale_count() == 1 &&
                time.scale_count() == 1,
            Status::kInvalidQuantization, "weights have a zero point or not one scale");
  data->asymmetric = context.options().Bool(SVDFOptions::kAsymmetricQuantizeInputs);
  return context.RequestScratch(static_cast<size_t>(feature.dim(1)), &data->row);
}

Status Prepare(OpContext& context) {
  const OptionsReader options = context.options();
  const int32_t rank = options.Int32(SVDFOptions::kRank);
  MR_TRY(CheckShapes(context, rank));
  const Activation activation = options.FusedActivation(SVDFOptions::kFusedActivationFunction);
  return context.input(kInput).type() == TensorType::kInt8
             ? PrepareInt8(context, activation, rank)
             : PrepareFloat(context, activation, rank);
}

template <typename T>
void InvokeInt8(const OpContext& context, const IntData& data) {
  const SvdfInt8 p = {ShapeOf(context, data.rank), context.input(kInput).zero_point(),
                      context.output().zero_point(), data.to_state, data.to_output};
  SvdfLoop<T>(p, {context.input_data<int8_t>(kInput), context.input_data<int8_t>(kFeature),
                  context.input_data<T>(kTime), context.input_data<int32_t>(kBias),
                  context.input(kState).data<T>(), context.output_data<int8_t>(), data.scratch});
}

void InvokeInt8(const OpContext& context) {
  const IntData& data = context.data<IntData>();
  context.input(kTime).type() == TensorType::kInt16 ? InvokeInt8<int16_t>(context, data)
                                                    : InvokeInt8<int8_t>(context, data);
}

template <typename A, typename B>
float Dot(const A* a, const B* b, int32_t n) {
  float sum = 0.0f;
  for (int32_t i = 0; i < n; ++i) sum += static_cast<float>(a[i]) * static_cast<float>(b[i]);
  return sum;
}

// in [features] and state [units * rank][memory] of one batch. The features of a filter are
// feature_of(its weights); W: float, or int8 with time_scale.
template <typename W, typename FeatureOf>
void FloatLoop(const SvdfShape& s, FloatRange range, const W* feature, const W* time,
               float time_scale, const float* bias, float* state, float* output,
               const FeatureOf& feature_of) {
  for (int32_t u = 0; u < s.units; ++u) {
    float sum = 0.0f;
    for (int32_t r = 0; r < s.rank; ++r) {
      __builtin_memmove(state, state + 1, sizeof(float) * static_cast<size_t>(s.memory - 1));
      state[s.memory - 1] = feature_of(feature);
      sum += Dot(state, time, s.memory) * time_scale;
      feature += s.features;
      time += s.memory;
      state += s.memory;
    }
    output[u] = ClampFloat(sum + (bias == nullptr ? 0.0f : bias[u]), range.low, range.high);
  }
}

void InvokeHybrid(const OpContext& context, const FloatData& data, const SvdfShape& s,
                  const float* input, float* state, float* output) {
  const auto quantize = data.asymmetric ? QuantizeAsymmetric : QuantizeSymmetric;
  const DynamicScale row = quantize(input, s.features, data.row);
  const float scale = row.scale * context.input(kFeature).scale();
  FloatLoop(s, data.range, context.input_data<int8_t>(kFeature), context.input_data<int8_t>(kTime),
            context.input(kTime).scale(), context.input_data<float>(kBias), state, output,
            [&](const int8_t* filter) {
              int32_t sum = 0;
              for (int32_t i = 0; i < s.features; ++i) {
                sum += (data.row[i] - row.zero_point) * filter[i];
              }
              return static_cast<float>(sum) * scale;
            });
}

void InvokeFloat(const OpContext& context) {
  const FloatData& data = context.data<FloatData>();
  const SvdfShape s = ShapeOf(context, data.rank);
  const bool is_hybrid = AreBytes(context.input(kFeature));
  const float* input = context.input_data<float>(kInput);
  float* state = context.input(kState).data<float>();
  float* output = context.output_data<float>();
  for (int32_t b = 0; b < s.batches; ++b) {
    if (is_hybrid) {
      InvokeHybrid(context, data, s, input, state, output);
    } else {
      FloatLoop(s, data.range, context.input_data<float>(kFeature),
                context.input_data<float>(kTime), 1.0f, context.input_data<float>(kBias), state,
                output, [&](const float* filter) { return Dot(input, filter, s.features); });
    }
    input += s.features;
    state += s.units * s.rank * s.memory;
    output += s.units;
  }
}

Status Invoke(OpContext& context) {
  if (context.input(kInput).type() == TensorType::kInt8) {
    InvokeInt8(context);
  } else {
    InvokeFloat(context);
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kSvdfOp = {
    .code = BuiltinOp::kSvdf,
    .max_version = 4,
    .min_inputs = 3,
    .max_inputs = 5,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
