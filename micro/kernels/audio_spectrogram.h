// AudioSpectrogram: the energies of a signal by time and frequency.
#ifndef MILLRACE_MICRO_KERNELS_AUDIO_SPECTROGRAM_H_
#define MILLRACE_MICRO_KERNELS_AUDIO_SPECTROGRAM_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input float32 [samples, channels] -> float32 [channels, times, bins]. Options (flexbuffer map):
// window_size (2 or more), stride, magnitude_squared (false: the output is the magnitude). Windows
// are weighted by a periodic Hann window and filled up with zeros to a power of two, bins are half
// of that and one. There are 1 + (samples - window_size) / stride times, none for fewer samples.
// Computed in double, as elsewhere.
extern const OpRegistration kAudioSpectrogramOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_AUDIO_SPECTROGRAM_H_
