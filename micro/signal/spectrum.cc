#include "micro/signal/spectrum.h"

namespace millrace::micro::signal {

void ApplyWindow(const int16_t* input, const int16_t* weights, int32_t n, int shift,
                 int16_t* output) {
  for (int32_t i = 0; i < n; ++i) {
    const int32_t value = (input[i] * weights[i]) >> shift;
    output[i] = static_cast<int16_t>(value < -32768 ? -32768 : value > 32767 ? 32767 : value);
  }
}

int32_t AutoScale(const int16_t* input, int32_t n, int16_t* output) {
  int32_t largest = 0;
  for (int32_t i = 0; i < n; ++i) {
    const int32_t magnitude = input[i] < 0 ? -input[i] : input[i];
    if (magnitude > largest) largest = magnitude;
  }
  int32_t shift = largest == 0 ? 0 : 15;
  while (shift > 0 && largest >> (15 - shift) != 0) --shift;
  for (int32_t i = 0; i < n; ++i) output[i] = static_cast<int16_t>(input[i] * (1 << shift));
  return shift;
}

void Energies(const int16_t* spectrum, int32_t begin, int32_t end, uint32_t* output) {
  for (int32_t i = begin; i < end; ++i) {
    const int32_t re = spectrum[2 * i], im = spectrum[2 * i + 1];
    output[i] = static_cast<uint32_t>(re * re) + static_cast<uint32_t>(im * im);
  }
}

}  // namespace millrace::micro::signal
