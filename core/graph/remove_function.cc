#include "core/graph/remove_function.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/graph/call_gradient_info.h"

namespace millrace {
namespace {

// What a forward version says of itself.
struct Version {
  std::vector<FunctionRef> base, backward;

  bool IsOf(const std::string& name) const {
    return std::any_of(base.begin(), base.end(),
                       [&](const FunctionRef& f) { return f.name == name; });
  }
};

Version ReadVersion(const FunctionSpec& function) {
  if (auto info = BranchGradientInfo::Read(function)) return {info->base, info->backward};
  if (auto info = WhileGradientInfo::Read(function)) return {info->base, info->backward};
  return {};
}

// Removes the versions of `name` that are called __forward_NAME`suffix`, or so with a number
// behind.
void RemoveVersions(FunctionLibrary* library, const std::string& name, const char* suffix) {
  const std::string forward = absl::StrCat("__forward_", name);
  for (int i = 0;; ++i) {
    const std::string number = i == 0 ? "" : absl::StrCat("_", i);
    const std::string first = absl::StrCat(forward, suffix, number);
    const auto function = library->Find(first);
    if (function == nullptr) return;
    const Version version = ReadVersion(*function);
    if (!version.IsOf(name)) continue;
    RemoveFunction(library, first);
    RemoveFunction(library, absl::StrCat(first, "_cond"));  // of a loop
    for (size_t k = 1; k < version.base.size(); ++k)
      RemoveFunction(library, absl::StrCat(forward, "_branch", k, number));
    for (const FunctionRef& backward : version.backward) RemoveFunction(library, backward.name);
  }
}

}  // namespace

void RemoveFunction(FunctionLibrary* library, const std::string& name) {
  if (!library->Remove(name).ok()) return;
  RemoveVersions(library, name, "");
  RemoveVersions(library, name, "_branch0");
}

}  // namespace millrace
