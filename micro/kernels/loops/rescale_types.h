// MR_FOR_RESCALED_TYPES: what loops/rescale.h is defined for. To be included by the files that
// define it.
#ifndef MILLRACE_MICRO_KERNELS_LOOPS_RESCALE_TYPES_H_
#define MILLRACE_MICRO_KERNELS_LOOPS_RESCALE_TYPES_H_

#include "micro/kernels/loops/rescale.h"

#define MR_RESCALE(In, Out) template void RescaleLoop(const Rescaling&, const In*, int32_t, Out*);
#define MR_RESCALE_FROM(In) \
  MR_RESCALE(In, int8_t)    \
  MR_RESCALE(In, uint8_t)   \
  MR_RESCALE(In, int16_t)   \
  MR_RESCALE(In, int32_t)
#define MR_LEAKY(T) template void LeakyRescaleLoop(const LeakyRescaling&, const T*, int32_t, T*);
#define MR_QUANTIZE(Out) \
  template void QuantizeLoop(const Quantization&, const float*, int32_t, Out*);

// Defines the loops for all their types.
#define MR_FOR_RESCALED_TYPES \
  MR_RESCALE_FROM(int8_t)     \
  MR_RESCALE_FROM(uint8_t)    \
  MR_RESCALE_FROM(int16_t)    \
  MR_RESCALE_FROM(int32_t)    \
  MR_LEAKY(int8_t)            \
  MR_LEAKY(uint8_t)           \
  MR_LEAKY(int16_t)           \
  MR_QUANTIZE(int8_t)         \
  MR_QUANTIZE(uint8_t)        \
  MR_QUANTIZE(int16_t)        \
  MR_QUANTIZE(int32_t)

#endif  // MILLRACE_MICRO_KERNELS_LOOPS_RESCALE_TYPES_H_
