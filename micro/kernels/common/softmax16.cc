#include "micro/kernels/common/softmax16.h"

namespace millrace::micro {
namespace {

constexpr int kSteps = kSoftmaxTableSize - 1;

// The functions are sampled at twice as many places, with 30 bits behind the point.
constexpr int kFraction = 15;  // bits of a sample behind those of the table
constexpr uint32_t kHalf = 1 << (kFraction - 1);

// A knot is moved so that the straight line to the next is off by as much at its ends as in the
// middle.
int16_t Knot(uint32_t here, uint32_t middle, uint32_t next) {
  const uint32_t knot = (here + kHalf) >> kFraction;
  const uint32_t chord = (next + (knot << kFraction) + 2 * kHalf) >> (kFraction + 1);
  const int32_t error = static_cast<int32_t>(chord - ((middle + kHalf) >> kFraction));
  return static_cast<int16_t>(Clamp(static_cast<int32_t>(knot) - (error + (error > 0   ? 1
                                                                           : error < 0 ? -1
                                                                                       : 0)) /
                                                                     2,
                                    -32768, 32767));
}

// Downwards from e^0: each sample is the one before less 1 - e^(-10 / 1024) of it.
void FillExp(int16_t* table) {
  constexpr uint32_t kShare = 2671289923;  // (1 - e^(-10 / 1024)) * 2^38
  uint64_t e = uint64_t{1} << 62;
  table[kSteps] = 32767;
  for (int i = kSteps - 1; i >= 0; --i) {
    const auto next = static_cast<uint32_t>(e >> 32);
    e -= (e >> 31) * kShare >> 7;
    const auto middle = static_cast<uint32_t>(e >> 32);
    e -= (e >> 31) * kShare >> 7;
    table[i] = Knot(static_cast<uint32_t>(e >> 32), middle, next);
  }
}

void FillReciprocal(int16_t* table) {
  // 1 / (1 + k / 1024), rounded to the 24 bits of a float as TensorFlow Lite Micro has it (and as
  // the sums of chords are): two knots depend on it.
  const auto sample = [](uint32_t k) {
    const uint32_t divisor = 1024 + k, whole = (uint32_t{1} << 31) / divisor;
    const uint32_t rest = (uint32_t{1} << 31) - whole * divisor;
    return ((whole << 3) + ((rest << 3) + divisor / 2) / divisor) << 6;
  };
  for (uint32_t i = 0; i < kSteps; ++i) {
    table[i] = Knot(sample(2 * i), sample(2 * i + 1), (sample(2 * i + 2) + 64) & ~127u);
  }
  table[kSteps] = 16384;
}

int32_t Interpolate(const int16_t* table, int32_t x) {
  const int32_t knot = (x >> 7) + kSteps / 2;
  const int32_t rise = table[knot + 1] - table[knot];
  return table[knot] + ((rise * (x & 127) + 64) >> 7);
}

}  // namespace

void FillSoftmax16Tables(Softmax16Tables* tables) {
  FillExp(tables->exp);
  FillReciprocal(tables->reciprocal);
}

void Softmax16Row(const Softmax16Tables& tables, Requant factor, const int16_t* input,
                  int32_t count, int16_t* output) {
  int32_t max = input[0];
  for (int32_t i = 1; i < count; ++i) {
    if (input[i] > max) max = input[i];
  }
  uint32_t sum = 0;
  for (int32_t i = 0; i < count; ++i) {
    // The table's range is that of int16, its end e^0.
    const int32_t x = MultiplyByRequant(input[i] - max, factor) + 32767;
    const int32_t e = Interpolate(tables.exp, Clamp(x, -32768, 32767));
    output[i] = static_cast<int16_t>(e);
    sum += static_cast<uint32_t>(e);
  }
  // sum = (1 + x) * 2^bits with x in [0, 1).
  if (sum == 0) sum = 1;
  const int bits = 31 - __builtin_clz(sum);
  const uint64_t mantissa = ((uint64_t{sum} << (31 - bits)) + (1 << 14)) >> 15;
  const int32_t x = static_cast<int32_t>(mantissa) - 65536 - 32768;
  const int32_t reciprocal = Interpolate(tables.reciprocal, Clamp(x, -32768, 32767));
  for (int32_t i = 0; i < count; ++i) {
    const int32_t scaled =
        bits == 0 ? output[i] * reciprocal : (output[i] * reciprocal + (1 << (bits - 1))) >> bits;
    output[i] = static_cast<int16_t>(Clamp(scaled, 0, 32767));
  }
}

}  // namespace millrace::micro
