// SVDF: a fully connected layer whose filters are products of a feature vector and a time vector
// (singular value decomposition of a filter over frames), with the features of the last frames as
// its state.
#ifndef MILLRACE_MICRO_KERNELS_SVDF_H_
#define MILLRACE_MICRO_KERNELS_SVDF_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input [batch, features], weights_feature [filters, features], weights_time [filters, memory],
// bias [filters / rank] (optional), state: a variable of batch * filters * memory elements, output
// [batch, filters / rank]. Types: all float32; or float32 with weights of int8 (one scale each; the
// input is then quantised row by row); or input, weights_feature and output int8, bias int32,
// weights_time and state both int16 or both int8. The integer forms are symmetric but for input and
// output, and only with no fused activation or Relu; the output is cut to what int8 holds, as
// TensorFlow Lite does (its converter gives Relu's outputs a zero point of -128).
extern const OpRegistration kSvdfOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_SVDF_H_
