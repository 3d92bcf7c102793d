// MapDefun: a function of the rows of its arguments.
#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/array/stack_tensors.h"
#include "kernels/control_flow/function_call.h"

namespace millrace {
namespace {

// One call of the kernel: lanes that take the rows in turns. It ends with the last of them.
class RowCalls {
 public:
  using Results = std::vector<std::vector<Tensor>>;  // by row
  using Done = absl::AnyInvocable<void(absl::StatusOr<Results>)>;

  RowCalls(const Plan* plan, StepContext* step, std::vector<Tensor> sliced,
           std::vector<Tensor> captured, int64_t rows, Done done)
      : plan_(plan),
        step_(std::make_unique<CalleeStep>(step)),
        sliced_(std::move(sliced)),
        captured_(std::move(captured)),
        rows_(rows),
        done_(std::move(done)),
        results_(static_cast<size_t>(rows)) {}

  static void Start(std::unique_ptr<RowCalls> calls, ThreadPool* pool) {
    std::shared_ptr<RowCalls> shared = std::move(calls);
    const int64_t lanes = std::min<int64_t>(shared->rows_, pool->size());
    shared->lanes_ = lanes;
    for (int64_t i = 0; i < lanes; ++i) {
      pool->Schedule([shared] { std::make_shared<Lane>(shared)->Advance(); });
    }
  }

 private:
  // A call that is over at once is no deeper on the stack than one that is not.
  class Lane : public std::enable_shared_from_this<Lane> {
   public:
    explicit Lane(std::shared_ptr<RowCalls> calls) : calls_(std::move(calls)) {}

    void Advance() {
      for (;;) {
        const int64_t row = calls_->next_.fetch_add(1);
        if (row >= calls_->rows_ || calls_->failed_.load()) return calls_->EndLane();
        absl::StatusOr<std::vector<Tensor>> args = calls_->Row(row);
        if (!args.ok()) {
          calls_->Fail(args.status());
          continue;
        }
        both_.store(false, std::memory_order_relaxed);
        calls_->plan_->RunAsync(
            calls_->step_->get(), *std::move(args),
            [this, self = shared_from_this(), row](absl::StatusOr<std::vector<Tensor>> results) {
              if (results.ok()) {
                calls_->results_[static_cast<size_t>(row)] = *std::move(results);
              } else {
                calls_->Fail(results.status());
              }
              // The second of the two, the caller and the callee, goes on.
              if (both_.exchange(true, std::memory_order_acq_rel)) Advance();
            });
        if (!both_.exchange(true, std::memory_order_acq_rel)) return;
      }
    }

   private:
    const std::shared_ptr<RowCalls> calls_;
    std::atomic<bool> both_{false};
  };

  absl::StatusOr<std::vector<Tensor>> Row(int64_t row) const {
    MR_RETURN_IF_ERROR(step_->CheckDepth());
    std::vector<Tensor> args;
    for (const Tensor& t : sliced_) {
      Shape shape = t.shape();
      shape.RemoveDim(0);
      MR_ASSIGN_OR_RETURN(Tensor slice, t.Slice(row, row + 1).Reshaped(shape));
      args.push_back(std::move(slice));
    }
    args.insert(args.end(), captured_.begin(), captured_.end());
    return args;
  }

  void Fail(absl::Status status) {
    MutexLock lock(mu_);
    if (status_.ok()) status_ = std::move(status);
    failed_ = true;
  }

  void EndLane() {
    if (lanes_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    absl::Status status;
    {
      MutexLock lock(mu_);
      status = status_;
    }
    Done done = std::move(done_);
    step_.reset();  // it refers to the caller's step, which `done` may end
    if (status.ok()) {
      done(std::move(results_));
    } else {
      done(std::move(status));
    }
  }

  const Plan* const plan_;
  std::unique_ptr<CalleeStep> step_;
  const std::vector<Tensor> sliced_, captured_;
  const int64_t rows_;
  Done done_;
  Results results_;
  std::atomic<int64_t> next_{0}, lanes_{0};
  std::atomic<bool> failed_{false};
  Mutex mu_;
  absl::Status status_ ABSL_GUARDED_BY(mu_);
};

class MapDefunKernel final : public AsyncKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    FunctionRef f;
    std::vector<DType> arguments;
    MR_RETURN_IF_ERROR(c.GetAttr("f", &f));
    MR_RETURN_IF_ERROR(c.GetAttr("Targuments", &arguments));
    MR_RETURN_IF_ERROR(c.GetAttr("output_shapes", &shapes_));
    arguments_ = static_cast<int>(arguments.size());
    if (shapes_.size() != static_cast<size_t>(c.num_outputs()))
      return absl::InvalidArgumentError("output_shapes must have a shape an output");
    return callee_.Init(c, std::move(f));
  }

  void ComputeAsync(KernelContext& c, Done done) override {
    const absl::StatusOr<int64_t> rows = Rows(c);
    if (!rows.ok()) return done(rows.status());
    if (*rows == 0) return done(NoRows(c));
    const absl::StatusOr<const Plan*> plan = callee_.plan();
    if (!plan.ok()) return done(plan.status());
    std::vector<Tensor> sliced, captured;
    for (int i = 0; i < c.num_inputs(); ++i)
      (i < arguments_ ? sliced : captured).push_back(c.take_input(i));
    auto calls = std::make_unique<RowCalls>(
        *plan, &c.step(), std::move(sliced), std::move(captured), *rows,
        [this, &c, done = std::move(done)](absl::StatusOr<RowCalls::Results> rows) mutable {
          done(rows.ok() ? Stack(c, *std::move(rows)) : rows.status());
        });
    RowCalls::Start(std::move(calls), c.pool());
  }

 private:
  absl::StatusOr<int64_t> Rows(const KernelContext& c) const {
    for (int i = 0; i < arguments_; ++i) {
      if (c.input(i).rank() == 0) {
        return absl::InvalidArgumentError(
            absl::StrCat("All inputs must have at least rank 1. Input ", i, " has rank 0."));
      }
      if (c.input(i).dim(0) != c.input(0).dim(0)) {
        return absl::InvalidArgumentError(
            absl::StrCat("All inputs must have the same dimension 0. Input ", i,
                         " has leading dimension ", c.input(i).dim(0),
                         ", while all previous inputs have leading dimension ", c.input(0).dim(0)));
      }
    }
    return c.input(0).dim(0);
  }

  absl::Status NoRows(KernelContext& c) const {
    for (int i = 0; i < c.num_outputs(); ++i) {
      DimVector dims = {0};
      for (const int64_t d : shapes_[static_cast<size_t>(i)].dims())
        dims.push_back(std::max<int64_t>(0, d));
      MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create(dims));
      MR_ASSIGN_OR_RETURN(Tensor none, Tensor::CreateZeros(c.output_type(i), shape));
      c.set_output(i, std::move(none));
    }
    return absl::OkStatus();
  }

  absl::Status Stack(KernelContext& c, RowCalls::Results rows) const {
    for (int i = 0; i < c.num_outputs(); ++i) {
      const auto k = static_cast<size_t>(i);
      std::vector<Tensor> column;
      for (std::vector<Tensor>& row : rows) {
        if (row.size() != static_cast<size_t>(c.num_outputs()) ||
            row[k].dtype() != c.output_type(i)) {
          return absl::InvalidArgumentError(absl::StrCat(
              "the function's results are not of the types of the ", c.num_outputs(), " outputs"));
        }
        if (!shapes_[k].IsCompatibleWith(row[k].shape())) {
          return absl::InvalidArgumentError(
              absl::StrCat("output ", i, " of the function has shape ", row[k].shape().ToString(),
                           ", not ", shapes_[k].ToString()));
        }
        column.push_back(std::move(row[k]));
      }
      MR_ASSIGN_OR_RETURN(Tensor stacked, StackTensors(column));
      c.set_output(i, std::move(stacked));
    }
    return absl::OkStatus();
  }

  Callee callee_;
  int arguments_ = 0;
  std::vector<PartialShape> shapes_;
};

// The rows' shapes under their number, where it is known.
absl::Status MapDefunShape(ShapeContext& c) {
  std::vector<DType> arguments;
  std::vector<PartialShape> shapes;
  MR_RETURN_IF_ERROR(c.GetAttr("Targuments", &arguments));
  MR_RETURN_IF_ERROR(c.GetAttr("output_shapes", &shapes));
  if (shapes.size() != static_cast<size_t>(c.num_outputs()))
    return absl::InvalidArgumentError("`output_shapes` must be the same length as `output_types`");
  int64_t rows = PartialShape::kUnknownDim;
  for (int i = 0; i < static_cast<int>(arguments.size()); ++i) {
    MR_ASSIGN_OR_RETURN(const PartialShape in, c.WithRankAtLeast(i, 1));
    if (!in.known_rank()) continue;
    MR_ASSIGN_OR_RETURN(rows, ShapeContext::MergeDim(rows, in.dim(0)));
  }
  for (int i = 0; i < c.num_outputs(); ++i) {
    const PartialShape& shape = shapes[static_cast<size_t>(i)];
    if (!shape.known_rank()) continue;
    DimVector dims = {rows};
    dims.insert(dims.end(), shape.dims().begin(), shape.dims().end());
    MR_ASSIGN_OR_RETURN(PartialShape stacked, PartialShape::Create(dims));
    c.set_output(i, std::move(stacked));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterMapDefun(Registry& r) {
  return r.Add(Op("MapDefun")
                   .Input("arguments: Targuments")
                   .Input("captured_inputs: Tcaptured")
                   .Output("output: output_types")
                   .Attr("Targuments: list(type) >= 1")
                   .Attr("Tcaptured: list(type) >= 0 = []")
                   .Attr("output_types: list(type) >= 1")
                   .Attr("output_shapes: list(shape) >= 1")
                   .Attr("f: func")
                   .Attr("max_intra_op_parallelism: int = 1")
                   .Doc("`f` of each row of the arguments and of all of captured_inputs; its "
                        "results as rows.\noutput_shapes: those of a row.")
                   .Shape(MapDefunShape)
                   .NotDifferentiable()
                   .MayWait()
                   .Cpu<MapDefunKernel>());
}

}  // namespace millrace
