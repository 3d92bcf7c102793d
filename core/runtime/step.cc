#include "core/runtime/step.h"

#include "absl/strings/str_cat.h"

namespace millrace {

std::string StepContext::container() const {
  container_used.store(true, std::memory_order_relaxed);
  return absl::StrCat("step:", absl::Hex(step_id, absl::kZeroPad16));
}

}  // namespace millrace
