// SVDF with two products an instruction (Armv7E-M).
#include "micro/kernels/loops/svdf.h"

#include "micro/kernels/arm/dsp/simd.h"
#include "micro/kernels/arm/svdf_filters.h"

namespace millrace::micro {
namespace {

void Store(uint32_t word, void* p) { __builtin_memcpy(p, &word, sizeof(word)); }

// Whole words move up and are multiplied on the way.
int32_t Advance(int16_t* state, int16_t value, const int16_t* time, int32_t memory) {
  int32_t sum = 0;
  int32_t left = memory - 1;
  for (; left >= 2; left -= 2, state += 2, time += 2) {
    const uint32_t frames = dsp::Load4(state + 1);
    Store(frames, state);
    sum = __smlad(static_cast<int16x2_t>(frames), static_cast<int16x2_t>(dsp::Load4(time)), sum);
  }
  if (left > 0) {
    state[0] = state[1];
    sum += *state++ * *time++;
  }
  *state = value;
  return sum + value * *time;
}

int32_t Advance(int8_t* state, int8_t value, const int8_t* time, int32_t memory) {
  int32_t sum = 0;
  int32_t left = memory - 1;
  for (; left >= 4; left -= 4, state += 4, time += 4) {
    const uint32_t frames = dsp::Load4(state + 1), weights = dsp::Load4(time);
    Store(frames, state);
    sum = __smlad(dsp::Odd(frames), dsp::Odd(weights),
                  __smlad(dsp::Even(frames), dsp::Even(weights), sum));
  }
  for (; left > 0; --left, ++state) {
    state[0] = state[1];
    sum += *state * *time++;
  }
  *state = value;
  return sum + value * *time;
}

}  // namespace

int32_t SvdfScratchBytes(const SvdfShape& shape) {
  return static_cast<int32_t>(sizeof(int16_t)) * shape.features;
}

template <typename T>
void SvdfLoop(const SvdfInt8& p, const SvdfTensors<T>& tensors) {
  const auto requantize = [&p](int32_t* sums, int32_t low, int32_t high) {
    for (int k = 0; k < 4; ++k) sums[k] = Clamp(MultiplyByRequant(sums[k], p.to_state), low, high);
  };
  arm::SvdfFilters(p, tensors, requantize, [](T* filter, T value, const T* frames, int32_t memory) {
    return Advance(filter, value, frames, memory);
  });
}

template void SvdfLoop(const SvdfInt8&, const SvdfTensors<int16_t>&);
template void SvdfLoop(const SvdfInt8&, const SvdfTensors<int8_t>&);

}  // namespace millrace::micro
