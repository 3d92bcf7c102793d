#include "kernels/data/function_dataset.h"

#include "absl/strings/str_cat.h"

namespace millrace {

absl::StatusOr<CapturedFunctions> CapturedFunctions::Create(KernelConstruction& c,
                                                            std::vector<absl::string_view> names,
                                                            absl::string_view types_suffix) {
  CapturedFunctions made;
  for (absl::string_view name : names) {
    std::vector<DType> captured;
    MR_RETURN_IF_ERROR(c.GetAttr(absl::StrCat("T", name, types_suffix), &captured));
    made.num_captured_.push_back(captured.size());
    MR_ASSIGN_OR_RETURN(auto function, CapturedFunction::Create(c, name));
    made.functions_.push_back(std::move(function));
  }
  return made;
}

absl::StatusOr<std::vector<BoundFunction>> CapturedFunctions::Bind(const Element& captured) const {
  std::vector<BoundFunction> bound;
  size_t at = 0;
  for (size_t i = 0; i < functions_.size(); ++i) {
    if (num_captured_[i] > captured.size() - at) break;
    const auto begin = captured.begin() + static_cast<int64_t>(at);
    bound.push_back(
        {functions_[i], Element(begin, begin + static_cast<int64_t>(num_captured_[i]))});
    at += num_captured_[i];
  }
  if (bound.size() == functions_.size() && at == captured.size()) return bound;
  return absl::InvalidArgumentError(
      absl::StrCat("the functions captured another number of values than ", captured.size()));
}

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
