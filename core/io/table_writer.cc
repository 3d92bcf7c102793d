#include "core/io/table_writer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/base/crc32c.h"

namespace millrace {
namespace {

constexpr int kRestartInterval = 16;

}  // namespace

void BlockBuilder::Clear() {
  buffer_.clear();
  restarts_.assign(1, 0);
  since_restart_ = 0;
  last_key_.clear();
}

void BlockBuilder::Add(absl::string_view key, absl::string_view value) {
  size_t shared = 0;
  if (since_restart_ == restart_interval_) {
    restarts_.push_back(static_cast<uint32_t>(buffer_.size()));
    since_restart_ = 0;
  } else {
    const size_t limit = std::min(key.size(), last_key_.size());
    while (shared < limit && key[shared] == last_key_[shared]) ++shared;
  }
  AppendVarint(&buffer_, shared);
  AppendVarint(&buffer_, key.size() - shared);
  AppendVarint(&buffer_, value.size());
  buffer_.append(key.data() + shared, key.size() - shared);
  buffer_.append(value.data(), value.size());
  last_key_.assign(key.data(), key.size());
  ++since_restart_;
}

std::string BlockBuilder::Finish() {
  for (const uint32_t restart : restarts_) AppendFixed32(&buffer_, restart);
  AppendFixed32(&buffer_, static_cast<uint32_t>(restarts_.size()));
  std::string block = std::move(buffer_);
  Clear();
  return block;
}

TableWriter::TableWriter(size_t block_bytes)
    : block_bytes_(block_bytes), data_(kRestartInterval), index_(/*restart_interval=*/1) {}

absl::Status TableWriter::Add(absl::string_view key, absl::string_view value) {
  if (any_ && key <= last_key_) {
    return absl::InvalidArgumentError(absl::StrCat("Keys of a table must be added in order: '",
                                                   absl::CHexEscape(key), "' after '",
                                                   absl::CHexEscape(last_key_), "'"));
  }
  any_ = true;
  data_.Add(key, value);
  last_key_.assign(key.data(), key.size());
  if (data_.size() >= block_bytes_) FlushBlock();
  return absl::OkStatus();
}

void TableWriter::FlushBlock() {
  std::string handle;
  WriteBlock(data_.Finish()).AppendTo(&handle);
  index_.Add(last_key_, handle);
}

BlockHandle TableWriter::WriteBlock(absl::string_view contents) {
  const BlockHandle handle{table_.size(), contents.size()};
  table_.append(contents.data(), contents.size());
  table_.push_back(kBlockPlain);
  const uint32_t crc = crc32c::Extend(crc32c::Value(contents), &kBlockPlain, 1);
  AppendFixed32(&table_, crc32c::Mask(crc));
  return handle;
}

std::string TableWriter::Finish() {
  if (!data_.empty()) FlushBlock();
  const BlockHandle metaindex = WriteBlock(BlockBuilder(kRestartInterval).Finish());
  const BlockHandle index = WriteBlock(index_.Finish());
  std::string footer;
  metaindex.AppendTo(&footer);
  index.AppendTo(&footer);
  footer.resize(kTableFooterBytes - 8, '\0');
  AppendFixed64(&footer, kTableMagic);
  return table_ + footer;
}

}  // namespace millrace
