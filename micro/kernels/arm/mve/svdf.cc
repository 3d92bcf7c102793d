// SVDF on Armv8.1-M (Helium).
#include "micro/kernels/loops/svdf.h"

#include <arm_mve.h>

#include "micro/kernels/arm/mve/output.h"
#include "micro/kernels/arm/svdf_filters.h"

namespace millrace::micro {
namespace {

// Vectors move up by a frame and are multiplied on the way. Of a loop whose last step has fewer
// elements compilers make two.
int32_t Advance(int16_t* state, int16_t value, const int16_t* time, int32_t memory) {
  int32_t sum = value * time[memory - 1];
  int16_t* const newest = state + memory - 1;
  __asm__ volatile(
      "  wlstp.16 lr, %[left], 1f\n"
      "2:\n"
      "  vldrh.16 q0, [%[state], #2]\n"
      "  vldrh.16 q1, [%[time]], #16\n"
      "  vstrh.16 q0, [%[state]], #16\n"
      "  vmladava.s16 %[sum], q0, q1\n"
      "  letp lr, 2b\n"
      "1:\n"
      : [state] "+&r"(state), [time] "+&r"(time), [sum] "+&Te"(sum)
      : [left] "r"(memory - 1)
      : "q0", "q1", "lr", "memory");
  *newest = value;
  return sum;
}

int32_t Advance(int8_t* state, int8_t value, const int8_t* time, int32_t memory) {
  int32_t sum = value * time[memory - 1];
  int8_t* const newest = state + memory - 1;
  __asm__ volatile(
      "  wlstp.8 lr, %[left], 1f\n"
      "2:\n"
      "  vldrb.8 q0, [%[state], #1]\n"
      "  vldrb.8 q1, [%[time]], #16\n"
      "  vstrb.8 q0, [%[state]], #16\n"
      "  vmladava.s8 %[sum], q0, q1\n"
      "  letp lr, 2b\n"
      "1:\n"
      : [state] "+&r"(state), [time] "+&r"(time), [sum] "+&Te"(sum)
      : [left] "r"(memory - 1)
      : "q0", "q1", "lr", "memory");
  *newest = value;
  return sum;
}

}  // namespace

int32_t SvdfScratchBytes(const SvdfShape& shape) {
  return static_cast<int32_t>(sizeof(int16_t)) * shape.features;
}

template <typename T>
void SvdfLoop(const SvdfInt8& p, const SvdfTensors<T>& tensors) {
  const auto requantize = [&p](int32_t* sums, int32_t low, int32_t high) {
    const int32x4_t x = mve::Requantized(vldrwq_s32(sums), p.to_state);
    vstrwq_s32(sums, vminq_s32(vmaxq_s32(x, vdupq_n_s32(low)), vdupq_n_s32(high)));
  };
  arm::SvdfFilters(p, tensors, requantize, [](T* filter, T value, const T* frames, int32_t memory) {
    return Advance(filter, value, frames, memory);
  });
}

template void SvdfLoop(const SvdfInt8&, const SvdfTensors<int16_t>&);
template void SvdfLoop(const SvdfInt8&, const SvdfTensors<int8_t>&);

}  // namespace millrace::micro
