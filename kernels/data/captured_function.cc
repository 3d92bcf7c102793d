#include "kernels/data/captured_function.h"

#include "absl/strings/str_cat.h"
#include "core/base/random_id.h"
#include "core/base/status.h"
#include "core/runtime/rendezvous.h"
#include "core/runtime/step.h"

namespace millrace {

absl::StatusOr<std::shared_ptr<const CapturedFunction>> CapturedFunction::Create(
    KernelConstruction& c, absl::string_view attr) {
  FunctionRef function;
  MR_RETURN_IF_ERROR(c.GetAttr(attr, &function));
  if (c.functions() == nullptr) {
    return absl::FailedPreconditionError(
        absl::StrCat("function '", function.name, "' cannot be called here"));
  }
  const FunctionRuntime& parent = *c.functions();
  MR_RETURN_IF_ERROR(parent.library().Lookup(function.name).status());
  auto runtime =
      std::make_shared<FunctionRuntime>(parent.shared_library(), parent.registry(), c.device());
  return std::shared_ptr<const CapturedFunction>(
      new CapturedFunction(std::move(runtime), std::move(function)));
}

absl::StatusOr<Element> CapturedFunction::Call(Element args, const Element& captured,
                                               Cancellation* cancellation) const {
  MR_ASSIGN_OR_RETURN(const std::shared_ptr<const Plan> plan, runtime_->GetPlan(function_));
  for (const Tensor& t : captured) args.push_back(t);
  Cancellation call(cancellation);
  LocalRendezvous rendezvous;
  StepContext step;
  step.step_id = RandomId();
  step.rendezvous = &rendezvous;
  step.cancellation = &call;
  return plan->Run(&step, std::move(args));
}

}  // namespace millrace
