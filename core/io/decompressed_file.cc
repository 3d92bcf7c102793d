#include "core/io/decompressed_file.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/io/inflater.h"

namespace millrace {
namespace {

constexpr int64_t kBlockBytes = 256 << 10;

// Where the reading of a compressed file stands.
class Stream {
 public:
  Stream(const RandomAccessFile& file, bool gzip) : file_(file), inflater_(gzip) {}

  int64_t position() const { return position_; }

  // Up to `n` bytes; fewer at the end only.
  absl::StatusOr<int64_t> Read(int64_t n, char* out) {
    int64_t made = 0;
    while (made < n) {
      MR_ASSIGN_OR_RETURN(const int64_t more, inflater_.Run(&left_, n - made, out + made));
      made += more;
      position_ += more;
      if (made == n) break;
      if (left_.empty()) {
        MR_ASSIGN_OR_RETURN(const bool filled, Fill());
        if (!filled) break;
      } else if (more == 0) {
        break;  // what is left follows the stream
      }
    }
    return made;
  }

 private:
  absl::StatusOr<bool> Fill() {
    block_.resize(kBlockBytes);
    MR_ASSIGN_OR_RETURN(const int64_t n, file_.Read(offset_, kBlockBytes, &block_[0]));
    offset_ += n;
    left_ = absl::string_view(block_.data(), static_cast<size_t>(n));
    return n > 0;
  }

  const RandomAccessFile& file_;
  Inflater inflater_;
  int64_t position_ = 0;  // in what comes out
  int64_t offset_ = 0;    // of the file
  std::string block_;
  absl::string_view left_;  // of the block
};

class InflatedFile final : public RandomAccessFile {
 public:
  InflatedFile(std::unique_ptr<RandomAccessFile> file, bool gzip)
      : file_(std::move(file)), gzip_(gzip), stream_(std::make_unique<Stream>(*file_, gzip)) {}

  absl::StatusOr<int64_t> Read(int64_t offset, int64_t n, char* scratch) const override {
    MutexLock lock(mu_);
    if (offset < stream_->position()) stream_ = std::make_unique<Stream>(*file_, gzip_);
    MR_RETURN_IF_ERROR(Skip(*stream_, offset - stream_->position()));
    if (stream_->position() < offset) return 0;
    return stream_->Read(n, scratch);
  }

  absl::StatusOr<int64_t> Size() const override {
    MutexLock lock(mu_);
    if (size_ < 0) {
      Stream all(*file_, gzip_);
      MR_RETURN_IF_ERROR(Skip(all, INT64_MAX));
      size_ = all.position();
    }
    return size_;
  }

 private:
  // Fewer than n bytes at the end.
  static absl::Status Skip(Stream& stream, int64_t n) {
    std::string scrap(static_cast<size_t>(std::min(n, kBlockBytes)), '\0');
    while (n > 0) {
      const int64_t wanted = std::min(n, kBlockBytes);
      MR_ASSIGN_OR_RETURN(const int64_t got, stream.Read(wanted, &scrap[0]));
      if (got < wanted) break;
      n -= got;
    }
    return absl::OkStatus();
  }

  const std::unique_ptr<RandomAccessFile> file_;
  const bool gzip_;
  mutable Mutex mu_;
  mutable std::unique_ptr<Stream> stream_ ABSL_GUARDED_BY(mu_);
  mutable int64_t size_ ABSL_GUARDED_BY(mu_) = -1;
};

}  // namespace

absl::Status CheckCompressionType(absl::string_view type) {
  if (type.empty() || type == "ZLIB" || type == "GZIP") return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("Unsupported compression_type: ", type, "."));
}

std::unique_ptr<RandomAccessFile> Decompressed(std::unique_ptr<RandomAccessFile> file,
                                               absl::string_view type) {
  if (type.empty()) return file;
  return std::make_unique<InflatedFile>(std::move(file), type == "GZIP");
}

absl::StatusOr<std::unique_ptr<RandomAccessFile>> OpenDecompressed(absl::string_view path,
                                                                   absl::string_view type) {
  MR_ASSIGN_OR_RETURN(auto file, DefaultEnv()->NewRandomAccessFile(path));
  return Decompressed(std::move(file), type);
}

}  // namespace millrace
