#include "micro/signal/filter_bank.h"

namespace millrace::micro::signal {
namespace {

constexpr int kLogSegments = 128;
// 65536 * (log2(1 + i / 128) - i / 128)
const uint16_t kLog2Rest[kLogSegments + 1] = {
    0,    224,  442,  654,  861,  1063, 1259, 1450, 1636, 1817, 1992, 2163, 2329, 2490, 2646,
    2797, 2944, 3087, 3224, 3358, 3487, 3611, 3732, 3848, 3960, 4068, 4172, 4272, 4368, 4460,
    4549, 4633, 4714, 4791, 4864, 4934, 5001, 5063, 5123, 5178, 5231, 5280, 5326, 5368, 5408,
    5444, 5477, 5507, 5533, 5557, 5578, 5595, 5610, 5622, 5631, 5637, 5640, 5641, 5638, 5633,
    5626, 5615, 5602, 5586, 5568, 5547, 5524, 5498, 5470, 5439, 5406, 5370, 5332, 5291, 5249,
    5203, 5156, 5106, 5054, 5000, 4944, 4885, 4825, 4762, 4697, 4630, 4561, 4490, 4416, 4341,
    4264, 4184, 4103, 4020, 3935, 3848, 3759, 3668, 3575, 3481, 3384, 3286, 3186, 3084, 2981,
    2875, 2768, 2659, 2549, 2437, 2323, 2207, 2090, 1971, 1851, 1729, 1605, 1480, 1353, 1224,
    1094, 963,  830,  695,  559,  421,  282,  142,  0};

int HighestBit(uint32_t x) { return 31 - __builtin_clz(x); }

// log2(x) in steps of 2^-16; x > 0
uint32_t Log2(uint32_t x) {
  const int whole = HighestBit(x);
  uint32_t fraction = x - (uint32_t{1} << whole);
  fraction = whole < 16 ? fraction << (16 - whole) : fraction >> (whole - 16);
  constexpr int kSegmentBits = 9;  // of 2^16 / 128
  const uint32_t segment = fraction >> kSegmentBits;
  const int32_t left = kLog2Rest[segment], right = kLog2Rest[segment + 1];
  const auto rest = static_cast<int32_t>(fraction & ((1u << kSegmentBits) - 1));
  // Interpolated by a 128th of what it should be: that is what the recorded front ends do, and what
  // models were trained on.
  const int32_t between = ((right - left) * rest) >> 16;
  return (static_cast<uint32_t>(whole) << 16) + fraction + static_cast<uint32_t>(left + between);
}

// Bit by bit; `top`: the largest power of 4 in x.
template <typename T>
T Root(T x, T top, T largest) {
  T root = 0;
  for (T bit = top; bit != 0; bit >>= 2) {
    const T trial = root + bit;
    const bool fits = x >= trial;
    x -= fits ? trial : 0;
    root = (root >> 1) + (fits ? bit : 0);
  }
  return x > root && root != largest ? root + 1 : root;
}

}  // namespace

void SumBands(const FilterBank& bank, const uint32_t* energies, uint64_t* output) {
  uint64_t falling = 0;
  for (int32_t i = 0; i <= bank.channels; ++i) {
    const uint32_t* energy = energies + bank.starts[i];
    const int16_t* up = bank.weights + bank.weight_starts[i];
    const int16_t* down = bank.unweights + bank.weight_starts[i];
    uint64_t rising = falling;
    falling = 0;
    for (int32_t j = 0; j < bank.widths[i]; ++j) {
      rising += static_cast<uint64_t>(int64_t{up[j]}) * energy[j];
      falling += static_cast<uint64_t>(int64_t{down[j]}) * energy[j];
    }
    if (i > 0) output[i - 1] = rising;
  }
}

uint32_t SquareRoot(uint64_t x) {
  if (x == 0) return 0;
  const auto low = static_cast<uint32_t>(x), high = static_cast<uint32_t>(x >> 32);
  if (high == 0) return Root<uint32_t>(low, 1u << (HighestBit(low) & 30), 0xFFFF);
  return static_cast<uint32_t>(
      Root<uint64_t>(x, uint64_t{1} << (32 + (HighestBit(high) & 30)), 0xFFFFFFFF));
}

void SubtractNoise(const SpectralSubtraction& p, const uint32_t* input, uint32_t* noise,
                   uint32_t* output) {
  for (int32_t i = 0; i < p.channels; ++i) {
    const bool odd = i % 2 != 0;
    const uint64_t smoothing = odd ? p.odd_smoothing : p.smoothing;
    const uint64_t rest = odd ? p.odd_one_minus_smoothing : p.one_minus_smoothing;
    const uint32_t signal = input[i] << p.smoothing_bits;
    auto estimate = static_cast<uint32_t>((signal * smoothing + noise[i] * rest) >>
                                          p.spectral_subtraction_bits);
    noise[i] = estimate;
    if (estimate > signal) estimate = signal;
    if (p.clamping) noise[i] = estimate;
    const auto floor = static_cast<uint32_t>((uint64_t{input[i]} * p.min_signal_remaining) >>
                                             p.spectral_subtraction_bits);
    const uint32_t remaining = (signal - estimate) >> p.smoothing_bits;
    output[i] = remaining > floor ? remaining : floor;
  }
}

uint32_t NormalizeGain(uint32_t signal, uint32_t noise, const int16_t* gains, int snr_shift) {
  int32_t gain;
  if (noise <= 2) {
    gain = gains[noise];
  } else {
    // Three numbers for each power of two: value, slope and curvature.
    const int bits = HighestBit(noise) + 1;
    const int16_t* piece = gains + 4 * bits - 6;
    const uint32_t at = bits < 11 ? noise << (11 - bits) : noise >> (bits - 11);
    const auto fraction = static_cast<int32_t>(at & 0x3FF);
    int32_t result = (piece[2] * fraction) >> 5;
    result += piece[1] * 32;
    result *= fraction;
    gain = static_cast<int16_t>(((result + (1 << 14)) >> 15) + piece[0]);
  }
  const auto snr =
      static_cast<uint32_t>((uint64_t{signal} * static_cast<uint32_t>(gain)) >> snr_shift);
  // A square up to 2 (12 bits behind the point), a line from there on; 6 bits behind the point.
  return snr < 2u << 12 ? (snr * snr) >> 20 : (snr >> 6) - (1u << 6);
}

int16_t ScaledLog(uint32_t x, int32_t output_scale, int correction_bits) {
  const uint32_t scaled = x << correction_bits;
  if (scaled <= 1) return 0;
  constexpr uint64_t kLn2 = 45426;  // ln(2) * 2^16
  constexpr uint32_t kHalf = 1u << 15;
  const auto natural = static_cast<uint32_t>((kLn2 * Log2(scaled) + kHalf) >> 16);
  // Wraps at 32 bits.
  const uint32_t log = (static_cast<uint32_t>(output_scale) * natural + kHalf) >> 16;
  return static_cast<int16_t>(log > 0x7FFF ? 0x7FFF : log);
}

}  // namespace millrace::micro::signal
