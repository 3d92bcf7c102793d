#include "core/runtime/plan.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/notification.h"
#include "core/runtime/frame_graph.h"
#include "core/runtime/plan_builder.h"
#include "core/runtime/plan_impl.h"

namespace millrace {

absl::StatusOr<std::shared_ptr<Kernel>> KernelCache::GetOrMake(absl::string_view key, Make make) {
  {
    MutexLock lock(&mu_);
    const auto found = kernels_.find(key);
    if (found != kernels_.end()) return found->second;
  }
  // Outside the lock: a kernel's Init may take its time.
  absl::StatusOr<std::shared_ptr<Kernel>> made = make();
  if (!made.ok()) return made.status();
  MutexLock lock(&mu_);
  return kernels_.try_emplace(std::string(key), *std::move(made)).first->second;
}

PlanImpl::PlanImpl() = default;

PlanImpl::~PlanImpl() = default;

Plan::Plan(std::unique_ptr<PlanImpl> impl) : impl_(std::move(impl)) {}

Plan::~Plan() = default;

absl::StatusOr<std::shared_ptr<const Plan>> Plan::Create(std::unique_ptr<Graph> graph,
                                                         Device* device, FunctionRuntime* functions,
                                                         KernelCache* kernels) {
  absl::StatusOr<std::unique_ptr<PlanImpl>> impl =
      BuildPlan(std::move(graph), device, functions, kernels);
  if (!impl.ok()) return impl.status();
  return std::shared_ptr<const Plan>(new Plan(*std::move(impl)));
}

int Plan::num_args() const { return impl_->num_args; }

int Plan::num_results() const { return impl_->num_results; }

Device* Plan::device() const { return impl_->device; }

const std::string& Plan::DebugName() const { return impl_->name; }

namespace {

absl::Status CheckArgs(const PlanImpl& plan, const std::vector<Tensor>& args) {
  if (static_cast<int>(args.size()) < plan.num_args) {
    return absl::InvalidArgumentError(absl::StrCat(plan.name, " takes ", plan.num_args,
                                                   " arguments, but ", args.size(), " are given"));
  }
  for (const ArgSlot& arg : plan.args) {
    const DType type = args[arg.index].dtype();
    if (type == arg.type) continue;
    return absl::InvalidArgumentError(absl::StrCat("Argument ", arg.index, " of ", plan.name,
                                                   " must be ", DTypeName(arg.type), ", but is ",
                                                   DTypeName(type)));
  }
  return absl::OkStatus();
}

}  // namespace

void Plan::RunAsync(StepContext* step, std::vector<Tensor> args, Done done) const {
  if (absl::Status status = CheckArgs(*impl_, args); !status.ok()) {
    done(std::move(status));
  } else if (impl_->sequential()) {
    done(RunSequentially(*impl_, step, std::move(args)));
  } else if (impl_->frame_graph != nullptr) {
    RunFrames(*impl_, step, std::move(args), std::move(done));
  } else {
    RunInParallel(*impl_, step, std::move(args), std::move(done));
  }
}

absl::StatusOr<std::vector<Tensor>> Plan::Run(StepContext* step, std::vector<Tensor> args) const {
  if (absl::Status status = CheckArgs(*impl_, args); !status.ok()) return status;
  if (impl_->sequential()) {
    return RunSequentially(*impl_, step, std::move(args));
  }
  absl::StatusOr<std::vector<Tensor>> results;
  Notification finished;
  RunAsync(step, std::move(args), [&](absl::StatusOr<std::vector<Tensor>> r) {
    results = std::move(r);
    finished.Notify();
  });
  finished.WaitForNotification();
  return results;
}

}  // namespace millrace
