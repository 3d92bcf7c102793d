#include "micro/kernels/loops/front_end.h"

#include "micro/signal/spectrum.h"

namespace millrace::micro {

void WindowLoop(const int16_t* input, const int16_t* weights, int32_t n, int shift,
                int16_t* output) {
  signal::ApplyWindow(input, weights, n, shift, output);
}

int32_t AutoScaleLoop(const int16_t* input, int32_t n, int16_t* output) {
  return signal::AutoScale(input, n, output);
}

void EnergiesLoop(const int16_t* spectrum, int32_t begin, int32_t end, uint32_t* output) {
  signal::Energies(spectrum, begin, end, output);
}

void SumBandsLoop(const signal::FilterBank& bank, const uint32_t* energies, uint64_t* output) {
  signal::SumBands(bank, energies, output);
}

void SquareRootsLoop(const uint64_t* sums, int32_t n, int shift, uint32_t* roots) {
  for (int32_t i = 0; i < n; ++i) roots[i] = signal::SquareRoot(sums[i]) >> shift;
}

}  // namespace millrace::micro
