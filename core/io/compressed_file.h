// Files that are compressed as a whole, written as if they were not.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/base/env.h"

namespace millrace {

// Makes the file `path`, whose bytes are those appended, compressed by `type`: "" (not at all),
// "ZLIB" or "GZIP"; INVALID_ARGUMENT otherwise. Flush makes all there is readable, at the cost of a
// few bytes.
absl::StatusOr<std::unique_ptr<WritableFile>> NewCompressedFile(absl::string_view path,
                                                                absl::string_view type);

}  // namespace millrace
