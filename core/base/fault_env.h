// A file system for tests that fails when told, and that can lose what was not synced, as a machine
// that loses power does.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "core/base/env.h"
#include "core/base/mutex.h"

namespace millrace {

// Works on the files of another Env. Counts the operations that change something (opening to write,
// Append, Flush, Sync, and those on folders). Thread-safe.
//
// A crash test: run the code once to learn num_operations(); then for each n start afresh,
// CrashAt(n), run the code, expect it to fail or to have finished, Recover(), and check what the
// next start finds.
class FaultEnv final : public Env {
 public:
  // *base must outlive this object.
  explicit FaultEnv(Env* base) : base_(base) {}

  // How many changing operations there were.
  int64_t num_operations() const;

  // The n-th Append from now (1 is the next) fails with `status` and writes nothing.
  void FailWriteAt(int64_t n, absl::Status status);
  // The n-th changing operation from now, and each after it, fails with UNAVAILABLE and does
  // nothing.
  void CrashAt(int64_t n);
  // Puts on the disk what a crash here leaves at worst, and lets operations work again: files keep
  // only what was synced; names created, renamed or deleted since their folder's last SyncDir are
  // as they were. Files must be closed.
  absl::Status Recover();

  absl::StatusOr<std::unique_ptr<WritableFile>> NewWritableFile(absl::string_view path) override;
  absl::StatusOr<std::unique_ptr<WritableFile>> NewAppendableFile(absl::string_view path) override;
  absl::StatusOr<std::unique_ptr<RandomAccessFile>> NewRandomAccessFile(
      absl::string_view path) override;
  absl::StatusOr<bool> FileExists(absl::string_view path) override;
  absl::StatusOr<bool> IsDirectory(absl::string_view path) override;
  absl::StatusOr<int64_t> GetFileSize(absl::string_view path) override;
  absl::StatusOr<std::vector<std::string>> GetChildren(absl::string_view dir) override;
  absl::Status CreateDir(absl::string_view dir) override;
  absl::Status DeleteFile(absl::string_view path) override;
  absl::Status DeleteDir(absl::string_view dir) override;
  absl::Status RenameFile(absl::string_view from, absl::string_view to) override;
  absl::Status SyncDir(absl::string_view dir) override;
  absl::StatusOr<std::string> MakeTempDir(absl::string_view prefix) override;

 private:
  class File;
  // A change of names that a crash would take back: how to do so, once for all folders that have
  // not been synced.
  struct Change {
    std::vector<std::string> unsynced_dirs;
    std::function<absl::Status()> undo;
  };

  absl::StatusOr<std::unique_ptr<WritableFile>> Open(absl::string_view path, bool append);
  absl::Status CountOperation(bool is_write);
  void SetSyncedSize(const std::string& path, int64_t size);
  // An undo that makes `path` what it is now: a file with this content, or none.
  std::function<absl::Status()> PutBack(absl::string_view path);
  void Remember(std::vector<std::string> dirs, std::function<absl::Status()> undo);

  Env* const base_;
  mutable Mutex mu_;
  int64_t num_operations_ ABSL_GUARDED_BY(mu_) = 0;
  int64_t num_writes_ ABSL_GUARDED_BY(mu_) = 0;
  int64_t failing_write_ ABSL_GUARDED_BY(mu_) = -1;
  absl::Status write_status_ ABSL_GUARDED_BY(mu_);
  int64_t crash_at_ ABSL_GUARDED_BY(mu_) = -1;
  std::vector<Change> changes_ ABSL_GUARDED_BY(mu_);
  // How much of each file written here is on the disk.
  absl::flat_hash_map<std::string, int64_t> synced_size_ ABSL_GUARDED_BY(mu_);
};

}  // namespace millrace
