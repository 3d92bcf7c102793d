#include "micro/kernels/loops/rescale.h"

#include "micro/kernels/loops/rescale_types.h"

namespace millrace::micro {
namespace {

// The parameters are copied, so that they stay in registers.
template <typename In, typename Out, typename Parameters>
void Run(Parameters p, const In* input, int32_t count, Out* output) {
  for (int32_t i = 0; i < count; ++i) output[i] = static_cast<Out>(p.Of(input[i]));
}

}  // namespace

template <typename In, typename Out>
void RescaleLoop(const Rescaling& p, const In* input, int32_t count, Out* output) {
  Run(p, input, count, output);
}

template <typename T>
void LeakyRescaleLoop(const LeakyRescaling& p, const T* input, int32_t count, T* output) {
  Run(p, input, count, output);
}

template <typename Out>
void QuantizeLoop(const Quantization& p, const float* input, int32_t count, Out* output) {
  Run(p, input, count, output);
}

MR_FOR_RESCALED_TYPES

}  // namespace millrace::micro
