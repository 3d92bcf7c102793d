// What reader and writer of a table agree on. The format is LevelDB's (doc/table_format.md there):
// sorted keys in blocks, an index block, a footer; tensor bundles use it for their index.
//
//   table   := data block ... metaindex block, index block, footer
//   block   := entry ... fixed32 restart offset ... fixed32 number of restarts, then the trailer
//   entry   := varint shared key bytes, varint other key bytes, varint value bytes, other key
//   bytes, value trailer := one byte of compression, fixed32 masked crc32c of the block and that
//   byte footer  := metaindex handle, index handle (each varint offset, varint size), zeros up to
//   40 bytes, fixed64 magic
//
// An index entry's value is a data block's handle; its key is not before any key of the block and
// before all of the next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "core/io/coding.h"

namespace millrace {

inline constexpr uint64_t kTableMagic = 0xdb4775248b80fb57;
inline constexpr size_t kTableFooterBytes = 48;
inline constexpr size_t kBlockTrailerBytes = 5;
inline constexpr char kBlockPlain = 0;
inline constexpr char kBlockSnappy = 1;

// Where a block's contents are, without the trailer.
struct BlockHandle {
  uint64_t offset = 0;
  uint64_t size = 0;

  void AppendTo(std::string* out) const {
    AppendVarint(out, offset);
    AppendVarint(out, size);
  }
  bool Consume(absl::string_view* in) {
    return ConsumeVarint(in, &offset) && ConsumeVarint(in, &size);
  }
};

}  // namespace millrace
