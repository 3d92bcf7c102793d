#include "core/base/env.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/random_id.h"
#include "core/base/status.h"

namespace millrace {

absl::StatusOr<std::string> Env::ReadFileToString(absl::string_view path) {
  MR_ASSIGN_OR_RETURN(auto file, NewRandomAccessFile(path));
  MR_ASSIGN_OR_RETURN(const int64_t size, file->Size());
  // A file of /proc says it is empty, and a file may grow: read until there is no more.
  std::string data(std::max<int64_t>(size + 1, 4096), '\0');
  int64_t filled = 0;
  while (true) {
    const int64_t room = static_cast<int64_t>(data.size()) - filled;
    MR_ASSIGN_OR_RETURN(const int64_t n, file->Read(filled, room, &data[filled]));
    filled += n;
    if (n < room) break;
    data.resize(data.size() * 2);
  }
  data.resize(filled);
  return data;
}

absl::Status Env::WriteStringToFile(absl::string_view path, absl::string_view data) {
  MR_ASSIGN_OR_RETURN(auto file, NewWritableFile(path));
  MR_RETURN_IF_ERROR(file->Append(data));
  return file->Close();
}

absl::Status Env::WriteStringToFileAtomically(absl::string_view path, absl::string_view data) {
  const std::string temporary = absl::StrFormat("%s.tmp-%016x", path, RandomId());
  auto write = [&]() -> absl::Status {
    MR_ASSIGN_OR_RETURN(auto file, NewWritableFile(temporary));
    MR_RETURN_IF_ERROR(file->Append(data));
    MR_RETURN_IF_ERROR(file->Sync());
    MR_RETURN_IF_ERROR(file->Close());
    return RenameFile(temporary, path);
  };
  if (absl::Status status = write(); !status.ok()) {
    DeleteFile(temporary).IgnoreError();
    return status;
  }
  return SyncDir(Dirname(path));
}

absl::Status Env::CreateDirRecursively(absl::string_view dir) {
  while (dir.size() > 1 && dir.back() == '/') dir.remove_suffix(1);
  absl::Status status = CreateDir(dir);
  if (absl::IsNotFound(status) && Dirname(dir) != dir) {
    MR_RETURN_IF_ERROR(CreateDirRecursively(Dirname(dir)));
    status = CreateDir(dir);
  }
  if (absl::IsAlreadyExists(status)) {
    MR_ASSIGN_OR_RETURN(const bool is_directory, IsDirectory(dir));
    if (is_directory) return absl::OkStatus();
  }
  return status;
}

absl::Status Env::DeleteDirRecursively(absl::string_view dir) {
  auto names = GetChildren(dir);
  if (absl::IsNotFound(names.status())) return absl::OkStatus();
  MR_RETURN_IF_ERROR(names.status());
  for (const std::string& name : *names) {
    const std::string path = JoinPath(dir, name);
    // Deleting first spares asking, and removes a link rather than what it points to.
    absl::Status status = DeleteFile(path);
    if (status.ok() || absl::IsNotFound(status)) continue;
    MR_ASSIGN_OR_RETURN(const bool is_directory, IsDirectory(path));
    if (!is_directory) return status;
    MR_RETURN_IF_ERROR(DeleteDirRecursively(path));
  }
  return DeleteDir(dir);
}

std::string JoinPath(absl::string_view dir, absl::string_view name) {
  if (dir.empty() || absl::StartsWith(name, "/")) return std::string(name);
  return absl::StrCat(dir, absl::EndsWith(dir, "/") ? "" : "/", name);
}

absl::string_view Dirname(absl::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == absl::string_view::npos) return ".";
  return slash == 0 ? path.substr(0, 1) : path.substr(0, slash);
}

absl::string_view Basename(absl::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == absl::string_view::npos ? path : path.substr(slash + 1);
}

}  // namespace millrace
