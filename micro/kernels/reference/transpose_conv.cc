#include "micro/kernels/loops/transpose_conv.h"

namespace millrace::micro {
namespace {

// Weights of uint8, less their zero point.
struct UInt8Weights {
  const uint8_t* bytes;
  int32_t zero_point;

  int32_t operator[](int32_t i) const { return bytes[i] - zero_point; }
  UInt8Weights operator+(int32_t n) const { return {bytes + n, zero_point}; }
  void operator+=(int32_t n) { bytes += n; }
};

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
float Dot<float, float, const float*>(const float* x, const float* w, int32_t n, int32_t) {
  float sum = 0.0f;
  for (int32_t i = 0; i < n; ++i) sum += x[i] * w[i];
  return sum;
}

// Calls write(channel, sum) -> element for each output element in order.
template <typename Sum, typename X, typename W, typename Y, typename Write>
void Gather(const TransposeConvShape& s, int32_t zero_point, const X* input, W filter, Y* output,
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
          *output++ = write(c, sum);
        }
      }
    }
  }
}

template <typename T, typename W>
void GatherBytes(const TransposeConvInt& p, const T* input, W filter, const int32_t* bias,
                 T* output) {
  Gather<int32_t>(p.shape, p.input_zero_point, input, filter, output, [&](int32_t c, int32_t sum) {
    if (bias != nullptr) sum += bias[c];
    const int32_t out = MultiplyByRequant(sum, p.factors.multipliers[c], p.factors.shifts[c]);
    return static_cast<T>(Clamp(out + p.output_zero_point, p.range.low, p.range.high));
  });
}

template <typename B>
void GatherInt16(const TransposeConvInt& p, const int16_t* input, const int8_t* filter,
                 const B* bias, int16_t* output) {
  Gather<int64_t>(p.shape, p.input_zero_point, input, filter, output, [&](int32_t c, int64_t sum) {
    if (bias != nullptr) sum += bias[c];
    const int32_t out = MultiplyByRequant64(sum, p.factors.multipliers[c], p.factors.shifts[c]);
    return static_cast<int16_t>(Clamp(out + p.output_zero_point, p.range.low, p.range.high));
  });
}

}  // namespace

void TransposeConvLoop(const TransposeConvInt& p, const int8_t* input, const int8_t* filter,
                       const int32_t* bias, int8_t* output) {
  GatherBytes(p, input, filter, bias, output);
}

void TransposeConvUInt8Loop(const TransposeConvInt& p, const uint8_t* input, const uint8_t* filter,
                            int32_t filter_zero_point, const int32_t* bias, uint8_t* output) {
  GatherBytes(p, input, UInt8Weights{filter, filter_zero_point}, bias, output);
}

void TransposeConvLoop(const TransposeConvInt& p, const int16_t* input, const int8_t* filter,
                       const int64_t* bias, int16_t* output) {
  GatherInt16(p, input, filter, bias, output);
}

void TransposeConvLoop(const TransposeConvInt& p, const int16_t* input, const int8_t* filter,
                       const int32_t* bias, int16_t* output) {
  GatherInt16(p, input, filter, bias, output);
}

void TransposeConvLoop(const TransposeConvHybrid& p, const int8_t* input, const int8_t* filter,
                       const float* bias, float* output) {
  Gather<int32_t>(p.shape, p.input_zero_point, input, filter, output, [&](int32_t c, int32_t sum) {
    const float scale = p.input_scale * p.filter_scales[p.by_channel ? c : 0];
    const float real = static_cast<float>(sum) * scale;
    return ClampFloat(bias == nullptr ? real : real + bias[c], p.range.low, p.range.high);
  });
}

void TransposeConvLoop(const TransposeConvFloat& p, const float* input, const float* filter,
                       const float* bias, float* output) {
  Gather<float>(p.shape, 0, input, filter, output, [&](int32_t c, float sum) {
    return ClampFloat(bias == nullptr ? sum : sum + bias[c], p.range.low, p.range.high);
  });
}

}  // namespace millrace::micro
