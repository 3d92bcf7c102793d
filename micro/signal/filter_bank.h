// The filter bank of the audio front end and what follows it, channel by channel in integers: sums
// of energies, square root, noise reduction, automatic gain (per-channel energy normalisation),
// logarithm.
#ifndef MILLRACE_MICRO_SIGNAL_FILTER_BANK_H_
#define MILLRACE_MICRO_SIGNAL_FILTER_BANK_H_

#include <cstdint>

namespace millrace::micro::signal {

// Overlapping triangles. Band i of channels + 1 covers widths[i] energies from starts[i] on, with
// rising weights and falling `unweights` at weight_starts[i]; its rising part belongs to channel i
// - 1, its falling part to channel i.
struct FilterBank {
  int32_t channels;
  const int16_t* weights;
  const int16_t* unweights;
  const int16_t* starts;
  const int16_t* weight_starts;
  const int16_t* widths;
};
void SumBands(const FilterBank& bank, const uint32_t* energies, uint64_t* output);

// Square roots rounded to nearest, but not up to 2^16 (2^32).
uint32_t SquareRoot(uint64_t x);

// Noise is a running mean of the signal; it is subtracted, but a part of the signal remains.
// Factors have 14 bits behind the point; even and odd channels have their own smoothing.
struct SpectralSubtraction {
  int32_t channels;
  uint32_t smoothing, one_minus_smoothing;  // of even channels
  uint32_t odd_smoothing, odd_one_minus_smoothing;
  uint32_t min_signal_remaining;
  int32_t smoothing_bits;             // more bits of the estimates
  int32_t spectral_subtraction_bits;  // behind the point of the factors
  bool clamping;                      // an estimate is kept only up to the signal
};
// noise: the estimates, read and updated.
void SubtractNoise(const SpectralSubtraction& p, const uint32_t* input, uint32_t* noise,
                   uint32_t* output);

// gains: a table of a function of the noise's logarithm in pieces of second order, kGains entries.
constexpr int32_t kGains = 125;
uint32_t NormalizeGain(uint32_t signal, uint32_t noise, const int16_t* gains, int snr_shift);

// output_scale * ln(x * 2^correction_bits), at most 32767; 0 for x * 2^correction_bits <= 1.
int16_t ScaledLog(uint32_t x, int32_t output_scale, int correction_bits);

}  // namespace millrace::micro::signal

#endif  // MILLRACE_MICRO_SIGNAL_FILTER_BANK_H_
