// Depthwise convolutions position by position, for loops that take several channels at once.
#ifndef MILLRACE_MICRO_KERNELS_LOOPS_DEPTHWISE_WINDOWS_H_
#define MILLRACE_MICRO_KERNELS_LOOPS_DEPTHWISE_WINDOWS_H_

#include <cstdint>

#include "micro/kernels/loops/conv.h"
#include "micro/kernels/loops/taps.h"

namespace millrace::micro {

// The part of a window that lies inside the image.
struct DepthwiseWindow {
  const int8_t* x;  // under its first tap, channel 0
  const int8_t* w;  // that tap's weights
  int32_t rows, columns;
  int32_t x_row, x_column;  // distances of taps
  int32_t w_row, w_column;

  // One channel's sum.
  int32_t Sum(int32_t channel, int32_t output_channel, int32_t zero_point) const {
    int32_t sum = 0;
    for (int32_t i = 0; i < rows; ++i) {
      const int8_t* from = x + i * x_row + channel;
      const int8_t* weight = w + i * w_row + output_channel;
      for (int32_t j = columns; j > 0; --j, from += x_column, weight += w_column) {
        sum += (*from - zero_point) * *weight;
      }
    }
    return sum;
  }
};

// Calls position(window, outputs of its channels) for each output position.
template <typename Position>
void ForEachDepthwiseWindow(const ConvShape& s, const int8_t* input, const int8_t* filter,
                            int8_t* output, const Position& position) {
  const int32_t row_stride = s.input_width * s.input_channels;
  DepthwiseWindow window;
  window.x_row = s.dilation_height * row_stride;
  window.x_column = s.dilation_width * s.input_channels;
  window.w_row = s.filter_width * s.output_channels;
  window.w_column = s.output_channels;
  for (int32_t b = 0; b < s.batches; ++b, input += s.input_height * row_stride) {
    for (int32_t oy = 0; oy < s.output_height; ++oy) {
      const Taps rows = RowTaps(s, oy, s.dilation_height);
      window.rows = rows.count();
      for (int32_t ox = 0; ox < s.output_width; ++ox, output += s.output_channels) {
        const Taps columns = ColumnTaps(s, ox, s.dilation_width);
        window.columns = columns.count();
        window.x = input + rows.Position(rows.begin) * row_stride +
                   columns.Position(columns.begin) * s.input_channels;
        window.w = filter + rows.begin * window.w_row + columns.begin * window.w_column;
        position(window, output);
      }
    }
  }
}

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_LOOPS_DEPTHWISE_WINDOWS_H_
