// Plan: one graph on one device, compiled: kernels made, edges turned to slots. Immutable, shared
// by all its runs. FunctionRuntime: plans of functions, made on first use, for kernels that call
// them.
#ifndef MILLRACE_CORE_RUNTIME_PLAN_H_
#define MILLRACE_CORE_RUNTIME_PLAN_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/base/mutex.h"
#include "core/graph/attr.h"
#include "core/graph/function_library.h"
#include "core/graph/graph.h"
#include "core/runtime/device.h"
#include "core/runtime/step.h"
#include "core/tensor/tensor.h"

namespace millrace {

class FunctionRuntime;
class Kernel;
struct PlanImpl;

// Kernels of stateful nodes by node, shared by the plans of a session: what such a kernel keeps (a
// random op's position, say) lives on from one step to a step of another signature. Thread-safe.
class KernelCache {
 public:
  using Make = absl::FunctionRef<absl::StatusOr<std::shared_ptr<Kernel>>()>;
  // `make` may run more than once for a key; one result is kept.
  absl::StatusOr<std::shared_ptr<Kernel>> GetOrMake(absl::string_view key, Make make);

 private:
  Mutex mu_;
  absl::flat_hash_map<std::string, std::shared_ptr<Kernel>> kernels_ ABSL_GUARDED_BY(mu_);
};

class Plan {
 public:
  using Done = absl::AnyInvocable<void(absl::StatusOr<std::vector<Tensor>>)>;

  // `graph` holds `_Arg` and `_Retval` nodes for what goes in and out (their `index` attributes;
  // gaps allowed: such an argument is not read, such a result comes back uninitialised).
  // UNIMPLEMENTED/NOT_FOUND, naming the node, if there is no kernel for it on the device;
  // INVALID_ARGUMENT if a kernel refuses its attributes. `device` and `functions` (may be null)
  // must outlive the plan. With `kernels`, kernels of stateful nodes are shared.
  static absl::StatusOr<std::shared_ptr<const Plan>> Create(std::unique_ptr<Graph> graph,
                                                            Device* device,
                                                            FunctionRuntime* functions,
                                                            KernelCache* kernels = nullptr);
  ~Plan();

  int num_args() const;  // one more than the highest index
  int num_results() const;
  Device* device() const;
  const std::string& DebugName() const;

  // Runs once. `args[i]` is the value of `_Arg` i. `done` gets the results by `_Retval` index, or
  // the step's first error (of which the message names node, op, device and the user's line), and
  // runs when no kernel of the run is active any more; it may destroy the plan. An error also
  // cancels the step. Kernels of the run may run on the caller's thread before RunAsync returns.
  // INVALID_ARGUMENT if arguments are missing. Thread-safe.
  void RunAsync(StepContext* step, std::vector<Tensor> args, Done done) const;
  // The same, waiting. Not to be called on a compute-pool thread.
  absl::StatusOr<std::vector<Tensor>> Run(StepContext* step, std::vector<Tensor> args) const;

 private:
  explicit Plan(std::unique_ptr<PlanImpl> impl);
  std::unique_ptr<PlanImpl> impl_;
};

// Thread-safe. One a device and function library; caches plans by function and attributes.
// Recursive functions work: a plan is made when it is first called, not when its caller is made.
class FunctionRuntime {
 public:
  // `device` must outlive it.
  FunctionRuntime(std::shared_ptr<FunctionLibrary> library, const Registry* registry,
                  Device* device);
  ~FunctionRuntime();

  const FunctionLibrary& library() const { return *library_; }
  const std::shared_ptr<FunctionLibrary>& shared_library() const { return library_; }
  const Registry* registry() const { return registry_; }
  // NOT_FOUND for an unknown function.
  absl::StatusOr<std::shared_ptr<const Plan>> GetPlan(const FunctionRef& function);

 private:
  struct Cache;
  std::shared_ptr<FunctionLibrary> library_;
  const Registry* registry_;
  Device* device_;
  std::unique_ptr<Cache> cache_;
};

}  // namespace millrace

#endif  // MILLRACE_CORE_RUNTIME_PLAN_H_
