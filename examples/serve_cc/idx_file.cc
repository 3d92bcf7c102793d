#include "examples/serve_cc/idx_file.h"

#include <zlib.h>

#include <memory>

namespace examples {

absl::StatusOr<std::vector<uint8_t>> ReadIdxGz(const std::string& path, size_t count) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
  if (file == nullptr) {
    return absl::NotFoundError("cannot open " + path +
                               " (Debian's package dataset-fashion-mnist has it)");
  }
  // 0, 0, 8 (unsigned bytes), the rank, and four bytes a dimension.
  uint8_t start[4];
  if (gzread(file.get(), start, 4) != 4 || start[0] != 0 || start[1] != 0 || start[2] != 8) {
    return absl::DataLossError(path + " is no IDX file of bytes");
  }
  std::vector<uint8_t> bytes(4 * size_t{start[3]} + count);
  if (gzread(file.get(), bytes.data(), static_cast<unsigned>(bytes.size())) !=
      static_cast<int>(bytes.size())) {
    return absl::DataLossError(path + " is cut short");
  }
  bytes.erase(bytes.begin(), bytes.begin() + 4 * size_t{start[3]});
  return bytes;
}

}  // namespace examples
