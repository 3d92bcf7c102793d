// GIF files (CompuServe, Graphics Interchange Format, version 89a), still and animated.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kernels/codec/pixels.h"

namespace millrace {

// The frames, as they are seen: each drawn over the one before it, in red, green and blue. What no
// frame has drawn on is black. Of an incomplete file those that are complete. INVALID_ARGUMENT for
// what is no GIF file, or has no complete frame.
absl::StatusOr<std::vector<Pixels<uint8_t>>> DecodeGif(absl::string_view file);

}  // namespace millrace
