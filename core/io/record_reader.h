// Reads a TFRecord file (record_format.h).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/base/env.h"

namespace millrace {

// Reads ahead in large pieces. Not thread-safe.
class RecordReader {
 public:
  // `offset`: where the first record is.
  explicit RecordReader(std::unique_ptr<RandomAccessFile> file, int64_t buffer_bytes = 256 << 10,
                        int64_t offset = 0)
      : file_(std::move(file)), buffer_bytes_(buffer_bytes), offset_(offset) {}

  // OUT_OF_RANGE at the end of the file. DATA_LOSS, with the offset, for a record that is cut short
  // or whose checksum does not match; the reader stays where it is. A length is believed only once
  // its own checksum matches, and never beyond the file.
  absl::Status Read(std::string* record);

  // Of the record that Read returns next.
  int64_t offset() const { return offset_; }

 private:
  // Makes bytes [offset, offset + n) available; fewer at the end of the file only.
  absl::StatusOr<absl::string_view> Peek(int64_t offset, int64_t n);

  const std::unique_ptr<RandomAccessFile> file_;
  const int64_t buffer_bytes_;
  int64_t offset_;
  std::string buffer_;
  int64_t buffer_offset_ = 0;
};

}  // namespace millrace
