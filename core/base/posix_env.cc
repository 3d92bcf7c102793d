// DefaultEnv: files through POSIX calls.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/env.h"
#include "core/base/status.h"

namespace millrace {
namespace {

constexpr size_t kBufferSize = 64 << 10;
// One call transfers at most about 2 GiB on Linux; stay well below.
constexpr int64_t kMaxTransfer = int64_t{1} << 30;
constexpr size_t kPiece = 4 << 20;          // of what is written at once
constexpr ssize_t kWorthWriting = 1 << 20;  // to the disk, at once

absl::Status ErrnoStatus(int error, absl::string_view operation, absl::string_view path) {
  // absl maps ENOSPC to RESOURCE_EXHAUSTED, ENOENT to NOT_FOUND, EACCES to PERMISSION_DENIED and so
  // on.
  if (error == EIO) {
    return absl::DataLossError(absl::StrCat("Cannot ", operation, " '", path, "': I/O error"));
  }
  return absl::ErrnoToStatus(error, absl::StrCat("Cannot ", operation, " '", path, "'"));
}

// Repeats a call that a signal interrupted.
template <typename F>
auto Retry(F call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

class PosixWritableFile final : public WritableFile {
 public:
  PosixWritableFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  ~PosixWritableFile() override { Close().IgnoreError(); }

  absl::Status Append(absl::string_view data) override {
    MR_RETURN_IF_ERROR(CheckOpen());
    if (buffer_.size() + data.size() <= kBufferSize) {
      buffer_.append(data.data(), data.size());
      return absl::OkStatus();
    }
    MR_RETURN_IF_ERROR(Flush());
    if (data.size() >= kBufferSize) return Write(data);
    buffer_.assign(data.data(), data.size());
    return absl::OkStatus();
  }

  absl::Status Flush() override {
    MR_RETURN_IF_ERROR(CheckOpen());
    if (buffer_.empty()) return absl::OkStatus();
    absl::Status status = Write(buffer_);
    buffer_.clear();
    return status;
  }

  absl::Status Sync() override {
    MR_RETURN_IF_ERROR(Flush());
    if (Retry([&] { return fdatasync(fd_); }) != 0) return ErrnoStatus(errno, "sync", path_);
    return absl::OkStatus();
  }

  absl::Status Close() override {
    if (fd_ < 0) return CheckOpen();
    absl::Status status = Flush();
    // Not repeated on EINTR: Linux has closed it all the same.
    if (close(fd_) != 0 && errno != EINTR && status.ok()) {
      status = ErrnoStatus(errno, "close", path_);
    }
    fd_ = -1;
    return status;
  }

 private:
  absl::Status CheckOpen() const {
    if (fd_ >= 0) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrCat("File '", path_, "' has been closed"));
  }

  absl::Status Write(absl::string_view data) {
    while (!data.empty()) {
      const size_t size = std::min<size_t>(data.size(), kPiece);
      const ssize_t n = Retry([&] { return write(fd_, data.data(), size); });
      if (n < 0) return ErrnoStatus(errno, "write", path_);
      data.remove_prefix(n);
      if (n >= kWorthWriting) BeginWriteback();
    }
    return absl::OkStatus();
  }

  // The disk works while the rest is being made, so that a Sync waits for less. A hint: what it
  // cannot do is left to Sync.
  void BeginWriteback() {
#ifdef __linux__
    sync_file_range(fd_, 0, 0, SYNC_FILE_RANGE_WRITE);
#endif
  }

  int fd_;
  const std::string path_;
  std::string buffer_;
};

class PosixRandomAccessFile final : public RandomAccessFile {
 public:
  PosixRandomAccessFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  ~PosixRandomAccessFile() override { close(fd_); }

  absl::StatusOr<int64_t> Read(int64_t offset, int64_t n, char* scratch) const override {
    if (offset < 0 || n < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("Cannot read ", n, " bytes at ", offset, " of '", path_, "'"));
    }
    int64_t filled = 0;
    while (filled < n) {
      const int64_t size = std::min(n - filled, kMaxTransfer);
      const ssize_t got =
          Retry([&] { return pread(fd_, scratch + filled, size, offset + filled); });
      if (got < 0) return ErrnoStatus(errno, "read", path_);
      if (got == 0) break;
      filled += got;
    }
    return filled;
  }

  absl::StatusOr<int64_t> Size() const override {
    struct stat info;
    if (fstat(fd_, &info) != 0) return ErrnoStatus(errno, "look at", path_);
    return int64_t{info.st_size};
  }

 private:
  const int fd_;
  const std::string path_;
};

absl::StatusOr<int> Open(const std::string& path, int flags) {
  const int fd = Retry([&] { return open(path.c_str(), flags | O_CLOEXEC, 0666); });
  if (fd < 0) return ErrnoStatus(errno, "open", path);
  return fd;
}

absl::StatusOr<std::unique_ptr<WritableFile>> OpenToWrite(absl::string_view path, int flag) {
  std::string name(path);
  MR_ASSIGN_OR_RETURN(const int fd, Open(name, O_WRONLY | O_CREAT | flag));
  return std::make_unique<PosixWritableFile>(fd, std::move(name));
}

class PosixEnv final : public Env {
 public:
  absl::StatusOr<std::unique_ptr<WritableFile>> NewWritableFile(absl::string_view path) override {
    return OpenToWrite(path, O_TRUNC);
  }

  absl::StatusOr<std::unique_ptr<WritableFile>> NewAppendableFile(absl::string_view path) override {
    return OpenToWrite(path, O_APPEND);
  }

  absl::StatusOr<std::unique_ptr<RandomAccessFile>> NewRandomAccessFile(
      absl::string_view path) override {
    std::string name(path);
    MR_ASSIGN_OR_RETURN(const int fd, Open(name, O_RDONLY));
    return std::make_unique<PosixRandomAccessFile>(fd, std::move(name));
  }

  absl::StatusOr<bool> FileExists(absl::string_view path) override {
    if (access(std::string(path).c_str(), F_OK) == 0) return true;
    if (errno == ENOENT || errno == ENOTDIR) return false;
    return ErrnoStatus(errno, "look for", path);
  }

  absl::StatusOr<bool> IsDirectory(absl::string_view path) override {
    MR_ASSIGN_OR_RETURN(const struct stat info, Stat(path));
    return S_ISDIR(info.st_mode);
  }

  absl::StatusOr<int64_t> GetFileSize(absl::string_view path) override {
    MR_ASSIGN_OR_RETURN(const struct stat info, Stat(path));
    return int64_t{info.st_size};
  }

  absl::StatusOr<std::vector<std::string>> GetChildren(absl::string_view dir) override {
    std::unique_ptr<DIR, int (*)(DIR*)> stream(opendir(std::string(dir).c_str()), closedir);
    if (stream == nullptr) return ErrnoStatus(errno, "list", dir);
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = readdir(stream.get())) {
      const absl::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    if (errno != 0) return ErrnoStatus(errno, "list", dir);
    std::sort(names.begin(), names.end());
    return names;
  }

  absl::Status CreateDir(absl::string_view dir) override {
    if (mkdir(std::string(dir).c_str(), 0777) == 0) return absl::OkStatus();
    return ErrnoStatus(errno, "create folder", dir);
  }

  absl::Status DeleteFile(absl::string_view path) override {
    if (unlink(std::string(path).c_str()) == 0) return absl::OkStatus();
    return ErrnoStatus(errno, "delete", path);
  }

  absl::Status DeleteDir(absl::string_view dir) override {
    if (rmdir(std::string(dir).c_str()) == 0) return absl::OkStatus();
    return ErrnoStatus(errno, "delete folder", dir);
  }

  absl::Status RenameFile(absl::string_view from, absl::string_view to) override {
    if (rename(std::string(from).c_str(), std::string(to).c_str()) == 0) return absl::OkStatus();
    return ErrnoStatus(errno, "rename", absl::StrCat(from, "' to '", to));
  }

  absl::Status SyncDir(absl::string_view dir) override {
    MR_ASSIGN_OR_RETURN(const int fd, Open(std::string(dir), O_RDONLY | O_DIRECTORY));
    const int result = Retry([&] { return fsync(fd); });
    const int error = errno;
    close(fd);
    // Some network file systems cannot sync a folder and say EINVAL; there is nothing more to do
    // then.
    if (result != 0 && error != EINVAL) return ErrnoStatus(error, "sync folder", dir);
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> MakeTempDir(absl::string_view prefix) override {
    const char* base = getenv("TEST_TMPDIR");
    if (base == nullptr) base = getenv("TMPDIR");
    std::string path = JoinPath(base == nullptr ? "/tmp" : base, absl::StrCat(prefix, "XXXXXX"));
    if (mkdtemp(&path[0]) == nullptr) return ErrnoStatus(errno, "create folder", path);
    return path;
  }

 private:
  static absl::StatusOr<struct stat> Stat(absl::string_view path) {
    struct stat info;
    if (stat(std::string(path).c_str(), &info) != 0) return ErrnoStatus(errno, "look at", path);
    return info;
  }
};

}  // namespace

Env* DefaultEnv() {
  static PosixEnv* const env = new PosixEnv;
  return env;
}

}  // namespace millrace
