// From samples to a spectrum's energies, in integers.
#ifndef MILLRACE_MICRO_SIGNAL_SPECTRUM_H_
#define MILLRACE_MICRO_SIGNAL_SPECTRUM_H_

#include <cstdint>

namespace millrace::micro::signal {

// output[i] = saturate(input[i] * weights[i] / 2^shift), rounded down. shift: 0 .. 31.
void ApplyWindow(const int16_t* input, const int16_t* weights, int32_t n, int shift,
                 int16_t* output);

// Scales up by the largest power of two with which no magnitude exceeds 32767 (32768 stays as it
// is); returns its exponent, 0 for zeros.
int32_t AutoScale(const int16_t* input, int32_t n, int16_t* output);

// output[i] = re^2 + im^2 of the complex spectrum[i], begin <= i < end.
void Energies(const int16_t* spectrum, int32_t begin, int32_t end, uint32_t* output);

}  // namespace millrace::micro::signal

#endif  // MILLRACE_MICRO_SIGNAL_SPECTRUM_H_
