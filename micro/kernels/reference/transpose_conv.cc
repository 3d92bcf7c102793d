#include "micro/kernels/reference/transpose_conv_sums.h"

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

}  // namespace

void TransposeConvUInt8Loop(const TransposeConvInt& p, const uint8_t* input, const uint8_t* filter,
                            int32_t filter_zero_point, const int32_t* bias, uint8_t* output) {
  GatherBytes(p, input, UInt8Weights{filter, filter_zero_point}, bias, output);
}

void TransposeConvLoop(const TransposeConvHybrid& p, const int8_t* input, const int8_t* filter,
                       const float* bias, float* output) {
  Gather<int32_t>(p.shape, p.input_zero_point, input, filter, output, [&](int32_t sum, int32_t c) {
    const float scale = p.input_scale * p.filter_scales[p.by_channel ? c : 0];
    const float real = static_cast<float>(sum) * scale;
    return ClampFloat(bias == nullptr ? real : real + bias[c], p.range.low, p.range.high);
  });
}

void TransposeConvLoop(const TransposeConvFloat& p, const float* input, const float* filter,
                       const float* bias, float* output) {
  Gather<float>(p.shape, 0, input, filter, output, [&](float sum, int32_t c) {
    return ClampFloat(bias == nullptr ? sum : sum + bias[c], p.range.low, p.range.high);
  });
}

}  // namespace millrace::micro
