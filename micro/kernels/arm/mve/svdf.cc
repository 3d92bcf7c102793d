// SVDF for Armv8.1-M with Helium.
#include "micro/kernels/loops/svdf.h"

#include "micro/kernels/arm/mve/dots.h"
#include "micro/kernels/arm/mve/output.h"

namespace millrace::micro {
namespace {

// Products of the input, less its zero point, with up to four rows, in the state's scale.
void Rows(const SvdfInt8& p, const int8_t* x, const int8_t* rows, int32_t count, int32_t* sums) {
  const int32_t depth = p.shape.features, zero_point = p.input_zero_point;
  for (int32_t k = 0; k < count; k += 2) {
    const int8_t* a = rows + k * depth;
    const int8_t* b = k + 1 < count ? a + depth : a;
    mve::DotAndSum of_a, of_b;
    mve::TwoDotsAndSums(x, a, b, depth, &of_a, &of_b);
    sums[k] = of_a.dot - zero_point * of_a.sum;
    sums[k + 1] = of_b.dot - zero_point * of_b.sum;
  }
  const Requant& factor = p.to_state;
  vstrwq_s32(sums, mve::Requantized(vldrwq_s32(sums), vdupq_n_s32(factor.multiplier),
                                    vdupq_n_s32(factor.shift)));
}

int32_t Dot(const int16_t* a, const int16_t* b, int32_t n) {
  int32_t sum = 0;
  for (; n >= 8; n -= 8, a += 8, b += 8) sum = vmladavaq_s16(sum, vldrhq_s16(a), vldrhq_s16(b));
  for (int32_t i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

int32_t Dot(const int8_t* a, const int8_t* b, int32_t n) {
  int32_t sum = 0;
  for (; n >= 16; n -= 16, a += 16, b += 16) sum = vmladavaq_s8(sum, vldrbq_s8(a), vldrbq_s8(b));
  for (int32_t i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

// The state moves up by a frame: towards lower addresses, so that it may overlap.
void MoveUp(void* state, int32_t frame_bytes, int32_t bytes) {
  auto* to = static_cast<uint8_t*>(state);
  const uint8_t* from = to + frame_bytes;
  for (; bytes >= 16; bytes -= 16, to += 16, from += 16) vstrbq_u8(to, vldrbq_u8(from));
  if (bytes > 0) {
    const mve_pred16_t p = vctp8q(static_cast<uint32_t>(bytes));
    vstrbq_p_u8(to, vldrbq_z_u8(from, p), p);
  }
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
      int32_t sums[4] = {0, 0, 0, 0};
      Rows(p, input, feature + f * s.features, count, sums);
      for (int32_t k = 0; k < count; ++k) {
        T* frames = state + (f + k) * s.memory;
        MoveUp(frames, sizeof(T), (s.memory - 1) * static_cast<int32_t>(sizeof(T)));
        frames[s.memory - 1] = static_cast<T>(Clamp(sums[k], kLow, kHigh));
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
