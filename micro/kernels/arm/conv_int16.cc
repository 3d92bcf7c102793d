#include "micro/kernels/arm/int16_dots.h"
#include "micro/kernels/reference/conv_sums.h"

namespace millrace::micro {
namespace {

// Of one window; group: the image's first element of the channels that the rows see.
arm::Int16Sums SumsOf(const ConvShape& s, const int16_t* group, const Taps& rows,
                      const Taps& columns, const arm::FourRows& weights) {
  const bool joined = s.dilation_width == 1 && s.filter_channels == s.input_channels;
  const int32_t taps = joined ? columns.count() : 1;  // at once
  arm::Int16Sums sums;
  for (int32_t i = rows.begin; i < rows.end; ++i) {
    const int16_t* row = group + rows.Position(i) * s.input_width * s.input_channels;
    for (int32_t j = columns.begin; j < columns.end; j += taps) {
      sums.Add(row + columns.Position(j) * s.input_channels, weights,
               (i * s.filter_width + j) * s.filter_channels, taps * s.filter_channels);
    }
  }
  return sums;
}

}  // namespace

void ConvInt16Loop(const ConvQuantized& p, const int16_t* input, const int8_t* filter,
                   const void* bias, TensorType bias_type, int16_t* output) {
  const FinishInt16 finish(p, bias, bias_type, output);
  const ConvShape& s = p.shape;
  const int32_t depth = s.filter_height * s.filter_width * s.filter_channels;
  const int32_t group_outputs = s.output_channels / (s.input_channels / s.filter_channels);
  int32_t at = 0;
  for (int32_t b = 0; b < s.batches; ++b) {
    for (int32_t oy = 0; oy < s.output_height; ++oy) {
      const Taps rows = RowTaps(s, oy, s.dilation_height);
      for (int32_t ox = 0; ox < s.output_width; ++ox) {
        const Taps columns = ColumnTaps(s, ox, s.dilation_width);
        for (int32_t o = 0; o < s.output_channels;) {
          const int32_t group = o / group_outputs, left = (group + 1) * group_outputs - o;
          const arm::FourRows weights = {filter + o * depth, depth, left < 4 ? left : 4};
          const arm::Int16Sums sums =
              SumsOf(s, input + group * s.filter_channels, rows, columns, weights);
          for (int32_t k = 0; k < weights.count; ++k) finish(sums.values[k], o++, at++);
        }
      }
    }
    input += s.input_height * s.input_width * s.input_channels;
  }
}

}  // namespace millrace::micro
