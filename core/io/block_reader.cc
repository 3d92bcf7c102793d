#include "core/io/block_reader.h"

#include <algorithm>

#include "core/base/status.h"
#include "core/io/decompressed_file.h"

namespace millrace {

absl::StatusOr<std::unique_ptr<BlockReader>> BlockReader::Open(const std::string& path,
                                                               absl::string_view compression_type,
                                                               bool with_size) {
  MR_ASSIGN_OR_RETURN(auto file, OpenDecompressed(path, compression_type));
  int64_t size = -1;
  if (with_size) {
    MR_ASSIGN_OR_RETURN(size, file->Size());
  }
  return std::unique_ptr<BlockReader>(new BlockReader(std::move(file), size));
}

void BlockReader::Seek(int64_t position) {
  begin_ = position;
  block_.clear();
  at_ = 0;
}

absl::StatusOr<std::string> BlockReader::Read(int64_t n) {
  std::string out;
  while (static_cast<int64_t>(out.size()) < n) {
    MR_ASSIGN_OR_RETURN(const bool more, Fill());
    if (!more) break;
    const size_t take = std::min(block_.size() - at_, static_cast<size_t>(n) - out.size());
    out.append(block_, at_, take);
    at_ += take;
  }
  return out;
}

absl::StatusOr<bool> BlockReader::ReadLine(std::string* line) {
  line->clear();
  MR_ASSIGN_OR_RETURN(bool more, Fill());
  if (!more) return false;
  while (more) {
    const size_t end = block_.find('\n', at_);
    line->append(block_, at_, end == std::string::npos ? std::string::npos : end - at_);
    if (end != std::string::npos) {
      at_ = end + 1;
      break;
    }
    at_ = block_.size();
    MR_ASSIGN_OR_RETURN(more, Fill());
  }
  if (!line->empty() && line->back() == '\r') line->pop_back();
  return true;
}

absl::StatusOr<bool> BlockReader::Fill() {
  if (at_ < block_.size()) return true;
  constexpr int64_t kBlock = 256 << 10;
  begin_ += static_cast<int64_t>(block_.size());
  block_.resize(kBlock);
  at_ = 0;
  MR_ASSIGN_OR_RETURN(const int64_t n, file_->Read(begin_, kBlock, block_.data()));
  block_.resize(static_cast<size_t>(n));
  return n > 0;
}

}  // namespace millrace
