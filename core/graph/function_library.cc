#include "core/graph/function_library.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace millrace {
namespace {

bool SameArg(const ArgDef& a, const ArgDef& b) {
  return a.name == b.name && a.type == b.type && a.type_attr == b.type_attr &&
         a.number_attr == b.number_attr && a.type_list_attr == b.type_list_attr &&
         a.is_ref == b.is_ref;
}

bool SameAttrDef(const AttrDef& a, const AttrDef& b) {
  return a.name == b.name && a.kind == b.kind && a.default_value == b.default_value &&
         a.allowed_types == b.allowed_types && a.allowed_strings == b.allowed_strings &&
         a.minimum == b.minimum;
}

bool SameSignature(const OpSchema& a, const OpSchema& b) {
  return a.name == b.name && a.is_stateful == b.is_stateful &&
         a.control_outputs == b.control_outputs &&
         std::equal(a.inputs.begin(), a.inputs.end(), b.inputs.begin(), b.inputs.end(), SameArg) &&
         std::equal(a.outputs.begin(), a.outputs.end(), b.outputs.begin(), b.outputs.end(),
                    SameArg) &&
         std::equal(a.attrs.begin(), a.attrs.end(), b.attrs.begin(), b.attrs.end(), SameAttrDef);
}

bool SameNode(const NodeSpec& a, const NodeSpec& b) {
  return a.name == b.name && a.op == b.op && a.inputs == b.inputs && a.device == b.device &&
         a.attrs == b.attrs;
}

// The order of the nodes does not matter, nor where they were written.
bool SameFunction(const FunctionSpec& a, const FunctionSpec& b) {
  if (!SameSignature(a.signature, b.signature) || !(a.attrs == b.attrs) ||
      !(a.arg_attrs == b.arg_attrs) || a.ret != b.ret || a.control_ret != b.control_ret ||
      a.nodes.size() != b.nodes.size()) {
    return false;
  }
  absl::flat_hash_map<absl::string_view, const NodeSpec*> by_name;
  for (const NodeSpec& node : b.nodes) by_name[node.name] = &node;
  return std::all_of(a.nodes.begin(), a.nodes.end(), [&](const NodeSpec& node) {
    auto found = by_name.find(node.name);
    return found != by_name.end() && SameNode(node, *found->second);
  });
}

// Collects names of functions, each once, and remembers those whose bodies are still to be looked
// at.
class Mentions {
 public:
  void Add(const std::string& name) {
    if (seen_.insert(name).second) pending_.push_back(name);
  }
  void Add(const AttrMap& attrs) {
    for (const AttrMap::Entry& entry : attrs) {
      if (const auto* f = entry.second.get<FunctionRef>()) AddRef(*f);
      if (const auto* list = entry.second.get<std::vector<FunctionRef>>()) {
        for (const FunctionRef& f : *list) AddRef(f);
      }
    }
  }
  bool Next(std::string* name) {
    if (pending_.empty()) return false;
    *name = std::move(pending_.back());
    pending_.pop_back();
    return true;
  }

 private:
  void AddRef(const FunctionRef& f) {
    Add(f.name);
    if (f.attrs != nullptr) Add(*f.attrs);
  }

  absl::flat_hash_set<std::string> seen_;
  std::vector<std::string> pending_;
};

}  // namespace

absl::Status FunctionLibrary::Add(FunctionSpec function) {
  const std::string name = function.signature.name;
  if (name.empty()) return absl::InvalidArgumentError("A function needs a name");
  auto added = std::make_shared<const FunctionSpec>(std::move(function));
  MutexLock lock(&mu_);
  auto [it, inserted] = functions_.try_emplace(name, added);
  if (inserted || SameFunction(*it->second, *added)) return absl::OkStatus();
  return absl::AlreadyExistsError(
      absl::StrCat("Cannot add function '", name, "': a different one of that name exists"));
}

absl::Status FunctionLibrary::Remove(absl::string_view name) {
  MutexLock lock(&mu_);
  if (functions_.erase(name) == 0) {
    return absl::NotFoundError(absl::StrCat("Function '", name, "' does not exist"));
  }
  gradients_.erase(name);
  return absl::OkStatus();
}

std::shared_ptr<const FunctionSpec> FunctionLibrary::Find(absl::string_view name) const {
  MutexLock lock(&mu_);
  auto it = functions_.find(name);
  return it == functions_.end() ? nullptr : it->second;
}

absl::StatusOr<std::shared_ptr<const FunctionSpec>> FunctionLibrary::Lookup(
    absl::string_view name) const {
  if (auto found = Find(name)) return found;
  return absl::NotFoundError(absl::StrCat("Function '", name, "' is not defined"));
}

std::vector<std::string> FunctionLibrary::ListNames() const {
  std::vector<std::string> names;
  {
    MutexLock lock(&mu_);
    for (const auto& entry : functions_) names.push_back(entry.first);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string FunctionLibrary::UniqueName(absl::string_view prefix) const {
  MutexLock lock(&mu_);
  std::string name(prefix);
  for (int64_t i = 1; functions_.contains(name); ++i) name = absl::StrCat(prefix, "_", i);
  return name;
}

std::vector<std::string> FunctionLibrary::Reachable(const Graph& graph) const {
  Mentions mentions;
  for (const auto& node : graph.nodes()) {
    if (node == nullptr) continue;
    mentions.Add(node->type());
    mentions.Add(node->attrs());
  }
  std::vector<std::string> reachable;
  for (std::string name; mentions.Next(&name);) {
    const auto function = Find(name);
    if (function == nullptr) continue;  // an op of the registry, or unknown
    for (const NodeSpec& node : function->nodes) {
      mentions.Add(node.op);
      mentions.Add(node.attrs);
    }
    if (std::string gradient = Gradient(name); !gradient.empty()) mentions.Add(gradient);
    reachable.push_back(std::move(name));
  }
  std::sort(reachable.begin(), reachable.end());
  return reachable;
}

void FunctionLibrary::SetGradient(absl::string_view name, absl::string_view gradient) {
  MutexLock lock(&mu_);
  gradients_[name] = std::string(gradient);
}

std::string FunctionLibrary::Gradient(absl::string_view name) const {
  MutexLock lock(&mu_);
  auto it = gradients_.find(name);
  return it == gradients_.end() ? "" : it->second;
}

}  // namespace millrace
