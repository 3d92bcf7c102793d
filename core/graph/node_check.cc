#include "core/graph/node_check.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/status.h"
#include "core/graph/arg_types.h"
#include "core/graph/attr_check.h"

namespace millrace {
namespace {

// The attribute that says how many tensors a list argument holds.
const std::string& LengthAttr(const ArgDef& arg) {
  return arg.number_attr.empty() ? arg.type_list_attr : arg.number_attr;
}

std::string ArgText(const ArgDef& arg) {
  std::string type = !arg.type_list_attr.empty() ? arg.type_list_attr
                     : !arg.type_attr.empty()    ? arg.type_attr
                                                 : DTypeName(arg.type);
  if (!arg.number_attr.empty()) type = absl::StrCat(arg.number_attr, " * ", type);
  if (arg.is_ref) type = absl::StrCat("Ref(", type, ")");
  return absl::StrCat(arg.name, ": ", type);
}

std::string ArgsText(const std::vector<ArgDef>& args) {
  return absl::StrJoin(
      args, ", ", [](std::string* out, const ArgDef& arg) { absl::StrAppend(out, ArgText(arg)); });
}

absl::Status CheckGivenAttrs(const OpSchema& op, AttrMap* attrs) {
  std::vector<std::pair<std::string, AttrKind>> empty_lists;
  for (const auto& [name, value] : *attrs) {
    const AttrDef* def = op.FindAttr(name);
    if (def == nullptr) {
      if (!name.empty() && name[0] == '_') continue;
      return absl::InvalidArgumentError(
          absl::StrCat("Node mentions attr '", name, "' that op ", op.name, " does not have"));
    }
    if (value.kind() != def->kind && def->kind >= AttrKind::kListString && ListLength(value) == 0) {
      MR_RETURN_IF_ERROR(CheckAttr(*def, EmptyList(def->kind)));
      empty_lists.emplace_back(name, def->kind);
    } else {
      MR_RETURN_IF_ERROR(CheckAttr(*def, value));
    }
  }
  for (const auto& [name, kind] : empty_lists) attrs->Set(name, EmptyList(kind));
  return absl::OkStatus();
}

// Infers attributes from the inputs while it walks over them.
class InputMatcher {
 public:
  InputMatcher(const OpSchema& op, absl::Span<const DType> given, AttrMap* attrs,
               DTypeVector* types)
      : op_(op), given_(given), attrs_(*attrs), types_(*types) {}

  absl::Status Match() {
    MR_RETURN_IF_ERROR(FindLengths());
    size_t next = 0;
    for (size_t a = 0; a < op_.inputs.size(); ++a) {
      const ArgDef& arg = op_.inputs[a];
      const size_t n = static_cast<size_t>(lengths_[a]);
      if (!arg.number_attr.empty()) {
        MR_RETURN_IF_ERROR(Imply(arg.number_attr, Attr(static_cast<int64_t>(n))));
      }
      MR_RETURN_IF_ERROR(MatchArg(arg, next, n));
      next += n;
    }
    return absl::OkStatus();
  }

 private:
  static constexpr int kUnknown = -1;

  absl::Status WrongCount() const {
    return absl::InvalidArgumentError(absl::StrCat("Op ", op_.name, " takes inputs (",
                                                   ArgsText(op_.inputs), "), but ", given_.size(),
                                                   " were given"));
  }

  // The lists whose length no attribute gives share what the other arguments leave.
  absl::Status FindLengths() {
    int64_t known = 0;
    int num_unknown = 0;
    const std::string* unknown_attr = nullptr;
    for (const ArgDef& arg : op_.inputs) {
      if (arg.is_list() && !attrs_.Has(LengthAttr(arg))) {
        if (unknown_attr != nullptr && *unknown_attr != LengthAttr(arg)) {
          return absl::InvalidArgumentError(
              absl::StrCat("Attributes '", *unknown_attr, "' and '", LengthAttr(arg),
                           "' cannot both be inferred from the inputs; give one"));
        }
        unknown_attr = &LengthAttr(arg);
        ++num_unknown;
        lengths_.push_back(kUnknown);
        continue;
      }
      MR_ASSIGN_OR_RETURN(const int n, ArgLength(arg, attrs_));
      lengths_.push_back(n);
      known += n;
    }
    const int64_t left = static_cast<int64_t>(given_.size()) - known;
    if (left < 0 || (num_unknown == 0 ? left != 0 : left % num_unknown != 0)) return WrongCount();
    for (int& n : lengths_) {
      if (n == kUnknown) n = static_cast<int>(left / num_unknown);
    }
    return absl::OkStatus();
  }

  absl::Status Imply(const std::string& name, Attr value) {
    if (attrs_.Has(name)) return absl::OkStatus();
    const AttrDef* def = op_.FindAttr(name);
    if (def == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("Op ", op_.name, " has no attr '", name, "'"));
    }
    MR_RETURN_IF_ERROR(CheckAttr(*def, value));
    attrs_.Set(name, std::move(value));
    return absl::OkStatus();
  }

  absl::Status MatchArg(const ArgDef& arg, size_t first, size_t n) {
    if (!arg.type_list_attr.empty()) {
      std::vector<DType> types;
      for (size_t i = 0; i < n; ++i) types.push_back(BaseType(given_[first + i]));
      MR_RETURN_IF_ERROR(Imply(arg.type_list_attr, Attr(std::move(types))));
      const auto* wanted = attrs_.Find(arg.type_list_attr)->get<std::vector<DType>>();
      for (size_t i = 0; i < n; ++i) MR_RETURN_IF_ERROR(MatchOne(arg, first + i, (*wanted)[i]));
      return absl::OkStatus();
    }
    if (n == 0) return absl::OkStatus();
    DType wanted = arg.type;
    if (!arg.type_attr.empty()) {
      MR_RETURN_IF_ERROR(Imply(arg.type_attr, Attr(BaseType(given_[first]))));
      MR_RETURN_IF_ERROR(attrs_.Get(arg.type_attr, &wanted));
    }
    for (size_t i = 0; i < n; ++i) MR_RETURN_IF_ERROR(MatchOne(arg, first + i, wanted));
    return absl::OkStatus();
  }

  absl::Status MatchOne(const ArgDef& arg, size_t i, DType wanted) {
    const DType found = given_[i];
    const DType type = arg.is_ref ? RefType(wanted) : wanted;
    if (found != type && (arg.is_ref || BaseType(found) != type)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Input ", i, " '", ArgNameOf(op_.inputs, attrs_, static_cast<int>(i)), "' was passed ",
          DTypeName(found), " incompatible with expected ", DTypeName(type),
          arg.type_attr.empty() ? "" : absl::StrCat(" (attr '", arg.type_attr, "')")));
    }
    types_.push_back(type);
    return absl::OkStatus();
  }

  const OpSchema& op_;
  const absl::Span<const DType> given_;
  AttrMap& attrs_;
  DTypeVector& types_;
  absl::InlinedVector<int, 8> lengths_;  // of the input arguments
};

absl::Status AddDefaults(const OpSchema& op, AttrMap* attrs) {
  for (const AttrDef& def : op.attrs) {
    if (attrs->Has(def.name)) continue;
    if (!def.default_value) {
      return absl::InvalidArgumentError(absl::StrCat("Node is missing attr '", def.name, "' (",
                                                     AttrKindName(def.kind), ") of op ", op.name));
    }
    attrs->Set(def.name, *def.default_value);
  }
  return absl::OkStatus();
}

}  // namespace

bool IsValidNodeName(absl::string_view name, bool internal) {
  if (name.empty()) return false;
  const char first = name[0];
  if (!absl::ascii_isalnum(first) && first != '.' && !(internal && first == '_')) return false;
  for (const char c : name) {
    if (!absl::ascii_isalnum(c) &&
        absl::string_view("._\\/>-").find(c) == absl::string_view::npos) {
      return false;
    }
  }
  return true;
}

absl::StatusOr<int> ArgLength(const ArgDef& arg, const AttrMap& attrs) {
  int64_t n = 1;
  if (!arg.number_attr.empty()) {
    MR_RETURN_IF_ERROR(attrs.Get(arg.number_attr, &n));
  } else if (!arg.type_list_attr.empty()) {
    const Attr* list = attrs.Find(arg.type_list_attr);
    n = list == nullptr ? -1 : ListLength(*list);
  }
  if (n < 0 || n > kMaxArgs) {
    return absl::InvalidArgumentError(absl::StrCat("Argument '", arg.name, "' cannot hold ", n,
                                                   " tensors: not within [0, ", kMaxArgs, "]"));
  }
  return static_cast<int>(n);
}

std::string ArgNameOf(absl::Span<const ArgDef> args, const AttrMap& attrs, int flat_index) {
  int first = 0;
  for (const ArgDef& arg : args) {
    const absl::StatusOr<int> n = ArgLength(arg, attrs);
    if (!n.ok()) break;
    if (flat_index < first + *n) {
      return arg.is_list() ? absl::StrCat(arg.name, "[", flat_index - first, "]") : arg.name;
    }
    first += *n;
  }
  return absl::StrCat(flat_index);
}

absl::Status CheckNode(const OpSchema& op, absl::Span<const DType> given_types, AttrMap* attrs,
                       DTypeVector* input_types, DTypeVector* output_types) {
  input_types->clear();
  output_types->clear();
  MR_RETURN_IF_ERROR(CheckGivenAttrs(op, attrs));
  MR_RETURN_IF_ERROR(InputMatcher(op, given_types, attrs, input_types).Match());
  MR_RETURN_IF_ERROR(AddDefaults(op, attrs));
  for (const ArgDef& arg : op.outputs) {
    MR_ASSIGN_OR_RETURN(const DTypeVector types, ArgTypes(arg, *attrs));
    output_types->insert(output_types->end(), types.begin(), types.end());
    if (output_types->size() > kMaxArgs) {
      return absl::InvalidArgumentError(absl::StrCat("More than ", kMaxArgs, " outputs"));
    }
  }
  return absl::OkStatus();
}

}  // namespace millrace
