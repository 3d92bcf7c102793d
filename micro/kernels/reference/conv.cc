#include "micro/kernels/common/packed_int4.h"
#include "micro/kernels/reference/conv_sums.h"

namespace millrace::micro {

void ConvInt4Loop(const ConvQuantized& p, const int8_t* input, const uint8_t* filter,
                  const int32_t* bias, int8_t* output) {
  ConvSums<int32_t>(p.shape, input, p.input_zero_point, NarrowWeights(filter, TensorType::kInt4),
                    FinishInt8{p, bias, output});
}

void ConvInt16Loop(const ConvQuantized& p, const int16_t* input, const int8_t* filter,
                   const void* bias, TensorType bias_type, int16_t* output) {
  ConvSums<int64_t>(p.shape, input, 0, filter,
                    FinishInt16{p, bias, bias_type == TensorType::kInt64, output});
}

void ConvLoop(const ConvFloat& p, const float* input, const float* filter, const float* bias,
              float* output) {
  ConvSums<float>(p.shape, input, 0.0f, filter, FinishFloat{p.range, bias, output});
}

void ConvLoop(const ConvHybrid& p, const int8_t* input, const void* filter, TensorType filter_type,
              const float* bias, float* output) {
  ConvSums<int32_t>(p.shape, input, p.input_zero_point, NarrowWeights(filter, filter_type),
                    FinishHybrid{p, bias, output});
}

}  // namespace millrace::micro
