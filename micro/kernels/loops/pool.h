// The inner loops of 2-D pooling over images [batch, height, width, channels]. Windows are cut at
// the image's edge; each holds at least one element.
#ifndef MILLRACE_MICRO_KERNELS_LOOPS_POOL_H_
#define MILLRACE_MICRO_KERNELS_LOOPS_POOL_H_

#include <cstdint>

#include "micro/kernels/common/activation.h"

namespace millrace::micro {

struct PoolShape {
  int32_t batches;
  int32_t input_height, input_width;
  int32_t output_height, output_width;
  int32_t channels;
  int32_t filter_height, filter_width;
  int32_t stride_height, stride_width;
  int32_t padding_top, padding_left;
};

// The mean of a window's elements, rounded to the nearest, halves away from zero; clamped.
void AveragePoolLoop(const PoolShape& s, IntRange range, const int8_t* input, int8_t* output);
void AveragePoolLoop(const PoolShape& s, IntRange range, const uint8_t* input, uint8_t* output);
void AveragePoolLoop(const PoolShape& s, IntRange range, const int16_t* input, int16_t* output);
void AveragePoolLoop(const PoolShape& s, FloatRange range, const float* input, float* output);

// The largest, clamped.
void MaxPoolLoop(const PoolShape& s, IntRange range, const int8_t* input, int8_t* output);
void MaxPoolLoop(const PoolShape& s, IntRange range, const uint8_t* input, uint8_t* output);
void MaxPoolLoop(const PoolShape& s, IntRange range, const int16_t* input, int16_t* output);
void MaxPoolLoop(const PoolShape& s, FloatRange range, const float* input, float* output);

// The root of the mean of squares, clamped.
void L2PoolLoop(const PoolShape& s, FloatRange range, const float* input, float* output);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_LOOPS_POOL_H_
