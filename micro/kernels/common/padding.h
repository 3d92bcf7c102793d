// Windows over images: how many fit, and how much of the first hangs over the edge.
#ifndef MILLRACE_MICRO_KERNELS_COMMON_PADDING_H_
#define MILLRACE_MICRO_KERNELS_COMMON_PADDING_H_

#include <cstdint>

#include "micro/core/schema.h"

namespace millrace::micro {

// One axis of a convolution or pooling.
struct Window {
  int32_t input = 0;
  int32_t filter = 0;
  int32_t stride = 1;
  int32_t dilation = 1;

  // What the options must satisfy before any of the functions below is called: sizes that are
  // positive and so small that nothing overflows.
  bool IsSound() const {
    return input >= 0 && filter >= 1 && stride >= 1 && dilation >= 1 && stride <= 65535 &&
           int64_t{filter - 1} * dilation < INT32_MAX / 2;
  }
  int32_t Span() const { return (filter - 1) * dilation + 1; }  // of a dilated filter
};

// Outputs along the axis; 0 when no window fits.
inline int32_t OutputSize(Padding padding, const Window& w) {
  const int64_t room = int64_t{w.input} + w.stride - (padding == Padding::kSame ? 1 : w.Span());
  return room < w.stride ? 0 : static_cast<int32_t>(room / w.stride);
}

// Elements that the first window lacks before the input's first (the larger half is behind the
// last).
inline int32_t PaddingBefore(Padding padding, const Window& w, int32_t output) {
  if (padding == Padding::kValid) return 0;
  const int64_t total = int64_t{output - 1} * w.stride + w.Span() - w.input;
  return total > 0 ? static_cast<int32_t>(total / 2) : 0;
}

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_COMMON_PADDING_H_
