// Files, behind a seam that tests can put a fault into (fault_env.h).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace millrace {

// A file being written, from its start. Not thread-safe. The destructor closes, and swallows
// errors: Close to see them.
class WritableFile {
 public:
  virtual ~WritableFile() = default;

  virtual absl::Status Append(absl::string_view data) = 0;
  // Hands buffered data to the operating system; it survives this process, not the machine.
  virtual absl::Status Flush() = 0;
  // Flush, and returns once the data is on the disk. A new file's name is there after Env::SyncDir
  // of its folder.
  virtual absl::Status Sync() = 0;
  // Flush, and ends the file. Every later call but the destructor's is FAILED_PRECONDITION.
  virtual absl::Status Close() = 0;
};

// A file being read. Thread-safe.
class RandomAccessFile {
 public:
  virtual ~RandomAccessFile() = default;

  // Reads up to `n` bytes at `offset` into `scratch`; returns how many, fewer than `n` only at the
  // end of the file.
  virtual absl::StatusOr<int64_t> Read(int64_t offset, int64_t n, char* scratch) const = 0;
  // The size now.
  virtual absl::StatusOr<int64_t> Size() const = 0;
};

// A file system. Thread-safe. Every error names the path and the operation; a missing file is
// NOT_FOUND, one that is in the way ALREADY_EXISTS, a full disk RESOURCE_EXHAUSTED.
class Env {
 public:
  virtual ~Env() = default;

  // Creates `path`, or empties it.
  virtual absl::StatusOr<std::unique_ptr<WritableFile>> NewWritableFile(absl::string_view path) = 0;
  // Opens `path` to write behind its end; creates it when missing.
  virtual absl::StatusOr<std::unique_ptr<WritableFile>> NewAppendableFile(
      absl::string_view path) = 0;
  virtual absl::StatusOr<std::unique_ptr<RandomAccessFile>> NewRandomAccessFile(
      absl::string_view path) = 0;

  // True for files and folders. An error when it cannot be known.
  virtual absl::StatusOr<bool> FileExists(absl::string_view path) = 0;
  virtual absl::StatusOr<bool> IsDirectory(absl::string_view path) = 0;
  virtual absl::StatusOr<int64_t> GetFileSize(absl::string_view path) = 0;
  // The names in a folder, sorted, without "." and "..".
  virtual absl::StatusOr<std::vector<std::string>> GetChildren(absl::string_view dir) = 0;

  virtual absl::Status CreateDir(absl::string_view dir) = 0;
  virtual absl::Status DeleteFile(absl::string_view path) = 0;
  // The folder must be empty.
  virtual absl::Status DeleteDir(absl::string_view dir) = 0;
  // Replaces `to` atomically.
  virtual absl::Status RenameFile(absl::string_view from, absl::string_view to) = 0;
  // Returns once the names in `dir` are on the disk.
  virtual absl::Status SyncDir(absl::string_view dir) = 0;
  // A new, empty folder of this user's, below TEST_TMPDIR, TMPDIR or /tmp; the name starts with
  // `prefix`.
  virtual absl::StatusOr<std::string> MakeTempDir(absl::string_view prefix) = 0;

  // Made of the above.

  absl::StatusOr<std::string> ReadFileToString(absl::string_view path);
  absl::Status WriteStringToFile(absl::string_view path, absl::string_view data);
  // `path` holds either what it held before or all of `data`, also after a crash of the machine:
  // writes to a temporary name beside it, syncs, renames, syncs the folder. The temporary file is
  // removed on error.
  absl::Status WriteStringToFileAtomically(absl::string_view path, absl::string_view data);
  // With all missing parents; OK when it is there.
  absl::Status CreateDirRecursively(absl::string_view dir);
  // With all that is in it; OK when it is not there.
  absl::Status DeleteDirRecursively(absl::string_view dir);
};

// The machine's file system. Lives for ever.
Env* DefaultEnv();

// "a/b" + "c" = "a/b/c"; an absolute `name` replaces `dir`.
std::string JoinPath(absl::string_view dir, absl::string_view name);
// The folder part: "a/b" of "a/b/c", "/" of "/a", "." of "a".
absl::string_view Dirname(absl::string_view path);
// What follows the last slash.
absl::string_view Basename(absl::string_view path);

}  // namespace millrace
