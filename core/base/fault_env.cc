#include "core/base/fault_env.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace millrace {
namespace {

std::string DirOf(absl::string_view path) { return std::string(Dirname(path)); }

}  // namespace

class FaultEnv::File final : public WritableFile {
 public:
  File(FaultEnv* env, std::string path, int64_t size, std::unique_ptr<WritableFile> base)
      : env_(env), path_(std::move(path)), size_(size), base_(std::move(base)) {}

  absl::Status Append(absl::string_view data) override {
    MR_RETURN_IF_ERROR(env_->CountOperation(/*is_write=*/true));
    MR_RETURN_IF_ERROR(base_->Append(data));
    size_ += static_cast<int64_t>(data.size());
    return absl::OkStatus();
  }

  absl::Status Flush() override {
    MR_RETURN_IF_ERROR(env_->CountOperation(/*is_write=*/false));
    return base_->Flush();
  }

  absl::Status Sync() override {
    MR_RETURN_IF_ERROR(env_->CountOperation(/*is_write=*/false));
    MR_RETURN_IF_ERROR(base_->Sync());
    env_->SetSyncedSize(path_, size_);
    return absl::OkStatus();
  }

  absl::Status Close() override { return base_->Close(); }

 private:
  FaultEnv* const env_;
  const std::string path_;
  int64_t size_;
  const std::unique_ptr<WritableFile> base_;
};

int64_t FaultEnv::num_operations() const {
  MutexLock lock(&mu_);
  return num_operations_;
}

void FaultEnv::FailWriteAt(int64_t n, absl::Status status) {
  MutexLock lock(&mu_);
  failing_write_ = num_writes_ + n;
  write_status_ = std::move(status);
}

void FaultEnv::CrashAt(int64_t n) {
  MutexLock lock(&mu_);
  crash_at_ = num_operations_ + n;
}

absl::Status FaultEnv::Recover() {
  MutexLock lock(&mu_);
  for (const auto& [path, size] : synced_size_) {
    auto content = base_->ReadFileToString(path);
    if (absl::IsNotFound(content.status())) continue;
    MR_RETURN_IF_ERROR(content.status());
    if (static_cast<int64_t>(content->size()) <= size) continue;
    content->resize(size);
    MR_RETURN_IF_ERROR(base_->WriteStringToFile(path, *content));
  }
  for (auto change = changes_.rbegin(); change != changes_.rend(); ++change) {
    MR_RETURN_IF_ERROR(change->undo());
  }
  synced_size_.clear();
  changes_.clear();
  crash_at_ = -1;
  failing_write_ = -1;
  return absl::OkStatus();
}

absl::Status FaultEnv::CountOperation(bool is_write) {
  MutexLock lock(&mu_);
  ++num_operations_;
  if (crash_at_ >= 0 && num_operations_ >= crash_at_) {
    return absl::UnavailableError("The machine has crashed (a test's fault)");
  }
  if (is_write && ++num_writes_ == failing_write_) return write_status_;
  return absl::OkStatus();
}

void FaultEnv::SetSyncedSize(const std::string& path, int64_t size) {
  MutexLock lock(&mu_);
  synced_size_[path] = size;
}

std::function<absl::Status()> FaultEnv::PutBack(absl::string_view path) {
  auto content = base_->ReadFileToString(path);
  if (content.ok()) {
    return [env = base_, path = std::string(path), content = *std::move(content)] {
      return env->WriteStringToFile(path, content);
    };
  }
  return [env = base_, path = std::string(path)] {
    absl::Status status = env->DeleteFile(path);
    return absl::IsNotFound(status) ? absl::OkStatus() : status;
  };
}

void FaultEnv::Remember(std::vector<std::string> dirs, std::function<absl::Status()> undo) {
  MutexLock lock(&mu_);
  changes_.push_back({std::move(dirs), std::move(undo)});
}

absl::StatusOr<std::unique_ptr<WritableFile>> FaultEnv::Open(absl::string_view path, bool append) {
  MR_RETURN_IF_ERROR(CountOperation(/*is_write=*/false));
  MR_ASSIGN_OR_RETURN(const bool exists, base_->FileExists(path));
  auto undo = exists ? nullptr : PutBack(path);
  MR_ASSIGN_OR_RETURN(auto file,
                      append ? base_->NewAppendableFile(path) : base_->NewWritableFile(path));
  if (!exists) Remember({DirOf(path)}, std::move(undo));
  int64_t size = 0;
  if (append) {
    MR_ASSIGN_OR_RETURN(size, base_->GetFileSize(path));
  }
  {
    MutexLock lock(&mu_);
    // What lay there before this object existed counts as synced; a file emptied here does not keep
    // its old content.
    auto entry = synced_size_.try_emplace(std::string(path), size).first;
    if (!append) entry->second = 0;
  }
  return std::make_unique<File>(this, std::string(path), size, std::move(file));
}

absl::StatusOr<std::unique_ptr<WritableFile>> FaultEnv::NewWritableFile(absl::string_view path) {
  return Open(path, /*append=*/false);
}

absl::StatusOr<std::unique_ptr<WritableFile>> FaultEnv::NewAppendableFile(absl::string_view path) {
  return Open(path, /*append=*/true);
}

absl::StatusOr<std::unique_ptr<RandomAccessFile>> FaultEnv::NewRandomAccessFile(
    absl::string_view path) {
  return base_->NewRandomAccessFile(path);
}

absl::StatusOr<bool> FaultEnv::FileExists(absl::string_view path) {
  return base_->FileExists(path);
}

absl::StatusOr<bool> FaultEnv::IsDirectory(absl::string_view path) {
  return base_->IsDirectory(path);
}

absl::StatusOr<int64_t> FaultEnv::GetFileSize(absl::string_view path) {
  return base_->GetFileSize(path);
}

absl::StatusOr<std::vector<std::string>> FaultEnv::GetChildren(absl::string_view dir) {
  return base_->GetChildren(dir);
}

absl::Status FaultEnv::CreateDir(absl::string_view dir) {
  MR_RETURN_IF_ERROR(CountOperation(/*is_write=*/false));
  MR_RETURN_IF_ERROR(base_->CreateDir(dir));
  Remember({DirOf(dir)},
           [env = base_, dir = std::string(dir)] { return env->DeleteDirRecursively(dir); });
  return absl::OkStatus();
}

absl::Status FaultEnv::DeleteFile(absl::string_view path) {
  MR_RETURN_IF_ERROR(CountOperation(/*is_write=*/false));
  auto undo = PutBack(path);
  MR_RETURN_IF_ERROR(base_->DeleteFile(path));
  Remember({DirOf(path)}, std::move(undo));
  MutexLock lock(&mu_);
  synced_size_.erase(path);
  return absl::OkStatus();
}

absl::Status FaultEnv::DeleteDir(absl::string_view dir) {
  MR_RETURN_IF_ERROR(CountOperation(/*is_write=*/false));
  MR_RETURN_IF_ERROR(base_->DeleteDir(dir));
  Remember({DirOf(dir)}, [env = base_, dir = std::string(dir)] { return env->CreateDir(dir); });
  return absl::OkStatus();
}

absl::Status FaultEnv::RenameFile(absl::string_view from, absl::string_view to) {
  MR_RETURN_IF_ERROR(CountOperation(/*is_write=*/false));
  auto put_back = PutBack(to);
  MR_RETURN_IF_ERROR(base_->RenameFile(from, to));
  Remember({DirOf(from), DirOf(to)}, [env = base_, from = std::string(from), to = std::string(to),
                                      put_back = std::move(put_back)] {
    MR_RETURN_IF_ERROR(env->RenameFile(to, from));
    return put_back();
  });
  MutexLock lock(&mu_);
  synced_size_.erase(to);
  auto entry = synced_size_.find(from);
  if (entry != synced_size_.end()) {
    const int64_t size = entry->second;
    synced_size_.erase(entry);
    synced_size_[std::string(to)] = size;
  }
  return absl::OkStatus();
}

absl::Status FaultEnv::SyncDir(absl::string_view dir) {
  MR_RETURN_IF_ERROR(CountOperation(/*is_write=*/false));
  MR_RETURN_IF_ERROR(base_->SyncDir(dir));
  MutexLock lock(&mu_);
  for (Change& change : changes_) {
    auto& dirs = change.unsynced_dirs;
    dirs.erase(std::remove(dirs.begin(), dirs.end(), dir), dirs.end());
  }
  changes_.erase(std::remove_if(changes_.begin(), changes_.end(),
                                [](const Change& change) { return change.unsynced_dirs.empty(); }),
                 changes_.end());
  return absl::OkStatus();
}

absl::StatusOr<std::string> FaultEnv::MakeTempDir(absl::string_view prefix) {
  return base_->MakeTempDir(prefix);
}

}  // namespace millrace
