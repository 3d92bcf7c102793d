#include "core/graph/attr_check.h"

#include <algorithm>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/status.h"

namespace millrace {
namespace {

template <typename T>
struct IsVector : std::false_type {};
template <typename T>
struct IsVector<std::vector<T>> : std::true_type {};

void AppendType(std::string* out, DType t) { absl::StrAppend(out, DTypeName(t)); }
void AppendQuoted(std::string* out, const std::string& s) { absl::StrAppend(out, "\"", s, "\""); }

absl::Status CheckType(const AttrDef& def, DType t) {
  if (!IsValidDType(static_cast<int>(t))) {
    return absl::InvalidArgumentError(
        absl::StrCat("Attribute '", def.name, "' has invalid dtype ", static_cast<int>(t)));
  }
  if (IsRef(t)) {
    return absl::InvalidArgumentError(
        absl::StrCat("Attribute '", def.name, "' must not have the reference type ", DTypeName(t)));
  }
  const std::vector<DType>& allowed = def.allowed_types;
  if (allowed.empty() || std::find(allowed.begin(), allowed.end(), t) != allowed.end()) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "Value for attr '", def.name, "' of ", DTypeName(t),
      " is not in the list of allowed values: ", absl::StrJoin(allowed, ", ", AppendType)));
}

absl::Status CheckString(const AttrDef& def, const std::string& s) {
  const std::vector<std::string>& allowed = def.allowed_strings;
  if (allowed.empty() || std::find(allowed.begin(), allowed.end(), s) != allowed.end()) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "Value for attr '", def.name, "' of ", Attr(s).DebugString(),
      " is not in the list of allowed values: ", absl::StrJoin(allowed, ", ", AppendQuoted)));
}

absl::Status CheckMinimum(const AttrDef& def, absl::string_view what, int64_t n) {
  if (!def.minimum || n >= *def.minimum) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(what, " for attr '", def.name, "' of ", n,
                                                 " must be at least minimum ", *def.minimum));
}

}  // namespace

int64_t ListLength(const Attr& value) {
  return std::visit(
      [](const auto& v) -> int64_t {
        if constexpr (IsVector<std::decay_t<decltype(v)>>::value) {
          return static_cast<int64_t>(v.size());
        } else {
          return -1;
        }
      },
      value.storage());
}

Attr EmptyList(AttrKind list_kind) {
  switch (list_kind) {
    case AttrKind::kListString:
      return Attr(std::vector<std::string>());
    case AttrKind::kListFloat:
      return Attr(std::vector<float>());
    case AttrKind::kListBool:
      return Attr(std::vector<bool>());
    case AttrKind::kListType:
      return Attr(std::vector<DType>());
    case AttrKind::kListShape:
      return Attr(std::vector<PartialShape>());
    case AttrKind::kListTensor:
      return Attr(std::vector<Tensor>());
    case AttrKind::kListFunction:
      return Attr(std::vector<FunctionRef>());
    default:
      return Attr(std::vector<int64_t>());
  }
}

absl::Status CheckAttr(const AttrDef& def, const Attr& value) {
  if (value.kind() != def.kind) {
    return absl::InvalidArgumentError(
        absl::StrCat("Attribute '", def.name, "' = ", value.DebugString(), " is of kind ",
                     AttrKindName(value.kind()), " when ", AttrKindName(def.kind), " is expected"));
  }
  if (const int64_t length = ListLength(value); length >= 0) {
    MR_RETURN_IF_ERROR(CheckMinimum(def, "Length", length));
  }
  if (const int64_t* i = value.get<int64_t>()) return CheckMinimum(def, "Value", *i);
  if (const DType* t = value.get<DType>()) return CheckType(def, *t);
  if (const std::string* s = value.get<std::string>()) return CheckString(def, *s);
  if (const auto* types = value.get<std::vector<DType>>()) {
    for (const DType t : *types) MR_RETURN_IF_ERROR(CheckType(def, t));
  }
  if (const auto* strings = value.get<std::vector<std::string>>()) {
    for (const std::string& s : *strings) MR_RETURN_IF_ERROR(CheckString(def, s));
  }
  return absl::OkStatus();
}

}  // namespace millrace
