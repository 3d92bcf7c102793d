// JPEG files, by libjpeg.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kernels/codec/pixels.h"

namespace millrace {

struct JpegWindow {
  int64_t y, x, height, width;
};

struct JpegDecoding {
  int channels = 0;  // 1 or 3; 0: as the file has, at most 3
  int ratio = 1;     // 1, 2, 4 or 8: height and width are divided by it
  bool fancy_upscaling = true;
  bool fast_transform = false;       // a faster, less exact inverse cosine transform
  bool recover_truncated = false;    // take what there is of an incomplete file,
  float acceptable_fraction = 1;     // if it is so much of the rows
  std::optional<JpegWindow> window;  // this part only
};

// INVALID_ARGUMENT for what is no JPEG file, an incomplete one, or a window that does not lie in
// it.
absl::StatusOr<Pixels<uint8_t>> DecodeJpeg(absl::string_view file, const JpegDecoding& options);

// Without the values, and with the channels that the file has.
absl::StatusOr<Pixels<uint8_t>> JpegHeader(absl::string_view file);

struct JpegEncoding {
  int quality = 95;  // 0 to 100
  bool progressive = false, optimize_size = false, chroma_downsampling = true;
  bool per_inch = true;  // else per centimetre
  int x_density = 300, y_density = 300;
  std::string xmp_metadata;
};

// Images of 1 or 3 channels. INVALID_ARGUMENT for sizes that a file cannot have.
absl::StatusOr<std::string> EncodeJpeg(const Pixels<uint8_t>& image, const JpegEncoding& options);

}  // namespace millrace
