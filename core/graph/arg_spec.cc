#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_spec.h"

namespace millrace {
namespace {

bool IsArgName(absl::string_view name) {
  if (name.empty() || !absl::ascii_islower(name[0])) return false;
  for (const char c : name) {
    if (!absl::ascii_islower(c) && !absl::ascii_isdigit(c) && c != '_') return false;
  }
  return true;
}

absl::Status Expected(absl::string_view what, const SpecScanner& at) {
  return absl::InvalidArgumentError(absl::StrCat("expected ", what, " at '", at.rest(), "'"));
}

}  // namespace

absl::Status ParseArgSpec(absl::string_view spec, ArgDef* arg) {
  SpecScanner s(spec);
  arg->name = s.TakeWord();
  if (!IsArgName(arg->name)) return Expected("a name in lower case", SpecScanner(spec));
  if (!s.Take(":")) return Expected("':'", s);
  arg->is_ref = s.Take("Ref(");
  std::string type = s.TakeWord();
  if (s.Take("*")) {
    arg->number_attr = std::move(type);
    type = s.TakeWord();
    if (arg->number_attr.empty()) return Expected("the attribute that counts", SpecScanner(spec));
  }
  if (type.empty()) return Expected("a dtype or an attribute", s);
  if (arg->is_ref && !s.Take(")")) return Expected("')'", s);
  if (!s.AtEnd()) return Expected("the end", s);

  const absl::StatusOr<DType> dtype = DTypeFromName(type);
  if (dtype.ok()) {
    arg->type = *dtype;
  } else {
    arg->type_attr = std::move(type);
  }
  return absl::OkStatus();
}

}  // namespace millrace
