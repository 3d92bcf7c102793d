// A run on as many threads as pays: each node starts when its last predecessor is done. Whoever
// finishes a node takes what has become ready; expensive kernels beyond the first go to the compute
// pool.
#include <utility>

#include "absl/container/inlined_vector.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/runtime/deliver.h"
#include "core/runtime/plan_impl.h"
#include "core/runtime/stats.h"
#include "core/runtime/worker.h"

namespace millrace {

// An asynchronous kernel between its start and its end. Holds one of the frame's `active`.
struct AsyncCall {
  // Whoever comes second, the starter with kReturned or the kernel with kDone, goes on with the
  // node.
  enum State : int { kStarted, kReturned, kDone };

  AsyncCall(Frame* f, int32_t node, int64_t start)
      : frame(f),
        id(node),
        start_ns(start),
        context(ContextOf(*f->plan, f->plan->nodes[node], f->step, f->slots.get())) {}

  Frame* const frame;
  const int32_t id;
  const int64_t start_ns;
  KernelContext context;
  std::atomic<int> state{kStarted};
  absl::Status status;
};

namespace {

using Ready = absl::InlinedVector<int32_t, 64>;

void Fail(Frame& frame, int32_t id, const absl::Status& status) {
  const absl::Status error = frame.plan->NodeError(id, status, *frame.step);
  {
    MutexLock lock(&frame.mu);
    if (!frame.status.ok()) return;
    frame.status = error;
  }
  frame.failed.store(true, std::memory_order_release);
  AbortStep(frame.step, error);
}

// True once nothing new is to be started.
bool Stopped(Frame& frame) {
  if (frame.failed.load(std::memory_order_acquire)) return true;
  const Cancellation* cancellation = frame.step->cancellation;
  if (cancellation == nullptr || !cancellation->IsCancelled()) return false;
  MutexLock lock(&frame.mu);
  if (frame.status.ok()) frame.status = cancellation->status();
  frame.failed.store(true, std::memory_order_release);
  return true;
}

// Gives back the frame and tells the caller. The plan may be gone afterwards.
void Complete(Frame* f) {
  std::unique_ptr<Frame> frame(f);
  const PlanImpl& plan = *frame->plan;
  Plan::Done done = std::move(frame->done);
  frame->done = nullptr;
  absl::Status status;
  {
    MutexLock lock(&frame->mu);
    std::swap(status, frame->status);
  }
  std::vector<Tensor> results;
  if (status.ok()) {
    results = frame->TakeResults();
  } else {
    frame->Clear();
  }
  if (frame->timed) plan.costs.EndMeasuredRun(plan);
  plan.frames.Return(std::move(frame));
  if (status.ok()) {
    done(std::move(results));
  } else {
    done(std::move(status));
  }
}

// No kernel is active any more, but for what a device still has in its queue.
void Finish(Frame* frame) {
  if (frame->plan->on_host || frame->step->function_depth > 0) {
    Complete(frame);
    return;
  }
  frame->plan->device->Sync([frame](absl::Status status) {
    if (!status.ok()) {
      const absl::Status error = Annotate(status, frame->plan->device->full_name());
      {
        MutexLock lock(&frame->mu);
        if (frame->status.ok()) frame->status = error;
      }
      AbortStep(frame->step, error);
    }
    Complete(frame);
  });
}

void Release(Frame* frame) {
  if (frame->active.fetch_sub(1, std::memory_order_acq_rel) == 1) Finish(frame);
}

void Work(Frame* frame, Ready& ready);

void Schedule(Frame* frame, int32_t id) {
  frame->active.fetch_add(1, std::memory_order_relaxed);
  frame->plan->device->pool()->Schedule([frame, id] {
    Ready ready{id};
    Work(frame, ready);
  });
}

// Adds the successors for which this was the last predecessor.
void NodeDone(Frame& frame, const PlanNode& node, Ready& ready) {
  const PlanImpl& plan = *frame.plan;
  int32_t kept = -1;
  const int32_t* successor = plan.successors.data() + node.first_successor;
  for (const int32_t* end = successor + node.num_successors; successor != end; ++successor) {
    const PlanNode& next = plan.nodes[*successor];
    if (next.join >= 0 && frame.joins[next.join].fetch_sub(1, std::memory_order_acq_rel) != 1) {
      continue;
    }
    if (next.cheap || !plan.costs.expensive(*successor)) {
      ready.push_back(*successor);
    } else if (kept < 0) {
      kept = *successor;
    } else {
      Schedule(&frame, *successor);
    }
  }
  if (kept < 0) return;
  if (ready.empty()) {
    ready.push_back(kept);
  } else {
    Schedule(&frame, kept);
  }
}

void FinishNode(Frame& frame, int32_t id, absl::Status status, int64_t start_ns, Ready& ready) {
  const PlanImpl& plan = *frame.plan;
  const PlanNode& node = plan.nodes[id];
  Tensor* const slots = frame.slots.get();
  if (status.ok()) status = CheckOutputs(node, slots);
  if (ABSL_PREDICT_FALSE(!status.ok())) {
    Fail(frame, id, status);
    return;
  }
  if (start_ns != 0) RecordTime(plan, id, frame.step, start_ns);
  DeliverOutputs(plan, node, slots);
  ClearInputs(node, slots);
  NodeDone(frame, node, ready);
}

void AsyncDone(AsyncCall* call, absl::Status status) {
  call->status = std::move(status);
  if (call->state.exchange(AsyncCall::kDone, std::memory_order_acq_rel) == AsyncCall::kStarted) {
    return;  // ComputeAsync has not returned yet: StartAsync goes on
  }
  Worker* worker = Worker::Current();
  if (worker != nullptr && worker->step_id() == call->frame->step->step_id) {
    worker->Defer(call);
  } else {
    ResumeElsewhere(call);
  }
}

void StartAsync(Frame& frame, int32_t id, int64_t start_ns, Ready& ready) {
  const PlanNode& node = frame.plan->nodes[id];
  AsyncCall* call = new AsyncCall(&frame, id, start_ns);
  frame.active.fetch_add(1, std::memory_order_relaxed);
  node.async->ComputeAsync(call->context,
                           [call](absl::Status status) { AsyncDone(call, std::move(status)); });
  if (call->state.exchange(AsyncCall::kReturned, std::memory_order_acq_rel) ==
      AsyncCall::kStarted) {
    return;
  }
  std::unique_ptr<AsyncCall> finished(call);
  frame.active.fetch_sub(1, std::memory_order_relaxed);  // the caller holds another one
  FinishNode(frame, id, std::move(finished->status), start_ns, ready);
}

void RunNode(Frame& frame, int32_t id, Ready& ready) {
  const PlanImpl& plan = *frame.plan;
  const PlanNode& node = plan.nodes[id];
  if (node.kernel == nullptr) {
    NodeDone(frame, node, ready);
    return;
  }
  if (Stopped(frame)) return;
  const int64_t start_ns = frame.timed ? StatsCollector::NowNanos() : 0;
  if (node.async != nullptr) {
    StartAsync(frame, id, start_ns, ready);
  } else {
    absl::Status status = LaunchNode(plan, node, frame.step, frame.slots.get());
    FinishNode(frame, id, std::move(status), start_ns, ready);
  }
}

void Drain(Frame* frame, Ready& ready, Worker& worker) {
  while (!ready.empty()) {
    const int32_t id = ready.back();
    ready.pop_back();
    RunNode(*frame, id, ready);
    if (worker.has_deferred() && !ready.empty()) worker.HandOver();
  }
  Release(frame);
}

// Runs `ready` and what follows from it on this thread. Takes over one of the frame's `active`.
void Work(Frame* frame, Ready& ready) {
  Worker worker(frame->step->step_id);
  Drain(frame, ready, worker);
  while (worker.has_deferred()) {
    std::unique_ptr<AsyncCall> call(worker.PopDeferred());
    Frame* next = call->frame;
    FinishNode(*next, call->id, std::move(call->status), call->start_ns, ready);
    call.reset();
    Drain(next, ready, worker);
  }
}

}  // namespace

thread_local Worker* Worker::current_ = nullptr;

void ResumeAsync(AsyncCall* c) {
  std::unique_ptr<AsyncCall> call(c);
  Frame* frame = call->frame;
  Ready ready;
  {
    Worker worker(frame->step->step_id);
    FinishNode(*frame, call->id, std::move(call->status), call->start_ns, ready);
    worker.HandOver();
  }
  call.reset();
  Work(frame, ready);
}

void ResumeElsewhere(AsyncCall* call) {
  call->frame->plan->device->pool()->Schedule([call] { ResumeAsync(call); });
}

void RunInParallel(const PlanImpl& plan, StepContext* step, std::vector<Tensor> args,
                   Plan::Done done) {
  std::unique_ptr<Frame> frame = plan.frames.Take(plan);
  frame->step = step;
  frame->done = std::move(done);
  frame->timed = plan.costs.BeginRun() || step->stats != nullptr;
  frame->failed.store(false, std::memory_order_relaxed);
  frame->active.store(1, std::memory_order_relaxed);
  for (size_t i = 0; i < plan.join_counts.size(); ++i) {
    frame->joins[i].store(plan.join_counts[i], std::memory_order_relaxed);
  }
  frame->LoadArgs(args);
  args.clear();
  Ready ready(plan.roots.rbegin(), plan.roots.rend());
  Work(frame.release(), ready);
}

}  // namespace millrace
