// The IDX files of Fashion-MNIST, compressed with gzip.
#ifndef EXAMPLES_SERVE_CC_IDX_FILE_H_
#define EXAMPLES_SERVE_CC_IDX_FILE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace examples {

// The first `count` bytes behind the header. NOT_FOUND if there is no such file, DATA_LOSS if it is
// shorter or no IDX file of bytes.
absl::StatusOr<std::vector<uint8_t>> ReadIdxGz(const std::string& path, size_t count);

}  // namespace examples

#endif  // EXAMPLES_SERVE_CC_IDX_FILE_H_
