// Stage, Unstage, StagePeek, StageSize, StageClear: tuples of tensors handed from step to step,
// first in first out.
#include <deque>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/runtime/resource.h"
#include "core/runtime/step.h"
#include "kernels/array/int_args.h"
#include "kernels/queue/monitor.h"
#include "kernels/queue/staging_kernel.h"

namespace millrace {
namespace {

using Tuple = std::vector<Tensor>;

int64_t BytesOf(const Tuple& tuple) {
  size_t bytes = 0;
  for (const Tensor& t : tuple) bytes += t.total_bytes();
  return static_cast<int64_t>(bytes);
}

class StagingArea final : public Resource {
 public:
  static constexpr char kTypeName[] = "StagingArea";
  static const char* NameSuffix(absl::string_view /*op*/) { return ""; }
  absl::string_view type_name() const override { return kTypeName; }
  void Close() override { monitor.Close(); }

  struct State {
    std::deque<Tuple> tuples;
    int64_t bytes = 0;
  };
  Monitor<State> monitor;
};

using StageKernel = StagingKernel<StagingArea>;

class PutKernel final : public StageKernel {
  void Run(KernelContext& c, std::shared_ptr<StagingArea> area, Done done) override {
    auto tuple = std::make_shared<Tuple>();
    for (int i = 0; i < c.num_inputs(); ++i) {
      absl::StatusOr<Tensor> owned = c.input(i).Owned();
      if (!owned.ok()) return done(owned.status());
      tuple->push_back(*std::move(owned));
    }
    const int64_t bytes = BytesOf(*tuple);
    if (memory_limit_ > 0 && bytes > memory_limit_) {
      return done(absl::ResourceExhaustedError(absl::StrCat(
          "Attempted to insert tensors with combined size of '", bytes,
          "' bytes into a staging area with a memory limit of '", memory_limit_, "'.")));
    }
    StagingArea* a = area.get();
    a->monitor.Submit(
        c.step().cancellation,
        [this, tuple, bytes](StagingArea::State& s) -> std::optional<absl::Status> {
          if (capacity_ > 0 && static_cast<int64_t>(s.tuples.size()) >= capacity_)
            return std::nullopt;
          if (memory_limit_ > 0 && s.bytes + bytes > memory_limit_) return std::nullopt;
          s.tuples.push_back(std::move(*tuple));
          s.bytes += bytes;
          return absl::OkStatus();
        },
        [area = std::move(area), done = std::move(done)](absl::Status status) mutable {
          done(std::move(status));
        });
  }
};

absl::Status SetOutputs(KernelContext& c, Tuple tuple) {
  if (static_cast<int>(tuple.size()) != c.num_outputs()) {
    return absl::InvalidArgumentError(
        absl::StrCat("Mismatch stage/unstage: ", tuple.size(), " vs. ", c.num_outputs()));
  }
  for (int i = 0; i < c.num_outputs(); ++i) {
    if (tuple[i].dtype() != c.output_type(i)) {
      return absl::InvalidArgumentError(absl::StrCat("component ", i, " is ",
                                                     DTypeName(tuple[i].dtype()), ", not ",
                                                     DTypeName(c.output_type(i))));
    }
    c.set_output(i, std::move(tuple[i]));
  }
  return absl::OkStatus();
}

// Waits for a tuple: the first, which it takes, or that at the index, which stays.
template <bool kPeek>
class UnstageKernel final : public StageKernel {
  void Run(KernelContext& c, std::shared_ptr<StagingArea> area, Done done) override {
    int64_t index = 0;
    if (kPeek) {
      const absl::StatusOr<int64_t> given = IntArg(c.input(0), "index");
      if (!given.ok()) return done(given.status());
      index = *given;
      if (index < 0) return done(absl::InvalidArgumentError(absl::StrCat("index ", index, " < 0")));
    }
    auto tuple = std::make_shared<Tuple>();
    StagingArea* a = area.get();
    a->monitor.Submit(
        c.step().cancellation,
        [tuple, index](StagingArea::State& s) -> std::optional<absl::Status> {
          if (static_cast<int64_t>(s.tuples.size()) <= index) return std::nullopt;
          if (kPeek) {
            *tuple = s.tuples[static_cast<size_t>(index)];
            return absl::OkStatus();
          }
          *tuple = std::move(s.tuples.front());
          s.tuples.pop_front();
          s.bytes -= BytesOf(*tuple);
          return absl::OkStatus();
        },
        [&c, tuple, area = std::move(area), done = std::move(done)](absl::Status status) mutable {
          done(status.ok() ? SetOutputs(c, std::move(*tuple)) : std::move(status));
        });
  }
};

class StageSizeKernel final : public StageKernel {
  void Run(KernelContext& c, std::shared_ptr<StagingArea> area, Done done) override {
    const auto size = area->monitor.Change([](auto& s) { return s.tuples.size(); });
    c.set_output(0, Tensor::Scalar<int32_t>(static_cast<int32_t>(size)));
    done(absl::OkStatus());
  }
};

class StageClearKernel final : public StageKernel {
  void Run(KernelContext& c, std::shared_ptr<StagingArea> area, Done done) override {
    // The tuples end after the lock is released.
    const std::deque<Tuple> gone = area->monitor.Change([](auto& s) {
      s.bytes = 0;
      return std::move(s.tuples);
    });
    done(absl::OkStatus());
  }
};

}  // namespace

absl::Status RegisterStage(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("Stage")
                .Input("values: dtypes")
                .Attr("capacity: int >= 0 = 0")
                .Attr("memory_limit: int >= 0 = 0")
                .Attr("dtypes: list(type) >= 1")
                .Attr("container: string = ''")
                .Attr("shared_name: string = ''")
                .Stateful()
                .MayWait()
                .Doc("Adds a tuple of tensors to a staging area; waits while it is full.")
                .Shape(NoOutputs)
                .NotDifferentiable()
                .Cpu<PutKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("Unstage")
                               .Output("values: dtypes")
                               .Attr("capacity: int >= 0 = 0")
                               .Attr("memory_limit: int >= 0 = 0")
                               .Attr("dtypes: list(type) >= 1")
                               .Attr("container: string = ''")
                               .Attr("shared_name: string = ''")
                               .Stateful()
                               .MayWait()
                               .Doc("Takes the oldest tuple of a staging area; waits for one.")
                               .Shape(UnknownOutputs)
                               .NotDifferentiable()
                               .Cpu<UnstageKernel<false>>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("StagePeek")
                .Input("index: int32")
                .Output("values: dtypes")
                .Attr("capacity: int >= 0 = 0")
                .Attr("memory_limit: int >= 0 = 0")
                .Attr("dtypes: list(type) >= 1")
                .Attr("container: string = ''")
                .Attr("shared_name: string = ''")
                .Stateful()
                .MayWait()
                .Doc("The tuple at `index` of a staging area, which keeps it; waits for it.")
                .Shape(UnknownOutputs)
                .NotDifferentiable()
                .Cpu<UnstageKernel<true>>()));
  MR_RETURN_IF_ERROR(r.Add(Op("StageSize")
                               .Output("size: int32")
                               .Attr("capacity: int >= 0 = 0")
                               .Attr("memory_limit: int >= 0 = 0")
                               .Attr("dtypes: list(type)")
                               .Attr("container: string = ''")
                               .Attr("shared_name: string = ''")
                               .Stateful()
                               .Doc("How many tuples a staging area holds.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<StageSizeKernel>()));
  return r.Add(Op("StageClear")
                   .Attr("capacity: int >= 0 = 0")
                   .Attr("memory_limit: int >= 0 = 0")
                   .Attr("dtypes: list(type)")
                   .Attr("container: string = ''")
                   .Attr("shared_name: string = ''")
                   .Stateful()
                   .Doc("Removes all tuples of a staging area.")
                   .Shape(NoOutputs)
                   .NotDifferentiable()
                   .Cpu<StageClearKernel>());
}

}  // namespace millrace
