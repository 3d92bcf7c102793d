#include "core/graph/op_schema.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/attr_check.h"
#include "core/graph/kernel_check.h"
#include "core/graph/op_spec.h"

namespace millrace {
namespace {

// A letter in upper case (or '_' for what only the engine makes), then letters, digits, '_' and '>'
// for namespaces.
bool IsOpName(absl::string_view name) {
  if (name.empty() || (!absl::ascii_isupper(name[0]) && name[0] != '_')) return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return absl::ascii_isalnum(c) || c == '_' || c == '>'; });
}

AttrDef* FindAttr(OpSchema* schema, absl::string_view name) {
  return const_cast<AttrDef*>(schema->FindAttr(name));
}

// Binds the argument to the attributes it names. An attribute that gives a list its length is at
// least 1 unless its spec says otherwise.
absl::Status ResolveArg(OpSchema* schema, ArgDef* arg) {
  if (!arg->number_attr.empty()) {
    AttrDef* number = FindAttr(schema, arg->number_attr);
    if (number == nullptr || number->kind != AttrKind::kInt) {
      return absl::InvalidArgumentError(absl::StrCat(
          "argument '", arg->name, "' needs an int attribute '", arg->number_attr, "'"));
    }
    if (!number->minimum) number->minimum = 1;
    if (*number->minimum < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("attribute '", number->name, "' counts tensors: its minimum must be >= 0"));
    }
  }
  if (arg->type_attr.empty()) return absl::OkStatus();
  AttrDef* type = FindAttr(schema, arg->type_attr);
  if (type != nullptr && type->kind == AttrKind::kListType && arg->number_attr.empty()) {
    arg->type_list_attr = std::move(arg->type_attr);
    arg->type_attr.clear();
    if (!type->minimum) type->minimum = 1;
  } else if (type == nullptr || type->kind != AttrKind::kType) {
    return absl::InvalidArgumentError(absl::StrCat("argument '", arg->name, "': '", arg->type_attr,
                                                   "' is no dtype and no type attribute"));
  }
  return absl::OkStatus();
}

absl::Status ResolveArgs(OpSchema* schema) {
  absl::flat_hash_set<absl::string_view> names;
  for (std::vector<ArgDef>* args : {&schema->inputs, &schema->outputs}) {
    names.clear();
    for (ArgDef& arg : *args) {
      if (!names.insert(arg.name).second) {
        return absl::InvalidArgumentError(absl::StrCat("two arguments are named '", arg.name, "'"));
      }
      MR_RETURN_IF_ERROR(ResolveArg(schema, &arg));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckAttrs(const OpSchema& schema) {
  absl::flat_hash_set<absl::string_view> names;
  for (const AttrDef& attr : schema.attrs) {
    if (!names.insert(attr.name).second) {
      return absl::InvalidArgumentError(absl::StrCat("two attributes are named '", attr.name, "'"));
    }
    if (attr.default_value) {
      MR_RETURN_IF_ERROR(Annotate(CheckAttr(attr, *attr.default_value), "default"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckFunctions(const OpSchema& schema) {
  for (const ShapeFn fn : schema.shape_fns) {
    if (fn == nullptr) return absl::InvalidArgumentError("a shape function is null");
  }
  if (schema.gradient != nullptr && schema.not_differentiable) {
    return absl::InvalidArgumentError("it has a gradient and is marked not differentiable");
  }
  return absl::OkStatus();
}

absl::Status Finish(OpSchema* schema) {
  if (!IsOpName(schema->name)) return absl::InvalidArgumentError("the name is not one of an op");
  MR_RETURN_IF_ERROR(ResolveArgs(schema));
  MR_RETURN_IF_ERROR(CheckAttrs(*schema));
  MR_RETURN_IF_ERROR(CheckFunctions(*schema));
  for (size_t i = 0; i < schema->kernels.size(); ++i) {
    MR_RETURN_IF_ERROR(CheckKernel(*schema, schema->kernels[i], i));
  }
  return absl::OkStatus();
}

}  // namespace

const AttrDef* OpSchema::FindAttr(absl::string_view attr) const {
  for (const AttrDef& a : attrs) {
    if (a.name == attr) return &a;
  }
  return nullptr;
}

bool OpSchema::has_ref_args() const {
  const auto is_ref = [](const ArgDef& arg) { return arg.is_ref; };
  return std::any_of(inputs.begin(), inputs.end(), is_ref) ||
         std::any_of(outputs.begin(), outputs.end(), is_ref);
}

Op::Op(absl::string_view name) { schema_.name = std::string(name); }
Op::Op(const Op& o) = default;
Op::Op(Op&& o) noexcept = default;
Op::~Op() = default;

void Op::Fail(absl::string_view spec, absl::string_view why) {
  if (status_.ok()) {
    status_ = absl::InvalidArgumentError(absl::StrCat("'", spec, "': ", why));
  }
}

Op& Op::Input(absl::string_view spec) {
  ArgDef arg;
  const absl::Status parsed = ParseArgSpec(spec, &arg);
  if (!parsed.ok()) Fail(spec, parsed.message());
  schema_.inputs.push_back(std::move(arg));
  return *this;
}

Op& Op::Output(absl::string_view spec) {
  ArgDef arg;
  const absl::Status parsed = ParseArgSpec(spec, &arg);
  if (!parsed.ok()) Fail(spec, parsed.message());
  schema_.outputs.push_back(std::move(arg));
  return *this;
}

Op& Op::Attr(absl::string_view spec) {
  AttrDef attr;
  const absl::Status parsed = ParseAttrSpec(spec, &attr);
  if (!parsed.ok()) Fail(spec, parsed.message());
  schema_.attrs.push_back(std::move(attr));
  return *this;
}

Op& Op::Doc(absl::string_view text) {
  schema_.doc = std::string(absl::StripAsciiWhitespace(text));
  return *this;
}

Op& Op::Stateful() {
  schema_.is_stateful = true;
  return *this;
}

Op& Op::Commutative() {
  schema_.is_commutative = true;
  return *this;
}

Op& Op::Aggregate() {
  schema_.is_aggregate = true;
  return *this;
}

Op& Op::AllowsUninitializedInput() {
  schema_.allows_uninitialized_input = true;
  return *this;
}

Op& Op::MayWait() {
  schema_.may_wait = true;
  return *this;
}

Op& Op::Gradient(GradientFn fn) {
  schema_.gradient = fn;
  return *this;
}

Op& Op::NotDifferentiable() {
  schema_.not_differentiable = true;
  return *this;
}

Op& Op::AcceptsSparseGradient() {
  schema_.accepts_sparse_gradient = true;
  return *this;
}

Op& Op::AddCpuKernel(KernelFactory factory) { return AddKernel({"CPU", {}, {}, factory, nullptr}); }

Op& Op::AddCpuKernel(KernelFactory factory, absl::string_view attr, DType type) {
  return AddKernel({"CPU", {{std::string(attr), type}}, {}, factory, nullptr});
}

Op& Op::AddKernel(KernelRegistration registration) {
  schema_.kernels.push_back(std::move(registration));
  return *this;
}

absl::StatusOr<OpSchema> Op::Build() const {
  const std::string context = absl::StrCat("op '", schema_.name, "'");
  if (!status_.ok()) return Annotate(status_, context);
  OpSchema schema = schema_;
  const absl::Status status = Finish(&schema);
  if (!status.ok()) return Annotate(status, context);
  return schema;
}

}  // namespace millrace
