// The sums of convolutions, and what becomes of a sum.
#ifndef MILLRACE_MICRO_KERNELS_REFERENCE_CONV_SUMS_H_
#define MILLRACE_MICRO_KERNELS_REFERENCE_CONV_SUMS_H_

#include <cstdint>

#include "micro/kernels/common/int16_layer.h"
#include "micro/kernels/common/packed_int4.h"
#include "micro/kernels/common/quantization.h"
#include "micro/kernels/loops/conv.h"
#include "micro/kernels/loops/taps.h"

namespace millrace::micro {

// Calls finish(sum, output channel, output position) for each output, in order.
template <typename Sum, typename In, typename Zero, typename Weights, typename Finish>
void ConvSums(const ConvShape& s, const In* input, Zero zero_point, const Weights& filter,
              const Finish& finish) {
  const int32_t group_outputs = s.output_channels / (s.input_channels / s.filter_channels);
  const int32_t row_stride = s.input_width * s.input_channels;
  int32_t at = 0;
  for (int32_t b = 0; b < s.batches; ++b, input += s.input_height * row_stride) {
    for (int32_t oy = 0; oy < s.output_height; ++oy) {
      const Taps rows = RowTaps(s, oy, s.dilation_height);
      for (int32_t ox = 0; ox < s.output_width; ++ox) {
        const Taps columns = ColumnTaps(s, ox, s.dilation_width);
        for (int32_t o = 0; o < s.output_channels; ++o, ++at) {
          const In* group = input + o / group_outputs * s.filter_channels;
          Sum sum = 0;
          for (int32_t i = rows.begin; i < rows.end; ++i) {
            const In* row = group + rows.Position(i) * row_stride;
            int32_t w =
                ((o * s.filter_height + i) * s.filter_width + columns.begin) * s.filter_channels;
            for (int32_t j = columns.begin; j < columns.end; ++j) {
              const In* x = row + columns.Position(j) * s.input_channels;
              for (int32_t c = 0; c < s.filter_channels; ++c, ++w) {
                sum += (x[c] - zero_point) * filter[w];
              }
            }
          }
          finish(sum, o, at);
        }
      }
    }
  }
}

template <typename Sum, typename In, typename Zero, typename Weights, typename Finish>
void DepthwiseConvSums(const ConvShape& s, const In* input, Zero zero_point, const Weights& filter,
                       const Finish& finish) {
  const int32_t multiplier = s.output_channels / s.input_channels;
  const int32_t row_stride = s.input_width * s.input_channels;
  int32_t at = 0;
  for (int32_t b = 0; b < s.batches; ++b, input += s.input_height * row_stride) {
    for (int32_t oy = 0; oy < s.output_height; ++oy) {
      const Taps rows = RowTaps(s, oy, s.dilation_height);
      for (int32_t ox = 0; ox < s.output_width; ++ox) {
        const Taps columns = ColumnTaps(s, ox, s.dilation_width);
        for (int32_t o = 0; o < s.output_channels; ++o, ++at) {
          const In* channel = input + (multiplier == 1 ? o : o / multiplier);
          Sum sum = 0;
          for (int32_t i = rows.begin; i < rows.end; ++i) {
            const In* row = channel + rows.Position(i) * row_stride;
            int32_t w = (i * s.filter_width + columns.begin) * s.output_channels + o;
            for (int32_t j = columns.begin; j < columns.end; ++j, w += s.output_channels) {
              sum += (row[columns.Position(j) * s.input_channels] - zero_point) * filter[w];
            }
          }
          finish(sum, o, at);
        }
      }
    }
  }
}

// Weights of uint8, which have a zero point.
struct UInt8Weights {
  const uint8_t* bytes;
  int32_t zero_point;

  int32_t operator[](int32_t i) const { return bytes[i] - zero_point; }
};

// finish of outputs of a byte: int8 or uint8.
template <typename T>
struct FinishByte {
  const ConvQuantized& p;
  const int32_t* bias;
  T* output;

  void operator()(int32_t sum, int32_t o, int32_t at) const {
    if (bias != nullptr) sum += bias[o];
    sum = MultiplyByRequant(sum, p.factors.multipliers[o], p.factors.shifts[o]);
    output[at] = static_cast<T>(Clamp(sum + p.output_zero_point, p.range.low, p.range.high));
  }
};
using FinishInt8 = FinishByte<int8_t>;

struct FinishInt16 {
  Int16Requant requant;
  int16_t* output;

  FinishInt16(const ConvQuantized& p, const void* bias, TensorType bias_type, int16_t* out)
      : requant{p.factors, {}, p.range, {bias, bias_type}, bias_type == TensorType::kInt64},
        output(out) {}

  void operator()(int64_t sum, int32_t o, int32_t at) const { output[at] = requant(sum, o); }
};

struct FinishFloat {
  FloatRange range;
  const float* bias;
  float* output;

  void operator()(float sum, int32_t o, int32_t at) const {
    output[at] = ClampFloat(sum + (bias == nullptr ? 0.0f : bias[o]), range.low, range.high);
  }
};

struct FinishHybrid {
  const ConvHybrid& p;
  const float* bias;
  float* output;

  void operator()(int32_t sum, int32_t o, int32_t at) const {
    const float scale = p.input_scale * p.filter_scales[p.by_channel ? o : 0];
    FinishFloat{p.range, bias, output}(static_cast<float>(sum) * scale, o, at);
  }
};

// Of int4 weights, and of hybrids; so that there is one loop for both. One of the two is nullptr.
struct FinishNarrow {
  const FinishInt8* int8;
  const FinishHybrid* hybrid;

  void operator()(int32_t sum, int32_t o, int32_t at) const {
    int8 != nullptr ? (*int8)(sum, o, at) : (*hybrid)(sum, o, at);
  }
};

// ConvSums and DepthwiseConvSums over such weights, compiled once. Defined beside the int4 loops.
void ConvNarrowSums(const ConvShape& shape, const int8_t* input, int32_t zero_point,
                    const NarrowWeights& filter, const FinishNarrow& finish);
void DepthwiseConvNarrowSums(const ConvShape& shape, const int8_t* input, int32_t zero_point,
                             const NarrowWeights& filter, const FinishNarrow& finish);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_REFERENCE_CONV_SUMS_H_
