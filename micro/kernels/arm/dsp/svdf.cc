// SVDF with two products an instruction (Armv7E-M).
#include "micro/kernels/loops/svdf.h"

#include <arm_acle.h>

#include "micro/kernels/arm/svdf_filters.h"

namespace millrace::micro {
namespace {

// Memory need not be aligned to words.
uint32_t Load(const void* p) {
  uint32_t word;
  __builtin_memcpy(&word, p, sizeof(word));
  return word;
}
void Store(uint32_t word, void* p) { __builtin_memcpy(p, &word, sizeof(word)); }

// Whole words move up and are multiplied on the way.
int32_t Advance(int16_t* state, int16_t value, const int16_t* time, int32_t memory) {
  int32_t sum = 0;
  int32_t left = memory - 1;
  for (; left >= 2; left -= 2, state += 2, time += 2) {
    const uint32_t frames = Load(state + 1);
    Store(frames, state);
    sum = __smlad(static_cast<int16x2_t>(frames), static_cast<int16x2_t>(Load(time)), sum);
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
    const uint32_t frames = Load(state + 1), weights = Load(time);
    Store(frames, state);
    int16x2_t even, odd, even_weights, odd_weights;
    __asm__("sxtb16 %0, %1" : "=r"(even) : "r"(frames));
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(odd) : "r"(frames));
    __asm__("sxtb16 %0, %1" : "=r"(even_weights) : "r"(weights));
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(odd_weights) : "r"(weights));
    sum = __smlad(odd, odd_weights, __smlad(even, even_weights, sum));
  }
  for (; left > 0; --left, ++state) {
    state[0] = state[1];
    sum += *state * *time++;
  }
  *state = value;
  return sum + value * *time;
}

constexpr auto kAdvance = [](auto... arguments) { return Advance(arguments...); };

}  // namespace

int32_t SvdfScratchBytes(const SvdfShape& shape) {
  return static_cast<int32_t>(sizeof(int16_t)) * shape.features;
}

void SvdfLoop(const SvdfInt8& p, const int8_t* input, const int8_t* feature, const int16_t* time,
              const int32_t* bias, int16_t* state, int8_t* output, void* scratch) {
  arm::SvdfFilters(p, input, feature, time, bias, state, output, static_cast<int16_t*>(scratch),
                   kAdvance);
}

void SvdfLoop(const SvdfInt8& p, const int8_t* input, const int8_t* feature, const int8_t* time,
              const int32_t* bias, int8_t* state, int8_t* output, void* scratch) {
  arm::SvdfFilters(p, input, feature, time, bias, state, output, static_cast<int16_t*>(scratch),
                   kAdvance);
}

}  // namespace millrace::micro
