#include "absl/strings/str_cat.h"
#include "core/passes/compile_options.h"

namespace millrace {

std::string PlacementReport::ToString() const {
  std::string text;
  for (const Entry& entry : entries) {
    absl::StrAppend(&text, entry.node, ": (", entry.op, "): ", entry.device, " (", entry.reason,
                    ")\n");
  }
  return text;
}

}  // namespace millrace
