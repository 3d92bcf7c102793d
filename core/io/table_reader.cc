#include "core/io/table_reader.h"

#include <snappy.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/crc32c.h"
#include "core/base/status.h"

namespace millrace {
namespace {

// How many times larger than its bytes a block or the keys of a table may become (compression,
// shared prefixes), whatever the bytes say; real ones stay far below.
constexpr size_t kMaxExpansion = 64;
constexpr size_t kMinExpandedLimit = 1 << 20;

size_t ExpansionLimit(size_t bytes) { return std::max(kMinExpandedLimit, kMaxExpansion * bytes); }

absl::Status Corrupt(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("Corrupt table: ", what));
}

// The contents of the block at `handle`; uncompressed into *scratch where needed.
absl::StatusOr<absl::string_view> ReadBlock(absl::string_view table, const BlockHandle& handle,
                                            std::string* scratch) {
  const uint64_t room = table.size() - kTableFooterBytes;
  if (handle.offset > room || handle.size > room - handle.offset ||
      room - handle.offset - handle.size < kBlockTrailerBytes) {
    return Corrupt(absl::StrCat("a block at ", handle.offset, " of ", handle.size,
                                " bytes is outside the file"));
  }
  const absl::string_view contents = table.substr(handle.offset, handle.size);
  const char* trailer = contents.data() + contents.size();
  const uint32_t crc = crc32c::Unmask(LoadFixed32(trailer + 1));
  if (crc32c::Value(contents.data(), contents.size() + 1) != crc) {
    return Corrupt(absl::StrCat("the checksum of the block at ", handle.offset, " is wrong"));
  }
  if (trailer[0] == kBlockPlain) return contents;
  if (trailer[0] != kBlockSnappy) {
    return Corrupt(absl::StrCat("a block has unknown compression ", int{trailer[0]}));
  }
  size_t size;
  if (!snappy::GetUncompressedLength(contents.data(), contents.size(), &size) ||
      size > ExpansionLimit(contents.size())) {
    return Corrupt("a compressed block has an impossible size");
  }
  scratch->resize(size);
  if (!snappy::RawUncompress(contents.data(), contents.size(), &(*scratch)[0])) {
    return Corrupt("a compressed block cannot be uncompressed");
  }
  return absl::string_view(*scratch);
}

}  // namespace

absl::StatusOr<BlockIterator> BlockIterator::Create(absl::string_view block) {
  if (block.size() < 4) return Corrupt("a block is too short");
  const uint64_t restarts = LoadFixed32(block.data() + block.size() - 4);
  const uint64_t tail = 4 * restarts + 4;
  if (tail > block.size()) return Corrupt("a block has more restart points than bytes");
  return BlockIterator(block.substr(0, block.size() - tail));
}

absl::StatusOr<bool> BlockIterator::Next() {
  if (rest_.empty()) return false;
  uint64_t shared, other, value_size;
  if (!ConsumeVarint(&rest_, &shared) || !ConsumeVarint(&rest_, &other) ||
      !ConsumeVarint(&rest_, &value_size) || shared > key_.size() || other > rest_.size() ||
      value_size > rest_.size() - other) {
    return Corrupt("an entry does not fit its block");
  }
  key_.resize(shared);
  key_.append(rest_.data(), other);
  value_ = rest_.substr(other, value_size);
  rest_.remove_prefix(other + value_size);
  return true;
}

absl::StatusOr<TableReader> TableReader::Open(absl::string_view bytes) {
  if (bytes.size() < kTableFooterBytes) {
    return Corrupt(absl::StrCat("it has only ", bytes.size(), " bytes"));
  }
  absl::string_view footer = bytes.substr(bytes.size() - kTableFooterBytes);
  if (LoadFixed64(footer.data() + kTableFooterBytes - 8) != kTableMagic) {
    return Corrupt("it does not end with a table's magic number");
  }
  BlockHandle metaindex, index;
  if (!metaindex.Consume(&footer) || !index.Consume(&footer)) return Corrupt("bad footer");

  // What is left is padding, up to the magic number. Nothing of it is needed, but a bit that flips
  // there is found too.
  for (char c : footer.substr(0, footer.size() - 8)) {
    if (c != 0) return Corrupt("the footer's padding is not zero");
  }

  TableReader reader;
  std::string index_scratch, scratch;
  MR_RETURN_IF_ERROR(ReadBlock(bytes, metaindex, &scratch).status());
  MR_ASSIGN_OR_RETURN(absl::string_view index_block, ReadBlock(bytes, index, &index_scratch));
  MR_ASSIGN_OR_RETURN(BlockIterator blocks, BlockIterator::Create(index_block));
  uint64_t next_offset = 0;
  uint64_t key_bytes = 0;
  while (true) {
    MR_ASSIGN_OR_RETURN(const bool more_blocks, blocks.Next());
    if (!more_blocks) return reader;
    absl::string_view value = blocks.value();
    BlockHandle handle;
    if (!handle.Consume(&value)) return Corrupt("an index entry holds no block");
    // Blocks follow each other, so that a hostile index cannot have the same bytes read again and
    // again.
    if (handle.offset < next_offset) return Corrupt("blocks overlap");
    MR_ASSIGN_OR_RETURN(absl::string_view block, ReadBlock(bytes, handle, &scratch));
    next_offset = handle.offset + handle.size + kBlockTrailerBytes;
    MR_ASSIGN_OR_RETURN(BlockIterator entries, BlockIterator::Create(block));
    while (true) {
      MR_ASSIGN_OR_RETURN(const bool more, entries.Next());
      if (!more) break;
      if (!reader.entries_.empty() && entries.key() <= reader.entries_.back().first) {
        return Corrupt("its keys are not in order");
      }
      key_bytes += entries.key().size();
      if (key_bytes > ExpansionLimit(bytes.size())) return Corrupt("its keys are impossibly long");
      reader.entries_.emplace_back(std::string(entries.key()), std::string(entries.value()));
    }
  }
}

const std::string* TableReader::Find(absl::string_view key) const {
  const auto it =
      std::lower_bound(entries_.begin(), entries_.end(), key,
                       [](const Entry& entry, absl::string_view k) { return entry.first < k; });
  return it != entries_.end() && it->first == key ? &it->second : nullptr;
}

}  // namespace millrace
