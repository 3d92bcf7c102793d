// The inner loops of fully connected layers. kernels/reference/ holds them in plain C++; a target's
// folder may hold a file of the same name that is linked instead.
#ifndef MILLRACE_MICRO_KERNELS_LOOPS_FULLY_CONNECTED_H_
#define MILLRACE_MICRO_KERNELS_LOOPS_FULLY_CONNECTED_H_

#include <cstdint>

#include "micro/core/schema.h"
#include "micro/kernels/common/activation.h"
#include "micro/kernels/common/channel_requant.h"
#include "micro/kernels/common/int16_layer.h"
#include "micro/kernels/common/quantization.h"

namespace millrace::micro {

struct FullyConnectedQuantized {
  int32_t batches;
  int32_t depth;  // of a row of the input, and of the filter
  int32_t units;  // rows of the filter
  int32_t input_zero_point;
  int32_t filter_zero_point;
  int32_t output_zero_point;
  IntRange range;
  Requant requant;         // for all units,
  ChannelFactors factors;  // unless it has multipliers

  int32_t Requantized(int32_t sum, int32_t unit) const {
    return factors.multipliers == nullptr
               ? MultiplyByRequant(sum, requant)
               : MultiplyByRequant(sum, factors.multipliers[unit], factors.shifts[unit]);
  }
  Int16Requant RequantOfInt16(const void* bias, TensorType bias_type) const {
    return {factors, requant, range, {bias, bias_type}, bias_type == TensorType::kInt64};
  }
};

// out[b][u] = clamp(zp_out + requant(bias[u] + sum_d (in[b][d] - zp_in) * (filter[u][d] -
// zp_filter))). input [batches, depth], filter [units, depth], bias [units] or nullptr, output
// [batches, units].
void FullyConnectedLoop(const FullyConnectedQuantized& p, const int8_t* input, const int8_t* filter,
                        const int32_t* bias, int8_t* output);
// Packed int4 weights.
void FullyConnectedInt4Loop(const FullyConnectedQuantized& p, const int8_t* input,
                            const uint8_t* filter, const int32_t* bias, int8_t* output);
// uint8 activations and weights.
void FullyConnectedUInt8Loop(const FullyConnectedQuantized& p, const uint8_t* input,
                             const uint8_t* filter, const int32_t* bias, uint8_t* output);
// int16 activations, their zero points 0. bias: int32, or int64, which makes sums and their
// rounding those of 64 bits.
void FullyConnectedInt16Loop(const FullyConnectedQuantized& p, const int16_t* input,
                             const int8_t* filter, const void* bias, TensorType bias_type,
                             int16_t* output);

struct FullyConnectedFloat {
  int32_t batches;
  int32_t depth;
  int32_t units;
  FloatRange range;
};

// out[b][u] = clamp(bias[u] + sum_d in[b][d] * filter[u][d])
void FullyConnectedLoop(const FullyConnectedFloat& p, const float* input, const float* filter,
                        const float* bias, float* output);

// One row of the input, quantised while invoking.
struct FullyConnectedHybrid {
  int32_t depth;
  int32_t units;
  FloatRange range;
  float input_scale;
  int32_t input_zero_point;
  const float* filter_scales;  // one, or one a unit
  bool by_unit;
};

// filter of filter_type: int8 or packed int4.
void FullyConnectedLoop(const FullyConnectedHybrid& p, const int8_t* input, const void* filter,
                        TensorType filter_type, const float* bias, float* output);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_LOOPS_FULLY_CONNECTED_H_
