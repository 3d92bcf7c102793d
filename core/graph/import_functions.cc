#include "core/graph/import_functions.h"

#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/import.h"

namespace millrace {

absl::Status AddedFunctions::Add(const FunctionDefLibrary& functions) {
  absl::flat_hash_set<std::string> names;
  for (const FunctionDef& def : functions.function()) {
    const std::string& name = def.signature().name();
    const bool is_again = !names.insert(name).second;
    MR_ASSIGN_OR_RETURN(FunctionSpec function, FunctionFromProto(def));
    const bool is_new = library_->Find(name) == nullptr;
    const absl::Status status = library_->Add(std::move(function));
    if (is_again && absl::IsAlreadyExists(status)) {
      return absl::InvalidArgumentError(
          absl::StrCat("Function '", name, "' is in the GraphDef twice, with different bodies"));
    }
    MR_RETURN_IF_ERROR(status);
    if (is_new) added_.push_back(name);
  }
  for (const GradientDef& gradient : functions.gradient()) {
    for (const std::string& name : {gradient.function_name(), gradient.gradient_func()}) {
      if (library_->Find(name) == nullptr) {
        return absl::InvalidArgumentError(absl::StrCat("The gradient '", gradient.gradient_func(),
                                                       "' of function '", gradient.function_name(),
                                                       "': function '", name, "' is not defined"));
      }
    }
  }
  for (const GradientDef& gradient : functions.gradient()) {
    library_->SetGradient(gradient.function_name(), gradient.gradient_func());
  }
  return absl::OkStatus();
}

void AddedFunctions::TakeBack() {
  for (const std::string& name : added_) library_->Remove(name).IgnoreError();
  added_.clear();
}

}  // namespace millrace
