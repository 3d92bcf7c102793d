#include "kernels/data/function_dataset.h"

#include "absl/strings/str_cat.h"

namespace millrace {

absl::StatusOr<bool> PredicateResult(const Element& results) {
  if (results.size() == 1 && results[0].dtype() == DType::kBool && results[0].num_elements() == 1) {
    return results[0].scalar<bool>();
  }
  return absl::InvalidArgumentError("the predicate must return a scalar bool");
}

absl::Status FunctionError(const absl::Status& status) {
  if (!absl::IsOutOfRange(status)) return status;
  return absl::InvalidArgumentError(
      absl::StrCat("the function ended the sequence: ", status.message()));
}

}  // namespace millrace
