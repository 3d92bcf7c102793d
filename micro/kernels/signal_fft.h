// SignalFftAutoScale, SignalRfft, SignalIrfft: Fourier transforms of the rows of a tensor.
#ifndef MILLRACE_MICRO_KERNELS_SIGNAL_FFT_H_
#define MILLRACE_MICRO_KERNELS_SIGNAL_FFT_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input and output 0 int16, output 1 int32[1] (or a scalar): the exponent of the power of two by
// which the input was multiplied, so that it uses all 16 bits.
extern const OpRegistration kSignalFftAutoScaleOp;

// input [..., n] with n <= fft_length, output [..., fft_length + 2]: fft_length / 2 + 1 pairs of
// real and imaginary part. Types: int16, int32 (both divided by fft_length), float32. Options:
// fft_length, a power of two from 4 on.
extern const OpRegistration kSignalRfftOp;

// The other way round: input [..., fft_length + 2], output [..., fft_length].
extern const OpRegistration kSignalIrfftOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_SIGNAL_FFT_H_
