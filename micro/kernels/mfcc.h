// Mfcc: mel-frequency cepstral coefficients of a spectrogram.
#ifndef MILLRACE_MICRO_KERNELS_MFCC_H_
#define MILLRACE_MICRO_KERNELS_MFCC_H_

#include "micro/core/op.h"

namespace millrace::micro {

// spectrogram float32 [channels, times, bins] (energies), sample rate: one int32 -> float32
// [channels, times, dct_coefficient_count]. Options (flexbuffer map): upper_frequency_limit (4000),
// lower_frequency_limit (20), filterbank_channel_count (40), dct_coefficient_count (13). Magnitudes
// are added up in triangles that are evenly spaced in mel, 1127 ln(1 + f / 700); then come the
// logarithm (of 1e-12 at least) and a cosine transform. Computed in double, as elsewhere.
extern const OpRegistration kMfccOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_MFCC_H_
