#include "micro/kernels/arm/int16_dots.h"
#include "micro/kernels/loops/transpose_conv.h"

namespace millrace::micro {
namespace {

arm::Int16Sums SumsOf(const TransposeConvShape& s, const int16_t* image, const TransposeConvTaps& y,
                      const TransposeConvTaps& x, const arm::FourRows& weights) {
  arm::Int16Sums sums;
  for (int32_t fy = y.first; fy < y.end; fy += s.y.stride) {
    const int16_t* row = image + (y.at - fy) / s.y.stride * s.x.input * s.depth;
    for (int32_t fx = x.first; fx < x.end; fx += s.x.stride) {
      sums.Add(row + (x.at - fx) / s.x.stride * s.depth, weights, (fy * s.x.filter + fx) * s.depth,
               s.depth);
    }
  }
  return sums;
}

}  // namespace

void TransposeConvInt16Loop(const TransposeConvInt& p, const int16_t* input, const int8_t* filter,
                            const void* bias, TensorType bias_type, int16_t* output) {
  const Int16Requant requant = p.RequantOfInt16(bias, bias_type);
  const TransposeConvShape& s = p.shape;
  const int32_t size = s.y.filter * s.x.filter * s.depth;  // of a channel's weights
  for (int32_t b = 0; b < s.batches; ++b, input += s.y.input * s.x.input * s.depth) {
    for (int32_t oy = 0; oy < s.y.output; ++oy) {
      const TransposeConvTaps y = TapsOf(s.y, oy);
      for (int32_t ox = 0; ox < s.x.output; ++ox) {
        const TransposeConvTaps x = TapsOf(s.x, ox);
        for (int32_t c = 0; c < s.channels;) {
          const int32_t left = s.channels - c;
          const arm::FourRows weights = {filter + c * size, size, left < 4 ? left : 4};
          const arm::Int16Sums sums = SumsOf(s, input, y, x, weights);
          for (int32_t k = 0; k < weights.count; ++k) *output++ = requant(sums.values[k], c++);
        }
      }
    }
  }
}

}  // namespace millrace::micro
