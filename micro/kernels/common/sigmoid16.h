// Logistic function and hyperbolic tangent in 16-bit integers, by a table of 256 knots and straight
// lines between them. Bit-equal to TensorFlow Lite Micro's int16 LOGISTIC and TANH, and to the
// gates of its integer LSTM.
#ifndef MILLRACE_MICRO_KERNELS_COMMON_SIGMOID16_H_
#define MILLRACE_MICRO_KERNELS_COMMON_SIGMOID16_H_

#include <cstdint>

namespace millrace::micro {

// 65536 * (s(v) - s''(v) * h^2 / 16) at v = i * h, h = 1 / 24, for the logistic function s: half
// the largest error of the chord is added to each knot. The last is 1.
constexpr int kSigmoidKnots = 256;
extern const uint16_t kSigmoid16[kSigmoidKnots];

// Arguments of both are in steps of 1 / (3 * 4096); results in steps of 1 / 32768. An int16 with 12
// bits behind the point is to be multiplied by 3 first. |x| < 2^31.
int16_t Sigmoid16(int32_t x);
int16_t Tanh16(int32_t x);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_COMMON_SIGMOID16_H_
