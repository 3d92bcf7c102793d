#include "python/native/py_func.h"

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "core/base/cancellation.h"
#include "core/base/mutex.h"
#include "core/base/own_thread.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/runtime/step.h"
#include "python/native/call_python.h"

namespace millrace::python {
namespace {

// Functions of which a gradient was made, by their tokens: their calls keep what it needs.
class Differentiated {
 public:
  void Add(const std::string& token) {
    MutexLock lock(&mu_);
    tokens_.insert(token);
  }
  bool Contains(const std::string& token) {
    MutexLock lock(&mu_);
    return tokens_.contains(token);
  }

 private:
  Mutex mu_;
  absl::flat_hash_set<std::string> tokens_ ABSL_GUARDED_BY(mu_);
};

Differentiated& differentiated() {
  static auto* tokens = new Differentiated;
  return *tokens;
}

// The schema guarantees the attribute. (AttrMap::Get for strings is not exported.)
std::string TokenOf(const AttrMap& attrs) {
  const Attr* token = attrs.Find("token");
  const std::string* text = token == nullptr ? nullptr : token->get<std::string>();
  return text == nullptr ? "" : *text;
}

// One call of a kernel. Answered once, by the function or by the step's cancellation; what the
// function gives after that is dropped.
struct PendingCall {
  KernelContext* context;
  AsyncKernel::Done done;
  PythonCall call;
  Cancellation* cancellation;
  int64_t cancel_id = -1;
  std::atomic<bool> answered{false};

  bool Claim() { return !answered.exchange(true, std::memory_order_acq_rel); }
};

void Run(PendingCall& pending) {
  if (pending.answered.load(std::memory_order_acquire)) return;
  absl::StatusOr<std::vector<Tensor>> results = CallPython(std::move(pending.call));
  if (!pending.Claim()) return;
  if (pending.cancellation != nullptr) pending.cancellation->Deregister(pending.cancel_id);
  if (results.ok()) {
    for (size_t i = 0; i < results->size(); ++i) {
      pending.context->set_output(static_cast<int>(i), std::move((*results)[i]));
    }
  }
  pending.done(results.status());
}

template <bool kEager>
class CallPythonKernel final : public AsyncKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    for (int i = 0; i < c.num_outputs(); ++i) output_types_.push_back(c.output_type(i));
    token_ = TokenOf(c.attrs());
    return absl::OkStatus();
  }
  void ComputeAsync(KernelContext& c, Done done) override {
    auto pending = std::make_shared<PendingCall>();
    pending->context = &c;
    pending->done = std::move(done);
    pending->call.token = token_;
    pending->call.eager = kEager;
    pending->call.keep_tape = kEager && differentiated().Contains(token_);
    pending->call.output_types = output_types_;
    for (int i = 0; i < c.num_inputs(); ++i) pending->call.inputs.push_back(c.take_input(i));
    pending->cancellation = c.step().cancellation;
    if (pending->cancellation != nullptr) {
      pending->cancel_id = pending->cancellation->Register([pending] {
        if (pending->Claim()) pending->done(pending->cancellation->status());
      });
      if (pending->cancel_id < 0) return pending->done(pending->cancellation->status());
    }
    RunOnOwnThread([pending = std::move(pending)] { Run(*pending); });
  }

 private:
  std::string token_;
  std::vector<DType> output_types_;
};

bool CarriesGradient(DType t) { return IsFloating(t) || IsComplex(t); }

// By the function "TOKEN/gradient" of inputs, outputs and gradients of those outputs that can have
// one: it gives those of the inputs that can have one.
absl::StatusOr<Gradients> EagerPyFuncGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const std::string token = TokenOf(op.attrs());
  differentiated().Add(token);
  Outputs inputs = op.inputs();
  inputs.insert(inputs.end(), op.outputs().begin(), op.outputs().end());
  for (int i = 0; i < op.num_outputs(); ++i) {
    if (!CarriesGradient(b.dtype(op.output(i)))) continue;
    inputs.push_back(dy[i].valid() ? Output(dy[i]) : b.ZerosLike(op.output(i)));
  }
  std::vector<DType> types;
  for (const Output& x : op.inputs()) {
    if (CarriesGradient(b.dtype(x))) types.push_back(b.dtype(x));
  }
  const Outputs found =
      b.Op("EagerPyFunc", inputs, {{"token", absl::StrCat(token, "/gradient")}, {"Tout", types}});
  Gradients dx(op.num_inputs());
  if (!b.ok()) return dx;
  auto next = found.begin();
  for (int i = 0; i < op.num_inputs(); ++i) {
    if (CarriesGradient(b.dtype(op.input(i)))) dx[i] = *next++;
  }
  return dx;
}

Op PyFuncOp(absl::string_view name) {
  return std::move(Op(name)
                       .Input("input: Tin")
                       .Output("output: Tout")
                       .Attr("token: string")
                       .MayWait()
                       .Shape(UnknownOutputs));
}

}  // namespace

absl::Status RegisterPyFuncs(Registry& r) {
  constexpr absl::string_view kDoc =
      "What the Python function of this token gives for the inputs as arrays.";
  for (const bool stateful : {true, false}) {
    Op op = PyFuncOp(stateful ? "PyFunc" : "PyFuncStateless");
    op.Attr("Tin: list(type) >= 0").Attr("Tout: list(type) >= 0").Doc(kDoc).NotDifferentiable();
    if (stateful) op.Stateful();
    MR_RETURN_IF_ERROR(r.Add(op.Cpu<CallPythonKernel<false>>()));
  }
  Op op = PyFuncOp("EagerPyFunc");
  return r.Add(op.Attr("is_async: bool = false")
                   .Attr("Tin: list(type) >= 0")
                   .Attr("Tout: list(type) >= 0")
                   .Stateful()
                   .Doc("What the Python function of this token gives for the inputs as tensors.")
                   .Gradient(EagerPyFuncGradient)
                   .Cpu<CallPythonKernel<true>>());
}

}  // namespace millrace::python
