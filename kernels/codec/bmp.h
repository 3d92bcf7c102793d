// Uncompressed Windows bitmaps.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kernels/codec/pixels.h"

namespace millrace {

// Files of 8, 24 or 32 bits a pixel. channels: 1, 3 or 4; 0: as the file has. INVALID_ARGUMENT for
// what is no BMP file, an incomplete one, or one of other channels.
absl::StatusOr<Pixels<uint8_t>> DecodeBmp(absl::string_view file, int64_t channels);

}  // namespace millrace
