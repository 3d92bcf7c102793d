// CRC-32C (Castagnoli), as LevelDB tables, TFRecord files and tensor bundles use it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace millrace::crc32c {

// The checksum of A followed by `data`, given crc = the checksum of A. Any thread.
uint32_t Extend(uint32_t crc, const void* data, size_t size);

inline uint32_t Extend(uint32_t crc, absl::string_view data) {
  return Extend(crc, data.data(), data.size());
}

inline uint32_t Value(const void* data, size_t size) { return Extend(0, data, size); }
inline uint32_t Value(absl::string_view data) { return Extend(0, data); }

// Stored checksums are masked, since the checksum of a string that holds its own checksum is a poor
// one (LevelDB, doc/log_format; TFRecord takes it over): rotate right by 15 bits and add a
// constant.
inline constexpr uint32_t kMaskDelta = 0xa282ead8;

inline uint32_t Mask(uint32_t crc) { return ((crc >> 15) | (crc << 17)) + kMaskDelta; }

inline uint32_t Unmask(uint32_t masked) {
  const uint32_t rotated = masked - kMaskDelta;
  return (rotated >> 17) | (rotated << 15);
}

}  // namespace millrace::crc32c
