#include "core/io/compressed_file.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/io/decompressed_file.h"

namespace millrace {
namespace {

class DeflatingFile final : public WritableFile {
 public:
  DeflatingFile(std::unique_ptr<WritableFile> file, bool gzip) : file_(std::move(file)) {
    constexpr int kMemory = 8;  // zlib's own choice
    started_ = deflateInit2(&z_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, (gzip ? 16 : 0) + MAX_WBITS,
                            kMemory, Z_DEFAULT_STRATEGY) == Z_OK;
  }
  ~DeflatingFile() override {
    Close().IgnoreError();
    if (started_) deflateEnd(&z_);
  }

  absl::Status Append(absl::string_view data) override {
    constexpr size_t kMost = std::numeric_limits<uInt>::max();
    while (!data.empty()) {
      const absl::string_view part = data.substr(0, kMost);
      MR_RETURN_IF_ERROR(Deflate(part, Z_NO_FLUSH));
      data.remove_prefix(part.size());
    }
    return absl::OkStatus();
  }
  absl::Status Flush() override {
    MR_RETURN_IF_ERROR(Deflate({}, Z_SYNC_FLUSH));
    return file_->Flush();
  }
  absl::Status Sync() override {
    MR_RETURN_IF_ERROR(Deflate({}, Z_SYNC_FLUSH));
    return file_->Sync();
  }
  absl::Status Close() override {
    MR_RETURN_IF_ERROR(Deflate({}, Z_FINISH));
    closed_ = true;
    return file_->Close();
  }

 private:
  // Until zlib has taken all of `in`, and has given all that `flush` asks for.
  absl::Status Deflate(absl::string_view in, int flush) {
    if (closed_) return absl::FailedPreconditionError("the file is closed");
    if (!started_) return absl::ResourceExhaustedError("zlib did not start");
    z_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
    z_.avail_in = static_cast<uInt>(in.size());
    do {
      z_.next_out = reinterpret_cast<Bytef*>(&buffer_[0]);
      z_.avail_out = static_cast<uInt>(buffer_.size());
      const int result = deflate(&z_, flush);
      if (result == Z_STREAM_ERROR)
        return absl::InternalError(absl::StrCat("deflate() failed with error ", result));
      MR_RETURN_IF_ERROR(
          file_->Append(absl::string_view(buffer_).substr(0, buffer_.size() - z_.avail_out)));
    } while (z_.avail_out == 0);
    return absl::OkStatus();
  }

  const std::unique_ptr<WritableFile> file_;
  z_stream z_ = {};
  std::string buffer_ = std::string(64 << 10, '\0');
  bool started_ = false;  // deflateEnd is due
  bool closed_ = false;
};

}  // namespace

absl::StatusOr<std::unique_ptr<WritableFile>> NewCompressedFile(absl::string_view path,
                                                                absl::string_view type) {
  MR_RETURN_IF_ERROR(CheckCompressionType(type));
  MR_ASSIGN_OR_RETURN(std::unique_ptr<WritableFile> file, DefaultEnv()->NewWritableFile(path));
  if (type.empty()) return file;
  return std::make_unique<DeflatingFile>(std::move(file), type == "GZIP");
}

}  // namespace millrace
