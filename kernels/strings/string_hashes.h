// 64-bit hashes of strings whose values are part of TensorFlow's formats. Little-endian machines
// only.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"

namespace millrace {

// MurmurHash64A (Austin Appleby, public domain) with TensorFlow's seed.
uint64_t MurmurHash(absl::string_view s);
// FarmHash's Fingerprint64 (Geoff Pike, Google), the same at all times and places.
uint64_t FarmFingerprint(absl::string_view s);
// SipHash-2-4 (Aumasson and Bernstein, 2012) under a key of 128 bits.
uint64_t SipHash(uint64_t key0, uint64_t key1, absl::string_view s);

}  // namespace millrace
