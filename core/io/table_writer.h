// Builds a LevelDB-format table (table_format.h) in memory.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "core/io/table_format.h"

namespace millrace {

// One block in the making: keys share the prefix of the one before, but for every 16th, where a
// reader can start.
class BlockBuilder {
 public:
  explicit BlockBuilder(int restart_interval) : restart_interval_(restart_interval) { Clear(); }

  // REQUIRES: key is after the last one.
  void Add(absl::string_view key, absl::string_view value);
  // The block's contents without its trailer; the builder is empty then.
  std::string Finish();

  bool empty() const { return buffer_.empty(); }
  size_t size() const { return buffer_.size() + 4 * restarts_.size() + 4; }

 private:
  void Clear();

  const int restart_interval_;
  std::string buffer_;
  std::vector<uint32_t> restarts_;
  int since_restart_ = 0;
  std::string last_key_;
};

// Not thread-safe. Blocks are not compressed.
class TableWriter {
 public:
  explicit TableWriter(size_t block_bytes = 256 << 10);

  // INVALID_ARGUMENT unless `key` is after the key before it, in the order of unsigned bytes.
  absl::Status Add(absl::string_view key, absl::string_view value);
  // The whole table. Call once, last.
  std::string Finish();

 private:
  void FlushBlock();
  // Appends contents and trailer to the table.
  BlockHandle WriteBlock(absl::string_view contents);

  const size_t block_bytes_;
  std::string table_;
  BlockBuilder data_;
  BlockBuilder index_;
  std::string last_key_;
  bool any_ = false;
};

}  // namespace millrace
