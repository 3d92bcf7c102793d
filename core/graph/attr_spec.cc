#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_spec.h"

namespace millrace {
namespace {

absl::Status Expected(absl::string_view what, const SpecScanner& at) {
  return absl::InvalidArgumentError(absl::StrCat("expected ", what, " at '", at.rest(), "'"));
}

constexpr DType kRealTypes[] = {DType::kFloat,  DType::kDouble, DType::kInt32,  DType::kUInt8,
                                DType::kInt16,  DType::kInt8,   DType::kInt64,  DType::kBFloat16,
                                DType::kUInt16, DType::kHalf,   DType::kUInt32, DType::kUInt64};
constexpr DType kComplexTypes[] = {DType::kComplex64, DType::kComplex128};
constexpr DType kQuantizedTypes[] = {DType::kQInt8, DType::kQUInt8, DType::kQInt32, DType::kQInt16,
                                     DType::kQUInt16};

template <size_t N>
void Append(const DType (&types)[N], std::vector<DType>* out) {
  out->insert(out->end(), types, types + N);
}

// A named set of types, as in TensorFlow 2.21.
bool AppendTypeSet(absl::string_view name, std::vector<DType>* out) {
  if (name == "numbertype") {
    Append(kRealTypes, out);
    Append(kComplexTypes, out);
    Append(kQuantizedTypes, out);
  } else if (name == "realnumbertype") {
    Append(kRealTypes, out);
  } else if (name == "quantizedtype") {
    Append(kQuantizedTypes, out);
  } else {
    return false;
  }
  return true;
}

struct NamedKind {
  absl::string_view name;
  AttrKind kind, list_kind;
};
constexpr NamedKind kKinds[] = {
    {"string", AttrKind::kString, AttrKind::kListString},
    {"int", AttrKind::kInt, AttrKind::kListInt},
    {"float", AttrKind::kFloat, AttrKind::kListFloat},
    {"bool", AttrKind::kBool, AttrKind::kListBool},
    {"type", AttrKind::kType, AttrKind::kListType},
    {"shape", AttrKind::kShape, AttrKind::kListShape},
    {"tensor", AttrKind::kTensor, AttrKind::kListTensor},
    {"func", AttrKind::kFunction, AttrKind::kListFunction},
};

// "{half, float}" or "{'SAME', 'VALID'}", behind the opening brace.
absl::Status ParseAllowed(SpecScanner* s, bool list, AttrDef* attr) {
  do {
    if (std::optional<std::string> text = s->TakeQuoted()) {
      attr->allowed_strings.push_back(*std::move(text));
      continue;
    }
    const SpecScanner before = *s;
    const std::string word = s->TakeWord();
    if (AppendTypeSet(word, &attr->allowed_types)) continue;
    const absl::StatusOr<DType> type = DTypeFromName(word);
    if (!type.ok()) return Expected("a dtype or a quoted string", before);
    attr->allowed_types.push_back(*type);
  } while (s->Take(","));
  if (!s->Take("}")) return Expected("'}'", *s);
  const bool strings = !attr->allowed_strings.empty();
  if (strings && !attr->allowed_types.empty()) return Expected("types or strings, not both", *s);
  attr->kind = strings ? (list ? AttrKind::kListString : AttrKind::kString)
                       : (list ? AttrKind::kListType : AttrKind::kType);
  return absl::OkStatus();
}

absl::Status ParseKind(SpecScanner* s, AttrDef* attr) {
  const SpecScanner before = *s;
  const bool list = s->Take("list(");
  if (s->Take("{")) {
    MR_RETURN_IF_ERROR(ParseAllowed(s, list, attr));
  } else {
    const std::string word = s->TakeWord();
    for (const NamedKind& k : kKinds) {
      if (word == k.name) attr->kind = list ? k.list_kind : k.kind;
    }
    if (AppendTypeSet(word, &attr->allowed_types)) {
      attr->kind = list ? AttrKind::kListType : AttrKind::kType;
    }
    if (attr->kind == AttrKind::kNone) return Expected("the kind of the attribute", before);
  }
  if (list && !s->Take(")")) return Expected("')'", *s);
  return absl::OkStatus();
}

}  // namespace

absl::Status ParseAttrSpec(absl::string_view spec, AttrDef* attr) {
  SpecScanner s(spec);
  attr->name = s.TakeWord();
  if (attr->name.empty() || attr->name[0] == '_') return Expected("a name", SpecScanner(spec));
  if (!s.Take(":")) return Expected("':'", s);
  MR_RETURN_IF_ERROR(ParseKind(&s, attr));
  if (s.Take(">=")) {
    if (attr->kind != AttrKind::kInt && attr->kind < AttrKind::kListString) {
      return Expected("no minimum for this kind", s);
    }
    attr->minimum = s.TakeInt();
    if (!attr->minimum) return Expected("an integer", s);
  }
  if (s.Take("=")) {
    millrace::Attr value;
    MR_RETURN_IF_ERROR(ParseAttrDefault(attr->kind, &s, &value));
    attr->default_value = std::move(value);
  }
  if (!s.AtEnd()) return Expected("the end", s);
  return absl::OkStatus();
}

}  // namespace millrace
