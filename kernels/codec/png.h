// PNG files, by libpng.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kernels/codec/pixels.h"

namespace millrace {

// T is uint8_t or uint16_t; files of the other depth are converted. channels: 1, 2 (with alpha), 3
// or 4; 0: as the file has. INVALID_ARGUMENT for what is no PNG file, or an incomplete one.
template <typename T>
absl::StatusOr<Pixels<T>> DecodePng(absl::string_view file, int channels);

inline constexpr int kDefaultPngCompression = -1;

// Images of 1 to 4 channels. compression: zlib's, -1 to 9. INVALID_ARGUMENT for sizes that a file
// cannot have.
template <typename T>
absl::StatusOr<std::string> EncodePng(const Pixels<T>& image, int compression);

}  // namespace millrace
