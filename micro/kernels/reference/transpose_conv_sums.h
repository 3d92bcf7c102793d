// The sums of transposed convolutions.
#ifndef MILLRACE_MICRO_KERNELS_REFERENCE_TRANSPOSE_CONV_SUMS_H_
#define MILLRACE_MICRO_KERNELS_REFERENCE_TRANSPOSE_CONV_SUMS_H_

#include "micro/kernels/loops/transpose_conv.h"

namespace millrace::micro {

// W: a pointer to weights, or what acts like one.
template <typename Sum, typename X, typename W>
Sum Dot(const X* x, W w, int32_t n, int32_t zero_point) {
  Sum sum = 0;
  for (int32_t i = 0; i < n; ++i) {
    sum += static_cast<Sum>(x[i] - zero_point) * w[i];
  }
  return sum;
}
template <>
inline float Dot<float, float, const float*>(const float* x, const float* w, int32_t n, int32_t) {
  float sum = 0.0f;
  for (int32_t i = 0; i < n; ++i) sum += x[i] * w[i];
  return sum;
}

// Calls write(sum, channel) -> element for each output element in order.
template <typename Sum, typename X, typename W, typename Y, typename Write>
__attribute__((always_inline)) inline void Gather(const TransposeConvShape& s, int32_t zero_point,
                                                  const X* input, W filter, Y* output,
                                                  const Write& write) {
  const int32_t row = s.x.input * s.depth;
  const int32_t filter_row = s.x.filter * s.depth;
  for (int32_t b = 0; b < s.batches; ++b, input += s.y.input * row) {
    for (int32_t oy = 0; oy < s.y.output; ++oy) {
      const TransposeConvTaps y = TapsOf(s.y, oy);
      for (int32_t ox = 0; ox < s.x.output; ++ox) {
        const TransposeConvTaps x = TapsOf(s.x, ox);
        W weights = filter;
        for (int32_t c = 0; c < s.channels; ++c, weights += s.y.filter * filter_row) {
          Sum sum = 0;
          for (int32_t fy = y.first; fy < y.end; fy += s.y.stride) {
            const X* from = input + (y.at - fy) / s.y.stride * row;
            for (int32_t fx = x.first; fx < x.end; fx += s.x.stride) {
              sum += Dot<Sum>(from + (x.at - fx) / s.x.stride * s.depth,
                              weights + fy * filter_row + fx * s.depth, s.depth, zero_point);
            }
          }
          *output++ = write(sum, c);
        }
      }
    }
  }
}

template <typename T, typename W>
void GatherBytes(const TransposeConvInt& p, const T* input, W filter, const int32_t* bias,
                 T* output) {
  Gather<int32_t>(p.shape, p.input_zero_point, input, filter, output, [&](int32_t sum, int32_t c) {
    if (bias != nullptr) sum += bias[c];
    const int32_t out = MultiplyByRequant(sum, p.factors.multipliers[c], p.factors.shifts[c]);
    return static_cast<T>(Clamp(out + p.output_zero_point, p.range.low, p.range.high));
  });
}

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_REFERENCE_TRANSPOSE_CONV_SUMS_H_
