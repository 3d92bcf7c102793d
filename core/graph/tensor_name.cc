#include "core/graph/tensor_name.h"

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/graph/node_check.h"

namespace millrace {

absl::StatusOr<TensorName> ParseTensorName(absl::string_view text) {
  TensorName name{text, 0};
  if (!text.empty() && text[0] == '^') {
    name = {text.substr(1), TensorName::kControl};
  } else if (const size_t colon = text.rfind(':'); colon != absl::string_view::npos) {
    name.node = text.substr(0, colon);
    if (!absl::ascii_isdigit(colon + 1 < text.size() ? text[colon + 1] : ' ') ||
        !absl::SimpleAtoi(text.substr(colon + 1), &name.index)) {
      return absl::InvalidArgumentError(absl::StrCat("'", text, "' is not a tensor's name"));
    }
  }
  if (!IsValidNodeName(name.node, /*internal=*/true)) {
    return absl::InvalidArgumentError(absl::StrCat("'", text, "' is not a tensor's name"));
  }
  return name;
}

}  // namespace millrace
