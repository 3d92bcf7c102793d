// Reads a LevelDB-format table (table_format.h) whose bytes are in memory.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/io/table_format.h"

namespace millrace {

// Walks the entries of one block whose bytes outlive it. Any bytes are safe; a malformed entry ends
// the walk with DATA_LOSS.
class BlockIterator {
 public:
  // DATA_LOSS when the list of restart points does not fit.
  static absl::StatusOr<BlockIterator> Create(absl::string_view block);

  // True with the next entry in key() and value(); false at the end of the block.
  absl::StatusOr<bool> Next();
  absl::string_view key() const { return key_; }
  absl::string_view value() const { return value_; }

 private:
  explicit BlockIterator(absl::string_view entries) : rest_(entries) {}

  absl::string_view rest_;
  std::string key_;
  absl::string_view value_;
};

// All entries of a table, in order. Thread-safe after Open.
class TableReader {
 public:
  using Entry = std::pair<std::string, std::string>;

  // Checks every block's checksum and the order of the keys. DATA_LOSS, with the reason, for bytes
  // that are no table. `bytes` need not outlive the call.
  static absl::StatusOr<TableReader> Open(absl::string_view bytes);

  const std::vector<Entry>& entries() const { return entries_; }
  // Null when there is no such key. Valid as long as the reader.
  const std::string* Find(absl::string_view key) const;

 private:
  std::vector<Entry> entries_;
};

}  // namespace millrace
