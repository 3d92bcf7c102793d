#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/passes/compile_body.h"
#include "core/passes/fuse_update.h"
#include "core/runtime/plan.h"

namespace millrace {
namespace {

// The body as it is run: without what neither its results nor a side effect needs, since a plan
// runs all that its graph holds; calls in it inlined, gradients fused with their updates.
absl::StatusOr<std::unique_ptr<Graph>> Compile(FunctionLibrary::Body body, const Device& device) {
  CompileOptions options;
  options.fold_constants = false;
  const auto evaluate = [](const Node&,
                           absl::Span<const Tensor>) -> absl::StatusOr<std::vector<Tensor>> {
    return absl::UnimplementedError("nothing is folded here");
  };
  MR_ASSIGN_OR_RETURN(std::unique_ptr<Graph> graph,
                      CompileBody(options, std::move(body), evaluate));
  MR_RETURN_IF_ERROR(FuseUpdates(device.type(), graph.get()));
  return graph;
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
  const std::string context = absl::StrCat("function '", function.name, "'");
  absl::StatusOr<std::unique_ptr<Graph>> graph = Compile(*std::move(body), *device_);
  if (!graph.ok()) return Annotate(graph.status(), context);
  absl::StatusOr<std::shared_ptr<const Plan>> plan = Plan::Create(*std::move(graph), device_, this);
  if (!plan.ok()) return Annotate(plan.status(), context);
  MutexLock lock(&cache_->mu);
  // Another thread may have been first: its kernels are the ones that keep state.
  if (std::shared_ptr<const Plan> first = cache_->Find(function.name, attrs)) return first;
  cache_->plans[function.name].push_back({attrs, *plan});
  return plan;
}

}  // namespace millrace
