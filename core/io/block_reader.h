// Reads a file from its start, a block at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/base/env.h"

namespace millrace {

// Not thread-safe.
class BlockReader {
 public:
  // compression_type: as decompressed_file.h has it. The size of a compressed file takes as long to
  // know as it takes to read it: it is -1 unless asked for.
  static absl::StatusOr<std::unique_ptr<BlockReader>> Open(const std::string& path,
                                                           absl::string_view compression_type = "",
                                                           bool with_size = true);

  int64_t size() const { return size_; }  // of the file, decompressed
  int64_t position() const { return begin_ + static_cast<int64_t>(at_); }
  void Seek(int64_t position);

  // The next `n` bytes; fewer at the end of the file.
  absl::StatusOr<std::string> Read(int64_t n);
  // The next line without its end ("\n" or "\r\n") into `line`; false at the end of the file.
  absl::StatusOr<bool> ReadLine(std::string* line);

 private:
  BlockReader(std::unique_ptr<RandomAccessFile> file, int64_t size)
      : file_(std::move(file)), size_(size) {}

  // False if nothing is left.
  absl::StatusOr<bool> Fill();

  const std::unique_ptr<RandomAccessFile> file_;
  const int64_t size_;
  std::string block_;
  int64_t begin_ = 0;  // where the block is in the file
  size_t at_ = 0;      // what is read of it
};

}  // namespace millrace
