#include "micro/kernels/loops/svdf.h"

namespace millrace::micro {
namespace {

template <typename T>
int32_t Dot(const T* a, const T* b, int32_t n) {
  int32_t sum = 0;
  for (int32_t i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

int32_t FeatureDot(const SvdfInt8& p, const int8_t* input, const int8_t* feature) {
  int32_t sum = 0;
  for (int32_t i = 0; i < p.shape.features; ++i) {
    sum += (input[i] - p.input_zero_point) * feature[i];
  }
  return MultiplyByRequant(sum, p.to_state);
}

}  // namespace

int32_t SvdfScratchBytes(const SvdfShape&) { return 0; }

template <typename T>
void SvdfLoop(const SvdfInt8& p, const SvdfTensors<T>& tensors) {
  constexpr int32_t kLow = sizeof(T) == 1 ? -128 : -32768, kHigh = -kLow - 1;
  const SvdfShape& s = p.shape;
  const int8_t* input = tensors.input;
  const int32_t* const bias = tensors.bias;
  T* state = tensors.state;
  int8_t* output = tensors.output;
  for (int32_t b = 0; b < s.batches; ++b, input += s.features) {
    const int8_t* filter = tensors.feature;
    const T* frames = tensors.time;
    for (int32_t u = 0; u < s.units; ++u) {
      int32_t sum = bias == nullptr ? 0 : bias[u];
      for (int32_t r = 0; r < s.rank; ++r) {
        __builtin_memmove(state, state + 1, sizeof(T) * static_cast<size_t>(s.memory - 1));
        state[s.memory - 1] = static_cast<T>(Clamp(FeatureDot(p, input, filter), kLow, kHigh));
        sum += Dot(state, frames, s.memory);
        filter += s.features;
        frames += s.memory;
        state += s.memory;
      }
      const int32_t out = MultiplyByRequant(sum, p.to_output) + p.output_zero_point;
      *output++ = static_cast<int8_t>(Clamp(out, -128, 127));
    }
  }
}

template void SvdfLoop(const SvdfInt8&, const SvdfTensors<int16_t>&);
template void SvdfLoop(const SvdfInt8&, const SvdfTensors<int8_t>&);

}  // namespace millrace::micro
