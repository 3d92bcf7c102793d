// RIFF WAVE files of 16-bit samples (Microsoft and IBM, Multimedia Programming Interface and Data
// Specifications 1.0).
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace millrace {

// The file of a sound in [-1, 1] (what is beyond is cut off, what is no number is silent): frame by
// frame a sample a channel. rate: frames a second. INVALID_ARGUMENT for a rate, a number of
// channels or a length that a file cannot have.
absl::StatusOr<std::string> EncodeWave(absl::Span<const float> samples, int64_t channels,
                                       int64_t rate);

}  // namespace millrace
