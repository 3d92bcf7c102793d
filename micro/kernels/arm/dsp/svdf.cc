// SVDF for Armv7E-M: four filters at once.
#include "micro/kernels/loops/svdf.h"

#include "micro/kernels/arm/dsp/rows.h"

#if defined(__GNUC__) && !defined(__clang__)
// Loads moved far ahead want more registers than there are.
#pragma GCC optimize("no-schedule-insns")
#endif

namespace millrace::micro {
namespace {

// Products of the input with up to four rows.
void Rows(const int8_t* x, int32_t zero_point, int32_t depth, const int8_t* rows, int32_t count,
          int32_t* sums) {
  if (count == 4) {
    const dsp::FourSums four = dsp::FourRows(x, zero_point, depth, rows, {0, 0, 0, 0});
    sums[0] = four.a, sums[1] = four.b, sums[2] = four.c, sums[3] = four.d;
    return;
  }
  for (int32_t k = 0; k < count; ++k) sums[k] = dsp::OneRow(x, zero_point, depth, rows + k * depth);
}

int32_t Dot(const int16_t* a, const int16_t* b, int32_t n) {
  int32_t sum = 0;
  int32_t i = 0;
  for (; i + 2 <= n; i += 2) {
    sum = __smlad(static_cast<int16x2_t>(dsp::Load4(a + i)),
                  static_cast<int16x2_t>(dsp::Load4(b + i)), sum);
  }
  return i < n ? sum + a[i] * b[i] : sum;
}

int32_t Dot(const int8_t* a, const int8_t* b, int32_t n) {
  int32_t sum = 0;
  int32_t i = 0;
  for (; i + 4 <= n; i += 4) {
    const uint32_t x = dsp::Load4(a + i), y = dsp::Load4(b + i);
    sum = __smlad(dsp::Odd(x), dsp::Odd(y), __smlad(dsp::Even(x), dsp::Even(y), sum));
  }
  for (; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

// The state moves up by a frame: towards lower addresses, so that it may overlap.
void MoveUp(void* state, int32_t frame_bytes, int32_t bytes) {
  auto* to = static_cast<uint8_t*>(state);
  const uint8_t* from = to + frame_bytes;
  int32_t i = 0;
  for (; i + 4 <= bytes; i += 4) {
    uint32_t word;
    __builtin_memcpy(&word, from + i, sizeof(word));
    __builtin_memcpy(to + i, &word, sizeof(word));
  }
  for (; i < bytes; ++i) to[i] = from[i];
}

template <typename T>
void Loop(const SvdfInt8& p, const int8_t* input, const int8_t* feature, const T* time,
          const int32_t* bias, T* state, int8_t* output) {
  constexpr int32_t kLow = sizeof(T) == 1 ? -128 : -32768, kHigh = -kLow - 1;
  const SvdfShape& s = p.shape;
  const int32_t filters = s.units * s.rank;
  for (int32_t b = 0; b < s.batches; ++b, input += s.features, state += filters * s.memory) {
    for (int32_t f = 0; f < filters; f += 4) {
      const int32_t count = filters - f < 4 ? filters - f : 4;
      int32_t sums[4];
      Rows(input, p.input_zero_point, s.features, feature + f * s.features, count, sums);
      for (int32_t k = 0; k < count; ++k) {
        T* frames = state + (f + k) * s.memory;
        MoveUp(frames, sizeof(T), (s.memory - 1) * static_cast<int32_t>(sizeof(T)));
        const int32_t newest = MultiplyByRequant(sums[k], p.to_state);
        frames[s.memory - 1] = static_cast<T>(Clamp(newest, kLow, kHigh));
      }
    }
    // A unit's filters lie one behind the other.
    const int32_t frames = s.rank * s.memory;
    for (int32_t u = 0; u < s.units; ++u) {
      int32_t sum = Dot(state + u * frames, time + u * frames, frames);
      if (bias != nullptr) sum += bias[u];
      const int32_t out = MultiplyByRequant(sum, p.to_output) + p.output_zero_point;
      *output++ = static_cast<int8_t>(Clamp(out, -128, 127));
    }
  }
}

}  // namespace

int32_t SvdfScratchBytes(const SvdfShape&) { return 0; }

void SvdfLoop(const SvdfInt8& p, const int8_t* input, const int8_t* feature, const int16_t* time,
              const int32_t* bias, int16_t* state, int8_t* output, void*) {
  Loop(p, input, feature, time, bias, state, output);
}

void SvdfLoop(const SvdfInt8& p, const int8_t* input, const int8_t* feature, const int8_t* time,
              const int32_t* bias, int8_t* state, int8_t* output, void*) {
  Loop(p, input, feature, time, bias, state, output);
}

}  // namespace millrace::micro
