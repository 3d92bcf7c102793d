#include "kernels/control_flow/function_call.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"

namespace millrace {
namespace {

// A call runs on its caller's stack, and returns on its callee's; every so many calls both go on a
// fresh one.
constexpr int kCallsOnOneStack = 32;

template <typename T>
bool NotZero(const Tensor& t) {
  return t.scalar<T>() != T(0);
}

// One call under way.
struct Call {
  Call(KernelContext& c, AsyncKernel::Done d) : context(c), step(&c.step()), done(std::move(d)) {}

  KernelContext& context;
  CalleeStep step;
  AsyncKernel::Done done;
};

void Run(const Plan* plan, std::vector<Tensor> args, std::unique_ptr<Call> call) {
  StepContext* const step = call->step.get();
  plan->RunAsync(step, std::move(args),
                 [call = std::move(call)](absl::StatusOr<std::vector<Tensor>> results) mutable {
                   absl::Status status = results.ok()
                                             ? SetOutputs(*std::move(results), call->context)
                                             : results.status();
                   AsyncKernel::Done done = std::move(call->done);
                   call.reset();  // it refers to the step, which `done` may end
                   done(std::move(status));
                 });
}

}  // namespace

absl::Status Callee::Init(KernelConstruction& c, FunctionRef function) {
  runtime_ = c.functions();
  function_ = std::move(function);
  if (runtime_ != nullptr) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("Function ", function_.name, " cannot be called here"));
}

absl::StatusOr<const Plan*> Callee::plan() {
  if (const Plan* plan = plan_.load(std::memory_order_acquire)) return plan;
  MR_ASSIGN_OR_RETURN(std::shared_ptr<const Plan> plan, runtime_->GetPlan(function_));
  plan_.store(plan.get(), std::memory_order_release);
  return plan.get();
}

CalleeStep::CalleeStep(StepContext* parent) : ChildStep(parent) { ++get()->function_depth; }

absl::Status CalleeStep::CheckDepth() const {
  if (get()->function_depth <= StepContext::kMaxFunctionDepth) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat("Function calls are nested more than ",
                                                   StepContext::kMaxFunctionDepth, " deep"));
}

void CallFunction(Callee* callee, KernelContext& c, int first_input, AsyncKernel::Done done) {
  absl::StatusOr<const Plan*> plan = callee->plan();
  if (!plan.ok()) return done(plan.status());
  auto call = std::make_unique<Call>(c, std::move(done));
  if (absl::Status deep = call->step.CheckDepth(); !deep.ok()) return call->done(std::move(deep));
  std::vector<Tensor> args;
  args.reserve(c.num_inputs() - first_input);
  for (int i = first_input; i < c.num_inputs(); ++i) args.push_back(c.take_input(i));
  if (call->step.get()->function_depth % kCallsOnOneStack != 0) {
    return Run(*plan, std::move(args), std::move(call));
  }
  ThreadPool* const pool = c.pool();
  call->done = [pool, done = std::move(call->done)](absl::Status status) mutable {
    pool->Schedule([done = std::move(done), status = std::move(status)]() mutable {
      done(std::move(status));
    });
  };
  pool->Schedule([plan = *plan, args = std::move(args), call = std::move(call)]() mutable {
    Run(plan, std::move(args), std::move(call));
  });
}

absl::Status SetOutputs(std::vector<Tensor> results, KernelContext& c) {
  if (results.size() < static_cast<size_t>(c.num_outputs())) {
    return absl::InternalError(
        absl::StrCat("A function gave ", results.size(), " results, not ", c.num_outputs()));
  }
  for (int i = 0; i < c.num_outputs(); ++i) c.set_output(i, std::move(results[i]));
  return absl::OkStatus();
}

absl::StatusOr<bool> IsTrue(const Tensor& condition) {
  if (condition.rank() > 0) return condition.num_elements() > 0;
  switch (condition.dtype()) {
    case DType::kBool:
      return condition.scalar<bool>();
    case DType::kFloat:
      return NotZero<float>(condition);
    case DType::kDouble:
      return NotZero<double>(condition);
    case DType::kInt8:
      return NotZero<int8_t>(condition);
    case DType::kInt16:
      return NotZero<int16_t>(condition);
    case DType::kInt32:
      return NotZero<int32_t>(condition);
    case DType::kInt64:
      return NotZero<int64_t>(condition);
    case DType::kUInt8:
      return NotZero<uint8_t>(condition);
    case DType::kUInt16:
      return NotZero<uint16_t>(condition);
    case DType::kString:
      return !condition.scalar<std::string>().empty();
    default:
      return absl::InvalidArgumentError(
          absl::StrCat(DTypeName(condition.dtype()), " cannot be converted to a boolean"));
  }
}

absl::Status ShapesFromOutputShapes(ShapeContext& c) {
  std::vector<PartialShape> shapes;
  MR_RETURN_IF_ERROR(c.GetAttr("output_shapes", &shapes));
  if (shapes.empty()) return absl::OkStatus();
  if (shapes.size() != static_cast<size_t>(c.num_outputs())) {
    return absl::InvalidArgumentError(absl::StrCat("output_shapes has ", shapes.size(),
                                                   " shapes, but there are ", c.num_outputs(),
                                                   " outputs"));
  }
  for (int i = 0; i < c.num_outputs(); ++i) c.set_output(i, shapes[i]);
  return absl::OkStatus();
}

}  // namespace millrace
