#include "core/graph/registry.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/status.h"
#include "core/graph/kernel_check.h"

namespace millrace {
namespace {

constexpr size_t kMaxSuggestions = 3;
constexpr int kFarAway = 1 << 20;

// Insertions, deletions and replacements that make `b` of `a`, letter case aside.
int EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<int> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = static_cast<int>(j);
  for (size_t i = 1; i <= a.size(); ++i) {
    int diagonal = row[0];
    row[0] = static_cast<int>(i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const bool same = absl::ascii_tolower(a[i - 1]) == absl::ascii_tolower(b[j - 1]);
      const int replaced = diagonal + (same ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

// How far `known` is from what was asked for; kFarAway if nobody would take one for the other.
int Distance(absl::string_view asked, absl::string_view known) {
  const int limit = std::min<int>(3, static_cast<int>(known.size()) / 3);
  const int lengths_apart = static_cast<int>(asked.size()) - static_cast<int>(known.size());
  if (lengths_apart > limit || -lengths_apart > limit) return kFarAway;
  const int distance = EditDistance(asked, known);
  return distance <= limit ? distance : kFarAway;
}

bool Matches(const KernelRegistration& kernel, const AttrMap& attrs, absl::string_view device) {
  if (kernel.device_type != device) return false;
  for (const auto& [name, type] : kernel.types) {
    const Attr* attr = attrs.Find(name);
    if (attr == nullptr) return false;
    if (const DType* t = attr->get<DType>()) {
      if (*t != type) return false;
    } else if (const auto* list = attr->get<std::vector<DType>>()) {
      if (std::any_of(list->begin(), list->end(), [&](DType t) { return t != type; })) return false;
    } else {
      return false;
    }
  }
  return true;
}

// "T=string", of the type attributes.
std::string TypesText(const OpSchema& op, const AttrMap& attrs) {
  std::vector<std::string> parts;
  for (const AttrDef& def : op.attrs) {
    const Attr* attr = attrs.Find(def.name);
    if (attr == nullptr) continue;
    if (def.kind != AttrKind::kType && def.kind != AttrKind::kListType) continue;
    parts.push_back(absl::StrCat(def.name, "=", attr->DebugString()));
  }
  return absl::StrJoin(parts, ", ");
}

std::string RegisteredText(const OpSchema& op) {
  if (op.kernels.empty()) return "  <no registered kernels>";
  std::string text;
  for (const KernelRegistration& k : op.kernels) {
    absl::StrAppend(&text, text.empty() ? "" : "\n", "  ", KernelText(k));
  }
  return text;
}

}  // namespace

Registry::Registry() = default;
Registry::~Registry() = default;

absl::Status Registry::Add(const Op& op) {
  MR_ASSIGN_OR_RETURN(OpSchema schema, op.Build());
  auto owned = std::make_unique<OpSchema>(std::move(schema));
  MutexLock lock(mu_);
  const std::string name = owned->name;
  if (!ops_.try_emplace(name, std::move(owned)).second) {
    return absl::AlreadyExistsError(absl::StrCat("Op with name '", name, "' is registered twice"));
  }
  return absl::OkStatus();
}

absl::Status Registry::AddKernel(absl::string_view op, KernelRegistration registration) {
  MutexLock lock(mu_);
  const auto it = ops_.find(op);
  if (it == ops_.end()) {
    return absl::NotFoundError(absl::StrCat("Op type not registered '", op, "'"));
  }
  OpSchema& schema = *it->second;
  MR_RETURN_IF_ERROR(Annotate(CheckKernel(schema, registration, schema.kernels.size()),
                              absl::StrCat("op '", op, "'")));
  schema.kernels.push_back(std::move(registration));
  return absl::OkStatus();
}

const OpSchema* Registry::Find(absl::string_view name) const {
  MutexLock lock(mu_);
  const auto it = ops_.find(name);
  return it == ops_.end() ? nullptr : it->second.get();
}

absl::StatusOr<const OpSchema*> Registry::Lookup(absl::string_view name) const {
  if (const OpSchema* op = Find(name)) return op;
  std::vector<std::pair<int, std::string>> close;
  for (const OpSchema* op : List()) {
    const int distance = Distance(name, op->name);
    if (distance != kFarAway) close.emplace_back(distance, absl::StrCat("'", op->name, "'"));
  }
  std::stable_sort(close.begin(), close.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  if (close.size() > kMaxSuggestions) close.resize(kMaxSuggestions);
  std::string text = absl::StrCat("Op type not registered '", name, "'");
  if (!close.empty()) {
    absl::StrAppend(&text, "; did you mean ",
                    absl::StrJoin(close, " or ",
                                  [](std::string* out, const auto& c) { out->append(c.second); }),
                    "?");
  }
  return absl::NotFoundError(text);
}

std::vector<const OpSchema*> Registry::List() const {
  std::vector<const OpSchema*> ops;
  {
    MutexLock lock(mu_);
    ops.reserve(ops_.size());
    for (const auto& [name, op] : ops_) ops.push_back(op.get());
  }
  std::sort(ops.begin(), ops.end(),
            [](const OpSchema* a, const OpSchema* b) { return a->name < b->name; });
  return ops;
}

absl::StatusOr<KernelRegistration> Registry::FindKernel(const OpSchema& op, const AttrMap& attrs,
                                                        absl::string_view device_type) const {
  MutexLock lock(mu_);
  // A kernel for given types goes before one for all.
  const KernelRegistration* best = nullptr;
  for (const KernelRegistration& k : op.kernels) {
    if (best != nullptr && k.types.size() <= best->types.size()) continue;
    if (Matches(k, attrs, device_type)) best = &k;
  }
  if (best != nullptr) return *best;
  return absl::NotFoundError(absl::StrCat("No ", device_type, " kernel for op '", op.name,
                                          "' with ", TypesText(op, attrs), ". Registered:\n",
                                          RegisteredText(op)));
}

}  // namespace millrace
