// While, StatelessWhile: a function again and again, as long as another is true.
#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/function_gradients.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "kernels/control_flow/function_call.h"

namespace millrace {
namespace {

// One loop under way. It belongs to whoever makes it advance, and deletes itself at its end.
class Loop {
 public:
  Loop(const Plan* cond, const Plan* body, KernelContext& c, AsyncKernel::Done done)
      : cond_(cond), body_(body), context_(c), step_(&c.step()), done_(std::move(done)) {
    step_.get()->frame = FrameInside(c.step().frame, c.step().iteration);
    step_.get()->iteration = 0;
    vars_.reserve(c.num_inputs());
    for (int i = 0; i < c.num_inputs(); ++i) vars_.push_back(c.take_input(i));
  }

  // Runs cond, body, cond, ... until the loop is over or a call has to wait. A call that is over at
  // once is no deeper on the stack than one that is not.
  void Advance() {
    for (;;) {
      if (absl::Status status = BeforeCall(); !status.ok()) return Finish(std::move(status));
      const bool in_body = in_body_;
      both_.store(false, std::memory_order_relaxed);
      (in_body ? body_ : cond_)
          ->RunAsync(step_.get(), in_body ? std::move(vars_) : vars_,
                     [this](absl::StatusOr<std::vector<Tensor>> results) {
                       results_ = std::move(results);
                       // The second of the two, the caller and the callee, goes on.
                       if (both_.exchange(true, std::memory_order_acq_rel) && TakeResults()) {
                         Advance();
                       }
                     });
      if (!both_.exchange(true, std::memory_order_acq_rel) || !TakeResults()) return;
    }
  }

 private:
  absl::Status BeforeCall() {
    const Cancellation* cancellation = step_.get()->cancellation;
    if (cancellation != nullptr && cancellation->IsCancelled()) return cancellation->status();
    return step_.CheckDepth();
  }

  // False if the loop was over, and is gone.
  bool TakeResults() {
    if (!results_.ok()) return Finish(results_.status()), false;
    if (in_body_) {
      if (static_cast<int>(results_->size()) != context_.num_outputs()) {
        return Finish(absl::InvalidArgumentError(
                   absl::StrCat("the body returned ", results_->size(), " values, expected ",
                                context_.num_outputs()))),
               false;
      }
      vars_ = *std::move(results_);
      in_body_ = false;
      ++step_.get()->iteration;
      return true;
    }
    if (results_->empty()) return Finish(absl::InternalError("cond gave no result")), false;
    absl::StatusOr<bool> condition = IsTrue((*results_)[0]);
    if (!condition.ok()) return Finish(condition.status()), false;
    if (!*condition) return Finish(SetOutputs(std::move(vars_), context_)), false;
    in_body_ = true;
    return true;
  }

  void Finish(absl::Status status) {
    AsyncKernel::Done done = std::move(done_);
    delete this;
    done(std::move(status));
  }

  const Plan* const cond_;
  const Plan* const body_;
  KernelContext& context_;
  CalleeStep step_;
  AsyncKernel::Done done_;
  std::vector<Tensor> vars_;
  bool in_body_ = false;
  absl::StatusOr<std::vector<Tensor>> results_;
  std::atomic<bool> both_{false};
};

class WhileKernel final : public AsyncKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    FunctionRef cond, body;
    MR_RETURN_IF_ERROR(c.GetAttr("cond", &cond));
    MR_RETURN_IF_ERROR(c.GetAttr("body", &body));
    MR_RETURN_IF_ERROR(cond_.Init(c, std::move(cond)));
    return body_.Init(c, std::move(body));
  }
  void ComputeAsync(KernelContext& c, Done done) override {
    const absl::StatusOr<const Plan*> cond = cond_.plan();
    if (!cond.ok()) return done(cond.status());
    const absl::StatusOr<const Plan*> body = body_.plan();
    if (!body.ok()) return done(body.status());
    (new Loop(*cond, *body, c, std::move(done)))->Advance();
  }

 private:
  Callee cond_, body_;
};

// A loop hands handles on, so what is behind them is known.
absl::Status WhileShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(ShapesFromOutputShapes(c));
  for (int i = 0; i < c.num_outputs() && i < c.num_inputs(); ++i) {
    if (c.output_type(i) != DType::kResource) continue;
    c.set_output(i, c.input(i));
    if (const HandleData* handle = c.input_handle(i)) c.set_output_handle(i, *handle);
  }
  return absl::OkStatus();
}

Op WhileOp(absl::string_view name) {
  Op op(name);
  op.Input("input: T")
      .Output("output: T")
      .Attr("T: list(type) >= 0")
      .Attr("cond: func")
      .Attr("body: func")
      .Attr("output_shapes: list(shape) = []")
      .Attr("parallel_iterations: int = 10")
      .Doc(
          "`body` applied to `input`, then to its own results, and so on, as long as `cond` of "
          "them is true; the last results.\n"
          "cond: a function from tensors of types `T` to a condition as that of If.")
      .Shape(WhileShape)
      .Gradient(WhileGradient)
      .MayWait()
      .Cpu<WhileKernel>();
  return op;
}

}  // namespace

absl::Status RegisterWhile(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(WhileOp("StatelessWhile")));
  return r.Add(WhileOp("While").Stateful());
}

}  // namespace millrace
