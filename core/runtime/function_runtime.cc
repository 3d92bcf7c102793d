#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/runtime/plan.h"

namespace millrace {
namespace {

// The body without what neither its results nor a stateful node needs: a plan runs all that its
// graph holds.
std::unique_ptr<Graph> Prune(FunctionLibrary::Body body) {
  std::vector<bool> needed(body.graph->num_node_ids(), false);
  std::vector<const Node*> open;
  int num_needed = 0;
  const auto need = [&](const Node* node) {
    if (needed[node->id()]) return;
    needed[node->id()] = true;
    ++num_needed;
    open.push_back(node);
  };
  for (const Node* node : body.rets) need(node);
  for (const Node* node : body.control_returns) need(node);
  for (const auto& node : body.graph->nodes()) {
    if (node != nullptr && node->op().is_stateful) need(node.get());
  }
  while (!open.empty()) {
    const Node* node = open.back();
    open.pop_back();
    for (const Endpoint& input : node->inputs()) need(input.node);
    for (const Node* control : node->control_inputs()) need(control);
  }
  if (num_needed == body.graph->num_nodes()) return std::move(body.graph);
  return body.graph->Copy(needed);
}

}  // namespace

struct FunctionRuntime::Cache {
  struct Entry {
    AttrMap attrs;
    std::shared_ptr<const Plan> plan;
  };
  Mutex mu;
  absl::flat_hash_map<std::string, std::vector<Entry>> plans ABSL_GUARDED_BY(mu);

  // Null if there is none.
  std::shared_ptr<const Plan> Find(const std::string& name, const AttrMap& attrs)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    const auto found = plans.find(name);
    if (found == plans.end()) return nullptr;
    for (const Entry& entry : found->second) {
      if (entry.attrs == attrs) return entry.plan;
    }
    return nullptr;
  }
};

FunctionRuntime::FunctionRuntime(std::shared_ptr<FunctionLibrary> library, const Registry* registry,
                                 Device* device)
    : library_(std::move(library)),
      registry_(registry),
      device_(device),
      cache_(std::make_unique<Cache>()) {}

FunctionRuntime::~FunctionRuntime() = default;

absl::StatusOr<std::shared_ptr<const Plan>> FunctionRuntime::GetPlan(const FunctionRef& function) {
  static const AttrMap* const kNoAttrs = new AttrMap;
  const AttrMap& attrs = function.attrs != nullptr ? *function.attrs : *kNoAttrs;
  {
    MutexLock lock(&cache_->mu);
    if (std::shared_ptr<const Plan> plan = cache_->Find(function.name, attrs)) return plan;
  }
  absl::StatusOr<FunctionLibrary::Body> body =
      library_->Instantiate(function.name, attrs, *registry_, library_);
  if (!body.ok()) return body.status();
  absl::StatusOr<std::shared_ptr<const Plan>> plan =
      Plan::Create(Prune(*std::move(body)), device_, this);
  if (!plan.ok()) {
    return Annotate(plan.status(), absl::StrCat("function '", function.name, "'"));
  }
  MutexLock lock(&cache_->mu);
  // Another thread may have been first: its kernels are the ones that keep state.
  if (std::shared_ptr<const Plan> first = cache_->Find(function.name, attrs)) return first;
  cache_->plans[function.name].push_back({attrs, *plan});
  return plan;
}

}  // namespace millrace
