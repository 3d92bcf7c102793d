// Attributes at the instantiation of a function.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/function_body.h"

namespace millrace {
namespace {

absl::StatusOr<FunctionRef> Substitute(const FunctionRef& f, const AttrMap& values) {
  if (f.attrs == nullptr || f.attrs->empty()) return f;
  MR_ASSIGN_OR_RETURN(AttrMap attrs, SubstitutePlaceholders(*f.attrs, values));
  return FunctionRef{f.name, std::make_shared<const AttrMap>(std::move(attrs))};
}

absl::StatusOr<Attr> Substitute(const Attr& attr, const AttrMap& values) {
  if (const auto* placeholder = attr.get<AttrPlaceholder>()) {
    const Attr* value = values.Find(placeholder->name);
    if (value == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("Attribute placeholder $", placeholder->name, " has no value"));
    }
    return *value;
  }
  if (const auto* f = attr.get<FunctionRef>()) {
    MR_ASSIGN_OR_RETURN(FunctionRef substituted, Substitute(*f, values));
    return Attr(std::move(substituted));
  }
  if (const auto* list = attr.get<std::vector<FunctionRef>>()) {
    std::vector<FunctionRef> substituted;
    for (const FunctionRef& f : *list) {
      MR_ASSIGN_OR_RETURN(FunctionRef one, Substitute(f, values));
      substituted.push_back(std::move(one));
    }
    return Attr(std::move(substituted));
  }
  return attr;
}

}  // namespace

absl::StatusOr<AttrMap> SubstitutePlaceholders(const AttrMap& attrs, const AttrMap& values) {
  AttrMap substituted;
  for (const AttrMap::Entry& entry : attrs) {
    MR_ASSIGN_OR_RETURN(Attr value, Substitute(entry.second, values));
    substituted.Set(entry.first, std::move(value));
  }
  return substituted;
}

}  // namespace millrace
