// SVDF on Armv8.1-M (Helium).
#include "micro/kernels/loops/svdf.h"

#include <arm_mve.h>

#include "micro/kernels/arm/mve/output.h"
#include "micro/kernels/arm/svdf_filters.h"

namespace millrace::micro {
namespace {

// Vectors move up by a frame and are multiplied on the way.
int32_t Advance(int16_t* state, int16_t value, const int16_t* time, int32_t memory) {
  int32_t sum = value * time[memory - 1];
  int16_t* newest = state + memory - 1;
  for (int32_t left = memory - 1; left > 0; left -= 8, state += 8, time += 8) {
    const mve_pred16_t some = vctp16q(static_cast<uint32_t>(left));
    const int16x8_t frames = vldrhq_z_s16(state + 1, some);
    vstrhq_p_s16(state, frames, some);
    sum = vmladavaq_p_s16(sum, frames, vldrhq_z_s16(time, some), some);
  }
  *newest = value;
  return sum;
}

int32_t Advance(int8_t* state, int8_t value, const int8_t* time, int32_t memory) {
  int32_t sum = value * time[memory - 1];
  int8_t* newest = state + memory - 1;
  for (int32_t left = memory - 1; left > 0; left -= 16, state += 16, time += 16) {
    const mve_pred16_t some = vctp8q(static_cast<uint32_t>(left));
    const int8x16_t frames = vldrbq_z_s8(state + 1, some);
    vstrbq_p_s8(state, frames, some);
    sum = vmladavaq_p_s8(sum, frames, vldrbq_z_s8(time, some), some);
  }
  *newest = value;
  return sum;
}

template <typename T>
void Run(const SvdfInt8& p, const int8_t* input, const int8_t* feature, const T* time,
         const int32_t* bias, T* state, int8_t* output, void* scratch) {
  const auto requantize = [&p](int32_t* sums, int32_t low, int32_t high) {
    const int32x4_t x = mve::Requantized(vldrwq_s32(sums), vdupq_n_s32(p.to_state.multiplier),
                                         vdupq_n_s32(p.to_state.shift));
    vstrwq_s32(sums, vminq_s32(vmaxq_s32(x, vdupq_n_s32(low)), vdupq_n_s32(high)));
  };
  arm::SvdfFilters(p, input, feature, time, bias, state, output, static_cast<int16_t*>(scratch),
                   requantize, [](T* filter, T value, const T* frames, int32_t memory) {
                     return Advance(filter, value, frames, memory);
                   });
}

}  // namespace

int32_t SvdfScratchBytes(const SvdfShape& shape) {
  return static_cast<int32_t>(sizeof(int16_t)) * shape.features;
}

void SvdfLoop(const SvdfInt8& p, const int8_t* input, const int8_t* feature, const int16_t* time,
              const int32_t* bias, int16_t* state, int8_t* output, void* scratch) {
  Run(p, input, feature, time, bias, state, output, scratch);
}

void SvdfLoop(const SvdfInt8& p, const int8_t* input, const int8_t* feature, const int8_t* time,
              const int32_t* bias, int8_t* state, int8_t* output, void* scratch) {
  Run(p, input, feature, time, bias, state, output, scratch);
}

}  // namespace millrace::micro
