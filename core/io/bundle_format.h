// Tensor bundles, TensorFlow's checkpoints: a table PREFIX.index (table_format.h) and data files
// PREFIX.data-0000i-of-0000N. The empty key holds a BundleHeaderProto, a tensor's name its
// BundleEntryProto.
//
// A tensor's bytes are its elements, little-endian, row by row. A string tensor is: a varint length
// an element; the masked crc32c of the lengths (4 bytes); the strings. The lengths' checksum is
// over their 32-bit (or, beyond that, 64-bit) values, and the entry's continues it over the 4 bytes
// and the strings.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/io/tensor_slice.h"
#include "core/tensor/shape.h"
#include "core/tensor/tensor.h"

namespace millrace {

std::string BundleIndexPath(absl::string_view prefix);
std::string BundleDataPath(absl::string_view prefix, int shard, int num_shards);

// The key under which a part of the tensor `name` is stored.
std::string BundleSliceKey(absl::string_view name, const TensorSlice& slice);

// The bytes of a string tensor, and their unmasked checksum.
std::string EncodeBundleStrings(const Tensor& tensor, uint32_t* crc);
// DATA_LOSS for bytes that are not that.
absl::StatusOr<Tensor> DecodeBundleStrings(const Shape& shape, absl::string_view bytes,
                                           uint32_t* crc);

}  // namespace millrace
