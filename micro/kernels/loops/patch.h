// The input elements under a filter at one output position, run by run, in the filter's order.
#ifndef MILLRACE_MICRO_KERNELS_LOOPS_PATCH_H_
#define MILLRACE_MICRO_KERNELS_LOOPS_PATCH_H_

#include <cstdint>

#include "micro/kernels/loops/conv.h"
#include "micro/kernels/loops/taps.h"

namespace millrace::micro {

inline int32_t PatchSize(const ConvShape& s) {
  return s.filter_height * s.filter_width * s.filter_channels;
}

// Calls sink->Inside(elements, count) and sink->Outside(count) (of the image), PatchSize elements
// in all; each count is a multiple of filter_channels. group: the batch's first element of the
// group's first channel.
template <typename Sink>
void ForEachRun(const ConvShape& s, const int8_t* group, const Taps& rows, const Taps& columns,
                Sink* sink) {
  const int32_t tap = s.filter_channels;
  const int32_t row_taps = s.filter_width * tap;
  const bool joined = s.dilation_width == 1 && tap == s.input_channels;
  const int32_t x_step = s.dilation_width * s.input_channels;
  sink->Outside(rows.begin * row_taps);
  for (int32_t i = rows.begin; i < rows.end; ++i) {
    const int8_t* x = group + (rows.Position(i) * s.input_width + columns.Position(columns.begin)) *
                                  s.input_channels;
    sink->Outside(columns.begin * tap);
    if (joined) {
      sink->Inside(x, columns.count() * tap);
    } else {
      for (int32_t j = columns.begin; j < columns.end; ++j, x += x_step) sink->Inside(x, tap);
    }
    sink->Outside((s.filter_width - columns.end) * tap);
  }
  sink->Outside((s.filter_height - rows.end) * row_taps);
}

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_LOOPS_PATCH_H_
