#include "core/io/record_reader.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/crc32c.h"
#include "core/base/status.h"
#include "core/io/coding.h"
#include "core/io/record_format.h"

namespace millrace {
namespace {

absl::Status Damaged(int64_t offset, absl::string_view why) {
  return absl::DataLossError(absl::StrCat("Damaged record at offset ", offset, ": ", why));
}

}  // namespace

absl::StatusOr<absl::string_view> RecordReader::Peek(int64_t offset, int64_t n) {
  const int64_t have = buffer_offset_ + static_cast<int64_t>(buffer_.size());
  if (offset < buffer_offset_ || offset + n > have) {
    const int64_t wanted = std::max(n, buffer_bytes_);
    buffer_.resize(static_cast<size_t>(wanted));
    auto got = file_->Read(offset, wanted, &buffer_[0]);
    buffer_.resize(got.ok() ? static_cast<size_t>(*got) : 0);
    buffer_offset_ = offset;
    if (!got.ok()) return got.status();
  }
  return absl::string_view(buffer_).substr(static_cast<size_t>(offset - buffer_offset_),
                                           static_cast<size_t>(n));
}

absl::Status RecordReader::Read(std::string* record) {
  MR_ASSIGN_OR_RETURN(absl::string_view header, Peek(offset_, kRecordHeaderBytes));
  if (header.empty()) return absl::OutOfRangeError("End of file");
  if (header.size() < kRecordHeaderBytes) return Damaged(offset_, "the header is cut short");
  const uint64_t length = LoadFixed64(header.data());
  if (crc32c::Unmask(LoadFixed32(header.data() + 8)) != crc32c::Value(header.substr(0, 8))) {
    return Damaged(offset_, "the checksum of the length does not match");
  }
  MR_ASSIGN_OR_RETURN(const int64_t file_bytes, file_->Size());
  const int64_t rest = file_bytes - offset_ - kRecordHeaderBytes - kRecordFooterBytes;
  if (rest < 0 || length > static_cast<uint64_t>(rest)) {
    return Damaged(offset_, absl::StrCat("the file ends within its ", length, " bytes"));
  }
  const int64_t n = static_cast<int64_t>(length) + kRecordFooterBytes;
  MR_ASSIGN_OR_RETURN(absl::string_view data, Peek(offset_ + kRecordHeaderBytes, n));
  if (static_cast<int64_t>(data.size()) < n) return Damaged(offset_, "the data is cut short");
  const absl::string_view content = data.substr(0, length);
  if (crc32c::Unmask(LoadFixed32(data.data() + length)) != crc32c::Value(content)) {
    return Damaged(offset_, "the checksum of the data does not match");
  }
  record->assign(content.data(), content.size());
  offset_ += kRecordHeaderBytes + n;
  return absl::OkStatus();
}

}  // namespace millrace
