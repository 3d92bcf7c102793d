// The inner loops of SVDF. See kernels/svdf.h; state [batches, filters, memory], its last column
// the newest features.
#ifndef MILLRACE_MICRO_KERNELS_LOOPS_SVDF_H_
#define MILLRACE_MICRO_KERNELS_LOOPS_SVDF_H_

#include <cstdint>

#include "micro/kernels/common/activation.h"
#include "micro/kernels/common/quantization.h"

namespace millrace::micro {

struct SvdfShape {
  int32_t batches;
  int32_t features;
  int32_t units;
  int32_t rank;    // filters a unit
  int32_t memory;  // frames
};

struct SvdfInt8 {
  SvdfShape shape;
  int32_t input_zero_point;
  int32_t output_zero_point;
  Requant to_state;
  Requant to_output;
};

// T: int16_t or int8_t, of the state and its weights.
template <typename T>
struct SvdfTensors {
  const int8_t* input;
  const int8_t* feature;
  const T* time;
  const int32_t* bias;  // nullptr: none
  T* state;
  int8_t* output;
  void* scratch;
};

// Bytes of scratch memory, aligned to 4, that the loops want.
int32_t SvdfScratchBytes(const SvdfShape& shape);

// Of each filter f: state[f] moves up by a frame, state[f][last] = clamp(requant(sum_i (in[i] -
// zp_in) * feature[f][i])); then out[u] = clamp(zp_out + requant(bias[u] + sum_(f of u, t)
// state[f][t] * time[f][t])).
template <typename T>
void SvdfLoop(const SvdfInt8& p, const SvdfTensors<T>& tensors);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_LOOPS_SVDF_H_
