// Writes a TFRecord file (record_format.h).
#pragma once

#include <memory>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "core/base/env.h"

namespace millrace {

// Not thread-safe.
class RecordWriter {
 public:
  explicit RecordWriter(std::unique_ptr<WritableFile> file) : file_(std::move(file)) {}

  absl::Status Append(absl::string_view record);
  absl::Status Flush() { return file_->Flush(); }
  absl::Status Sync() { return file_->Sync(); }
  absl::Status Close() { return file_->Close(); }

 private:
  const std::unique_ptr<WritableFile> file_;
};

}  // namespace millrace
