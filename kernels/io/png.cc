#include "kernels/io/png.h"

#include <zlib.h>

#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace millrace {
namespace {

// Section 11.2.2: the colour type of so many channels.
constexpr uint8_t kColourType[] = {0, 4, 2, 6};

void AppendBigEndian(uint32_t value, std::string* out) {
  for (int shift = 24; shift >= 0; shift -= 8) out->push_back(static_cast<char>(value >> shift));
}

// Length, type, data, and the checksum of the latter two.
void AppendChunk(absl::string_view type, absl::string_view data, std::string* out) {
  AppendBigEndian(static_cast<uint32_t>(data.size()), out);
  const size_t begin = out->size();
  out->append(type.data(), type.size());
  out->append(data.data(), data.size());
  AppendBigEndian(static_cast<uint32_t>(crc32_z(
                      0, reinterpret_cast<const Bytef*>(out->data() + begin), out->size() - begin)),
                  out);
}

}  // namespace

absl::StatusOr<std::string> EncodePng(const uint8_t* pixels, int64_t height, int64_t width,
                                      int channels) {
  constexpr int64_t kMax = std::numeric_limits<int32_t>::max();
  // A chunk holds less than 2^31 bytes, compressed; what compresses badly must fit as well.
  if (height < 1 || width < 1 || height > kMax || width > kMax || channels < 1 || channels > 4 ||
      width * channels >= kMax / 2 / height) {
    return absl::InvalidArgumentError(absl::StrCat("no PNG file of an image of ", height, " x ",
                                                   width, " pixels of ", channels, " channels"));
  }
  const int64_t row = width * channels;
  std::string filtered;  // each row after the number of its filter: none
  filtered.reserve(static_cast<size_t>(height * (row + 1)));
  for (int64_t y = 0; y < height; ++y) {
    filtered.push_back(0);
    filtered.append(reinterpret_cast<const char*>(pixels) + y * row, static_cast<size_t>(row));
  }
  uLongf size = compressBound(filtered.size());
  std::string compressed(size, '\0');
  if (compress2(reinterpret_cast<Bytef*>(&compressed[0]), &size,
                reinterpret_cast<const Bytef*>(filtered.data()), filtered.size(),
                Z_DEFAULT_COMPRESSION) != Z_OK) {
    return absl::ResourceExhaustedError("no memory to compress an image");
  }
  compressed.resize(size);

  std::string header;
  AppendBigEndian(static_cast<uint32_t>(width), &header);
  AppendBigEndian(static_cast<uint32_t>(height), &header);
  header.push_back(8);  // bits a channel
  header.push_back(static_cast<char>(kColourType[channels - 1]));
  header.append(3, '\0');  // the only compression, the only set of filters, not interlaced

  std::string file = "\x89PNG\r\n\x1a\n";
  AppendChunk("IHDR", header, &file);
  AppendChunk("IDAT", compressed, &file);
  AppendChunk("IEND", "", &file);
  return file;
}

}  // namespace millrace
