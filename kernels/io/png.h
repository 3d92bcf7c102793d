// PNG files (ISO/IEC 15948).
#ifndef MILLRACE_KERNELS_IO_PNG_H_
#define MILLRACE_KERNELS_IO_PNG_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace millrace {

// An image of 8 bits a channel as a PNG file. `pixels` is [height, width, channels], rows without
// gaps; channels: 1 grey, 2 grey and opacity, 3 RGB, 4 RGBA. INVALID_ARGUMENT for an image without
// pixels or of more than 2^31 - 1 in a row or column, RESOURCE_EXHAUSTED if the memory for it is
// not to be had.
absl::StatusOr<std::string> EncodePng(const uint8_t* pixels, int64_t height, int64_t width,
                                      int channels);

}  // namespace millrace

#endif  // MILLRACE_KERNELS_IO_PNG_H_
