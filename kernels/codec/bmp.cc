#include "kernels/codec/bmp.h"

#include <cstring>

#include "absl/strings/str_cat.h"

namespace millrace {
namespace {

uint32_t LittleEndian(absl::string_view file, size_t at, int bytes) {
  uint32_t value = 0;
  for (int i = 0; i < bytes; ++i)
    value |= static_cast<uint32_t>(static_cast<unsigned char>(file[at + i])) << (8 * i);
  return value;
}

}  // namespace

absl::StatusOr<Pixels<uint8_t>> DecodeBmp(absl::string_view file, int64_t wanted) {
  constexpr size_t kHeader = 30;
  if (file.size() < kHeader || file[0] != 'B' || file[1] != 'M')
    return absl::InvalidArgumentError("the contents are no BMP file, or incomplete");
  const int64_t begin = LittleEndian(file, 10, 4);
  const int64_t width = static_cast<int32_t>(LittleEndian(file, 18, 4));
  const int64_t signed_height = static_cast<int32_t>(LittleEndian(file, 22, 4));
  const int64_t bits = LittleEndian(file, 28, 2);
  // Rows run upwards, unless the height is negative.
  const bool downwards = signed_height < 0;
  const int64_t height = downwards ? -signed_height : signed_height;
  const int64_t channels = bits / 8;
  if ((bits != 8 && bits != 24 && bits != 32) || (wanted != 0 && wanted != channels)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "channels attribute ", wanted, " does not match bits per pixel from file ", bits));
  }
  if (width <= 0 || height == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("the sizes of the image must be positive, not ", width, " x ", height));
  }
  const int64_t row = (width * channels + 3) / 4 * 4;  // each filled up to 4 bytes
  if (begin > static_cast<int64_t>(file.size()) ||
      height > (static_cast<int64_t>(file.size()) - begin) / row) {
    return absl::InvalidArgumentError(absl::StrCat("Incomplete bmp content, requires at least ",
                                                   row, " x ", height, " bytes after ", begin,
                                                   ", got ", file.size(), " in all"));
  }
  Pixels<uint8_t> image = {height, width, channels, {}};
  image.values.resize(static_cast<size_t>(height * image.row()));
  uint8_t* to = image.values.data();
  for (int64_t y = 0; y < height; ++y) {
    const char* from = file.data() + begin + (downwards ? y : height - 1 - y) * row;
    for (int64_t x = 0; x < width; ++x, from += channels, to += channels) {
      std::memcpy(to, from, static_cast<size_t>(channels));
      if (channels >= 3) std::swap(to[0], to[2]);  // stored as blue, green, red
    }
  }
  return image;
}

}  // namespace millrace
