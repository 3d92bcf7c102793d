// A run of a graph with frames: values live in FrameState, under one lock; kernels run outside of
// it.
#include <atomic>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/out_of_memory.h"
#include "core/base/thread_pool.h"
#include "core/runtime/deliver.h"
#include "core/runtime/frame_state.h"
#include "core/runtime/plan_impl.h"
#include "core/runtime/stats.h"
#include "core/runtime/worker.h"

namespace millrace {
namespace {

using ReadyList = std::vector<FrameState::Ready>;

// Deletes itself at its end.
class FrameRun {
 public:
  FrameRun(const PlanImpl& plan, StepContext* step, std::vector<Tensor> args, Plan::Done done)
      : plan_(plan),
        graph_(*plan.frame_graph),
        step_(step),
        timed_(plan.costs.BeginRun() || step->stats != nullptr),
        args_(std::move(args)),
        done_(std::move(done)),
        state_(graph_, step),
        results_(plan.num_results) {}

  void Start() {
    ReadyList ready;
    {
      MutexLock lock(&mu_);
      state_.Start(&ready);
    }
    Work(std::move(ready));
  }

 private:
  // A kernel's call and what belongs to it.
  struct Call {
    FrameState::Ready node;
    std::vector<Tensor> outputs;
    int64_t start_ns = 0;
    // Of asynchronous ones.
    std::unique_ptr<KernelContext> context;
    absl::Status status;
    std::atomic<bool> both{false};  // the starter has returned, or the kernel has finished
  };

  KernelContext ContextOf(const FrameState::Ready& node, std::vector<Tensor>& outputs) {
    const PlanNode& statics = plan_.nodes[node.node];
    Tensor* inputs;
    StepContext* step;
    {
      MutexLock lock(&mu_);
      inputs = state_.Inputs(node);
      step = state_.Step(node);
    }
    KernelContext context(
        plan_.device, step, absl::MakeSpan(inputs, static_cast<size_t>(statics.num_inputs)),
        absl::MakeSpan(outputs), absl::MakeConstSpan(statics.output_types, outputs.size()));
    context.set_dead(node.dead);
    return context;
  }

  // Runs what is ready and what follows from it. Takes over one of `active_`.
  void Work(ReadyList ready) {
    Worker worker(step_->step_id);
    while (!ready.empty()) {
      const FrameState::Ready node = ready.back();
      ready.pop_back();
      RunNode(node, &ready);
      worker.HandOver();
    }
    if (active_.fetch_sub(1, std::memory_order_acq_rel) == 1) Finish();
  }

  void Finish() {
    std::unique_ptr<FrameRun> self(this);
    Plan::Done done = std::move(done_);
    absl::Status status;
    std::vector<Tensor> results;
    {
      MutexLock lock(&mu_);
      status = status_;
      results = std::move(results_);
    }
    self.reset();
    if (status.ok()) {
      done(std::move(results));
    } else {
      done(std::move(status));
    }
  }

  void Fail(const FrameState::Ready& node, const absl::Status& status) {
    const absl::Status error = plan_.NodeError(node.node, status, *step_);
    {
      MutexLock lock(&mu_);
      if (!status_.ok()) return;
      status_ = error;
    }
    failed_.store(true, std::memory_order_release);
    AbortStep(step_, error);
  }

  bool Stopped() {
    if (failed_.load(std::memory_order_acquire)) return true;
    const Cancellation* cancellation = step_->cancellation;
    if (cancellation == nullptr || !cancellation->IsCancelled()) return false;
    MutexLock lock(&mu_);
    if (status_.ok()) status_ = cancellation->status();
    failed_.store(true, std::memory_order_release);
    return true;
  }

  void RunNode(const FrameState::Ready& node, ReadyList* ready) {
    if (Stopped()) return;
    const PlanNode& statics = plan_.nodes[node.node];
    const FrameNode::Kind kind = graph_.nodes[node.node].kind;
    std::vector<Tensor> outputs(statics.num_outputs);
    if (kind == FrameNode::kArg) {
      outputs[0] = args_[graph_.nodes[node.node].index];
    } else if (kind == FrameNode::kResult) {
      if (absl::Status status = TakeResult(node); !status.ok()) return Fail(node, status);
    } else if (statics.kernel != nullptr && (!node.dead || kind == FrameNode::kSend)) {
      const int64_t start_ns = timed_ ? StatsCollector::NowNanos() : 0;
      if (statics.async != nullptr) {
        StartAsync(node, std::move(outputs), start_ns, ready);
        return;
      }
      KernelContext context = ContextOf(node, outputs);
      absl::Status status = OrOutOfMemory([&] { return statics.kernel->Compute(context); });
      if (status.ok()) status = Check(node, outputs, context.is_dead());
      if (!status.ok()) return Fail(node, status);
      if (start_ns != 0) RecordTime(plan_, node.node, step_, start_ns);
    }
    NodeDone(node, std::move(outputs), ready);
  }

  // What a node has not set must be an output that may be dead.
  absl::Status Check(const FrameState::Ready& node, const std::vector<Tensor>& outputs,
                     bool dead) const {
    const PlanNode& statics = plan_.nodes[node.node];
    const bool may_be_unset = dead || graph_.nodes[node.node].kind == FrameNode::kSwitch;
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (outputs[i].dtype() == statics.output_types[i]) continue;
      if (!outputs[i].initialized() && may_be_unset) continue;
      return OutputError(statics, outputs.data());
    }
    return absl::OkStatus();
  }

  absl::Status TakeResult(const FrameState::Ready& node) {
    const int32_t index = graph_.nodes[node.node].index;
    if (node.dead) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Result ", index, " has no value: it comes from a branch that was not taken"));
    }
    MutexLock lock(&mu_);
    results_[index] = std::move(*state_.Inputs(node));
    return absl::OkStatus();
  }

  void StartAsync(const FrameState::Ready& node, std::vector<Tensor> outputs, int64_t start_ns,
                  ReadyList* ready) {
    Call* call = new Call;
    call->node = node;
    call->outputs = std::move(outputs);
    call->start_ns = start_ns;
    call->context = std::make_unique<KernelContext>(ContextOf(node, call->outputs));
    active_.fetch_add(1, std::memory_order_relaxed);
    plan_.nodes[node.node].async->ComputeAsync(*call->context, [this, call](absl::Status status) {
      call->status = std::move(status);
      // The second of the two goes on; the starter does it without a detour.
      if (!call->both.exchange(true, std::memory_order_acq_rel)) return;
      plan_.device->pool()->Schedule([this, call] {
        ReadyList ready;
        FinishAsync(call, &ready);
        Work(std::move(ready));
      });
    });
    if (!call->both.exchange(true, std::memory_order_acq_rel)) return;
    active_.fetch_sub(1, std::memory_order_relaxed);  // the caller holds another one
    FinishAsync(call, ready);
  }

  void FinishAsync(Call* c, ReadyList* ready) {
    std::unique_ptr<Call> call(c);
    absl::Status status = call->status;
    if (status.ok()) status = Check(call->node, call->outputs, call->context->is_dead());
    if (!status.ok()) return Fail(call->node, status);
    if (call->start_ns != 0) RecordTime(plan_, call->node.node, step_, call->start_ns);
    FrameState::Ready node = call->node;
    node.dead = call->context->is_dead();
    NodeDone(node, std::move(call->outputs), ready);
  }

  void NodeDone(const FrameState::Ready& node, std::vector<Tensor> outputs, ReadyList* ready) {
    ReadyList next;
    {
      MutexLock lock(&mu_);
      state_.Done(node, std::move(outputs), &next);
    }
    bool kept = !ready->empty();
    for (FrameState::Ready& r : next) {
      const bool expensive = !r.dead && plan_.nodes[r.node].kernel != nullptr &&
                             !plan_.nodes[r.node].cheap && plan_.costs.expensive(r.node);
      if (expensive && kept) {
        active_.fetch_add(1, std::memory_order_relaxed);
        plan_.device->pool()->Schedule([this, r] { Work({r}); });
      } else {
        kept = kept || expensive;
        ready->push_back(r);
      }
    }
  }

  const PlanImpl& plan_;
  const FrameGraph& graph_;
  StepContext* const step_;
  const bool timed_;
  const std::vector<Tensor> args_;
  Plan::Done done_;
  std::atomic<int64_t> active_{1};  // threads at work, and asynchronous kernels under way
  std::atomic<bool> failed_{false};

  Mutex mu_;
  FrameState state_ ABSL_GUARDED_BY(mu_);
  absl::Status status_ ABSL_GUARDED_BY(mu_);
  std::vector<Tensor> results_ ABSL_GUARDED_BY(mu_);
};

}  // namespace

void RunFrames(const PlanImpl& plan, StepContext* step, std::vector<Tensor> args, Plan::Done done) {
  (new FrameRun(plan, step, std::move(args), std::move(done)))->Start();
}

}  // namespace millrace
