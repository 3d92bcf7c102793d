// Files that are compressed as a whole, read as if they were not.
#pragma once

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/base/env.h"

namespace millrace {

// OK for "" (not compressed), "ZLIB" and "GZIP"; INVALID_ARGUMENT otherwise.
absl::Status CheckCompressionType(absl::string_view type);

// `file`, decompressed by its type, which must be one of these. Reading from where the last read
// ended is quick; from before there starts the file again, and its size is known by decompressing
// all of it, once. A file that was cut off ends where its last whole bytes do; DATA_LOSS for bytes
// that are not of the format.
std::unique_ptr<RandomAccessFile> Decompressed(std::unique_ptr<RandomAccessFile> file,
                                               absl::string_view type);
// Opens `path` so.
absl::StatusOr<std::unique_ptr<RandomAccessFile>> OpenDecompressed(absl::string_view path,
                                                                   absl::string_view type);

}  // namespace millrace
