#include "core/io/record_reader.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/crc32c.h"
#include "core/base/status.h"
#include "core/io/coding.h"
#include "core/io/record_format.h"

namespace millrace {
namespace {

constexpr int64_t kReadBytes = 64 << 20;

absl::Status Damaged(int64_t offset, absl::string_view why) {
  return absl::DataLossError(absl::StrCat("Damaged record at offset ", offset, ": ", why));
}

}  // namespace

// Keeps what was read behind `offset` and goes on from there, so that files that are quick in order
// only are read in order. The buffer grows as the bytes come, not by what a length says.
absl::StatusOr<absl::string_view> RecordReader::Peek(int64_t offset, int64_t n) {
  const int64_t have = buffer_offset_ + static_cast<int64_t>(buffer_.size());
  if (offset < buffer_offset_ || offset + n > have) {
    const bool inside = offset >= buffer_offset_ && offset < have;
    buffer_.erase(0, inside ? static_cast<size_t>(offset - buffer_offset_) : std::string::npos);
    buffer_offset_ = offset;
    for (auto size = static_cast<int64_t>(buffer_.size()); size < n;) {
      const int64_t wanted = std::max({buffer_bytes_, size, std::min(n - size, kReadBytes)});
      buffer_.resize(static_cast<size_t>(size + wanted));
      const auto got = file_->Read(offset + size, wanted, &buffer_[static_cast<size_t>(size)]);
      buffer_.resize(static_cast<size_t>(size + (got.ok() ? *got : 0)));
      if (!got.ok()) return got.status();
      if (*got < wanted) break;
      size += *got;
    }
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
  if (length > kReadBytes) {  // the size of a compressed file takes long to know
    MR_ASSIGN_OR_RETURN(const int64_t file_bytes, file_->Size());
    const int64_t rest = file_bytes - offset_ - kRecordHeaderBytes - kRecordFooterBytes;
    if (rest < 0 || length > static_cast<uint64_t>(rest))
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
