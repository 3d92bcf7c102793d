#include "core/graph/device_name.h"

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace millrace {
namespace {

// A job's name or a device's type: a letter, then letters, digits and underscores.
std::optional<std::string> TakeWord(absl::string_view* text) {
  if (text->empty() || !absl::ascii_isalpha((*text)[0])) return std::nullopt;
  size_t n = 1;
  while (n < text->size() && (absl::ascii_isalnum((*text)[n]) || (*text)[n] == '_')) ++n;
  std::string word(text->substr(0, n));
  text->remove_prefix(n);
  return word;
}

std::optional<int> TakeNumber(absl::string_view* text) {
  size_t n = 0;
  while (n < text->size() && absl::ascii_isdigit((*text)[n])) ++n;
  int number;
  if (n == 0 || !absl::SimpleAtoi(text->substr(0, n), &number)) return std::nullopt;
  text->remove_prefix(n);
  return number;
}

// "*" leaves the part unset. False if the text is neither that nor what `take` wants.
template <typename T>
bool TakeOrStar(absl::string_view* text, std::optional<T> (*take)(absl::string_view*),
                std::optional<T>* part) {
  if (absl::ConsumePrefix(text, "*")) {
    part->reset();
    return true;
  }
  *part = take(text);
  return part->has_value();
}

// "TYPE", "TYPE:3", "TYPE:*", "*:3".
bool TakeTypeAndId(absl::string_view* text, DeviceName* name) {
  if (!TakeOrStar(text, &TakeWord, &name->type)) return false;
  if (name->type) absl::AsciiStrToUpper(&*name->type);
  name->id.reset();
  return !absl::ConsumePrefix(text, ":") || TakeOrStar(text, &TakeNumber, &name->id);
}

// One part, behind its slash.
bool TakePart(absl::string_view* text, DeviceName* name) {
  if (absl::ConsumePrefix(text, "job:")) return TakeOrStar(text, &TakeWord, &name->job);
  if (absl::ConsumePrefix(text, "replica:")) return TakeOrStar(text, &TakeNumber, &name->replica);
  if (absl::ConsumePrefix(text, "task:")) return TakeOrStar(text, &TakeNumber, &name->task);
  if (absl::ConsumePrefix(text, "device:")) return TakeTypeAndId(text, name);
  // The older form names the two types it knows without "device:".
  return TakeTypeAndId(text, name) && (name->type == "CPU" || name->type == "GPU");
}

// "TEST:0": a device of this task by type and number.
bool IsLocal(absl::string_view text, DeviceName* name) {
  return TakeTypeAndId(&text, name) && text.empty() && name->type && name->id;
}

template <typename T>
absl::Status MergePart(absl::string_view what, const std::optional<T>& other,
                       bool override_conflicts, std::optional<T>* part) {
  if (!other) return absl::OkStatus();
  if (*part && **part != *other && !override_conflicts) {
    return absl::InvalidArgumentError(absl::StrCat("Cannot merge devices with incompatible ", what,
                                                   ": '", **part, "' and '", *other, "'"));
  }
  *part = other;
  return absl::OkStatus();
}

template <typename T>
bool PartMatches(const std::optional<T>& wanted, const std::optional<T>& found) {
  return !wanted || wanted == found;
}

}  // namespace

absl::StatusOr<DeviceName> DeviceName::Parse(absl::string_view name) {
  DeviceName parsed;
  if (IsLocal(name, &parsed)) return parsed;
  parsed = DeviceName();
  absl::string_view rest = name;
  bool ok = true;
  while (ok && !rest.empty()) {
    // Slashes part the parts; more than one, or one at the end, are as good as none.
    if (!absl::ConsumePrefix(&rest, "/")) {
      ok = TakePart(&rest, &parsed) && (rest.empty() || rest[0] == '/');
    }
  }
  if (!ok) {
    return absl::InvalidArgumentError(
        absl::StrCat("Malformed device specification '", name,
                     "': expected parts of /job:NAME/replica:N/task:N/device:TYPE:N"));
  }
  return parsed;
}

std::string DeviceName::ToString() const {
  std::string out;
  if (job) absl::StrAppend(&out, "/job:", *job);
  if (replica) absl::StrAppend(&out, "/replica:", *replica);
  if (task) absl::StrAppend(&out, "/task:", *task);
  if (type || id) {
    absl::StrAppend(&out, "/device:", type ? *type : "*", ":", id ? absl::StrCat(*id) : "*");
  }
  return out;
}

bool DeviceName::Matches(const DeviceName& full) const {
  return PartMatches(job, full.job) && PartMatches(replica, full.replica) &&
         PartMatches(task, full.task) && PartMatches(type, full.type) && PartMatches(id, full.id);
}

absl::Status DeviceName::Merge(const DeviceName& other, bool override_conflicts) {
  DeviceName merged = *this;
  absl::Status status = MergePart("jobs", other.job, override_conflicts, &merged.job);
  status.Update(MergePart("replicas", other.replica, override_conflicts, &merged.replica));
  status.Update(MergePart("tasks", other.task, override_conflicts, &merged.task));
  // The number of a device of another type says nothing about this one.
  if (override_conflicts && type && other.type && *type != *other.type) merged.id.reset();
  status.Update(MergePart("types", other.type, override_conflicts, &merged.type));
  status.Update(MergePart("ids", other.id, override_conflicts, &merged.id));
  if (status.ok()) *this = std::move(merged);
  return status;
}

}  // namespace millrace
