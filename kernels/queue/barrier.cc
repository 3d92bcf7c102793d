// Barrier and its ops. A reference to a barrier holds a handle at run time.
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/runtime/named_resource.h"
#include "core/runtime/step.h"
#include "kernels/array/int_args.h"
#include "kernels/array/stack_tensors.h"
#include "kernels/queue/barrier_resource.h"

namespace millrace {
namespace {

class BarrierKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    int64_t capacity;
    MR_RETURN_IF_ERROR(barrier_.Init(c));
    MR_RETURN_IF_ERROR(c.GetAttr("component_types", &options_.dtypes));
    MR_RETURN_IF_ERROR(c.GetAttr("shapes", &options_.shapes));
    MR_RETURN_IF_ERROR(c.GetAttr("capacity", &capacity));
    options_.name = barrier_.name();
    if (capacity != -1) {
      return absl::InvalidArgumentError(
          absl::StrCat("Barrier only accepts capacity=-1, not ", capacity,
                       ". Feed the inputs to your Barrier through a queue to limit it."));
    }
    if (options_.shapes.size() != options_.dtypes.size())
      return absl::InvalidArgumentError("shapes must have one entry a component");
    for (const PartialShape& shape : options_.shapes) {
      if (!shape.fully_defined()) {
        return absl::InvalidArgumentError(absl::StrCat(
            "the shapes of a barrier's components must be known, not ", shape.ToString()));
      }
    }
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto barrier, barrier_.Output(c, [&] {
      return std::make_shared<BarrierResource>(options_);
    }));
    const BarrierOptions& found = barrier->options();
    if (found.dtypes == options_.dtypes && found.shapes == options_.shapes) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("shared barrier '", options_.name,
                                                   "' has components of other types or shapes"));
  }

 private:
  BarrierOptions options_;
  NamedResource<BarrierResource> barrier_;
};

class BarrierInsertManyKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    return c.GetAttr("component_index", &component_);
  }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto barrier, c.resource<BarrierResource>(0));
    return barrier->InsertMany(component_, c.input(1), c.input(2));
  }

 private:
  int64_t component_ = 0;
};

class BarrierTakeManyKernel final : public AsyncKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    return c.GetAttr("allow_small_batch", &allow_small_);
  }

  void ComputeAsync(KernelContext& c, Done done) override {
    absl::StatusOr<std::shared_ptr<BarrierResource>> barrier = c.resource<BarrierResource>(0);
    if (!barrier.ok()) return done(barrier.status());
    const absl::StatusOr<int64_t> n = Count(c, (*barrier)->options());
    if (!n.ok()) return done(n.status());
    auto taken = std::make_shared<BarrierResource::Taken>();
    BarrierResource* b = barrier->get();
    b->TakeMany(static_cast<size_t>(*n), allow_small_, c.step().cancellation, taken.get(),
                [&c, taken, barrier = *std::move(barrier),
                 done = std::move(done)](absl::Status status) mutable {
                  done(status.ok() ? SetOutputs(c, barrier->options(), std::move(*taken))
                                   : std::move(status));
                });
  }

 private:
  static absl::StatusOr<int64_t> Count(KernelContext& c, const BarrierOptions& o) {
    bool fits = static_cast<size_t>(c.num_outputs()) == 2 + o.dtypes.size();
    for (size_t i = 0; fits && i < o.dtypes.size(); ++i)
      fits = c.output_type(static_cast<int>(2 + i)) == o.dtypes[i];
    if (!fits) {
      return absl::InvalidArgumentError(absl::StrCat("the components of barrier '", o.name,
                                                     "' have other types than those asked for"));
    }
    if (c.input(1).rank() != 0)
      return absl::InvalidArgumentError(
          absl::StrCat("num_elements must be a scalar, not ", c.input(1).shape().ToString()));
    MR_ASSIGN_OR_RETURN(const int64_t n, IntArg(c.input(1), "num_elements"));
    if (n < 0) return absl::InvalidArgumentError(absl::StrCat("num_elements ", n, " < 0"));
    return n;
  }

  static absl::Status SetOutputs(KernelContext& c, const BarrierOptions& o,
                                 BarrierResource::Taken taken) {
    const auto n = static_cast<int64_t>(taken.size());
    Tensor *orders, *keys;
    MR_RETURN_IF_ERROR(c.allocate_output(0, Shape({n}), &orders));
    MR_RETURN_IF_ERROR(c.allocate_output(1, Shape({n}), &keys));
    for (int64_t k = 0; k < n; ++k) {
      orders->mutable_data<int64_t>()[k] = taken[k].first.first;
      keys->mutable_data<std::string>()[k] = std::move(taken[k].second.key);
    }
    for (size_t i = 0; i < o.dtypes.size(); ++i) {
      std::vector<Tensor> rows;
      for (auto& [order, element] : taken) rows.push_back(std::move(element.components[i]));
      absl::StatusOr<Tensor> stacked = rows.empty() ? NoRows(o, i) : StackTensors(rows);
      if (!stacked.ok()) return stacked.status();
      c.set_output(static_cast<int>(2 + i), *std::move(stacked));
    }
    return absl::OkStatus();
  }

  static absl::StatusOr<Tensor> NoRows(const BarrierOptions& o, size_t i) {
    DimVector dims = {0};
    dims.insert(dims.end(), o.shapes[i].dims().begin(), o.shapes[i].dims().end());
    return Tensor::CreateZeros(o.dtypes[i], Shape(dims));
  }

  bool allow_small_ = false;
};

class BarrierCloseKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    return c.GetAttr("cancel_pending_enqueues", &cancel_pending_);
  }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto barrier, c.resource<BarrierResource>(0));
    return barrier->Shut(cancel_pending_);
  }

 private:
  bool cancel_pending_ = false;
};

template <bool kReady>
class BarrierSizeKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto barrier, c.resource<BarrierResource>(0));
    const size_t size = kReady ? barrier->ready_size() : barrier->incomplete_size();
    c.set_output(0, Tensor::Scalar<int32_t>(static_cast<int32_t>(size)));
    return absl::OkStatus();
  }
};

}  // namespace

absl::Status RegisterBarrier(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("Barrier")
                               .Output("handle: Ref(string)")
                               .Attr("component_types: list(type) >= 1")
                               .Attr("shapes: list(shape) >= 0 = []")
                               .Attr("capacity: int = -1")
                               .Attr("container: string = ''")
                               .Attr("shared_name: string = ''")
                               .Stateful()
                               .Doc("A barrier: tuples put together by key; those that are whole "
                                    "are taken in the order in which their keys came.")
                               .Shape(UnknownOutputs)
                               .NotDifferentiable()
                               .Cpu<BarrierKernel>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("BarrierInsertMany")
                .Input("handle: Ref(string)")
                .Input("keys: string")
                .Input("values: T")
                .Attr("T: type")
                .Attr("component_index: int")
                .Doc("The rows of `values` as component component_index of the tuples of `keys`.")
                .Shape(NoOutputs)
                .NotDifferentiable()
                .Cpu<BarrierInsertManyKernel>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("BarrierTakeMany")
                .Input("handle: Ref(string)")
                .Input("num_elements: int32")
                .Output("indices: int64")
                .Output("keys: string")
                .Output("values: component_types")
                .Attr("component_types: list(type) >= 1")
                .Attr("allow_small_batch: bool = false")
                .Attr("wait_for_incomplete: bool = false")
                .Attr("timeout_ms: int = -1")
                .MayWait()
                .Doc("Takes so many whole tuples, stacked; waits for them. OUT_OF_RANGE when the "
                     "barrier is closed and they cannot come, but for small batches, of what is "
                     "left.\nindices: numbers that rise in the order of the keys; those that were "
                     "inserted at once have one. wait_for_incomplete has no effect.")
                .Shape(UnknownOutputs)
                .NotDifferentiable()
                .Cpu<BarrierTakeManyKernel>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("BarrierClose")
                .Input("handle: Ref(string)")
                .Attr("cancel_pending_enqueues: bool = false")
                .Doc("No new keys may be added, or, if pending ones are cancelled, nothing at all.")
                .Shape(NoOutputs)
                .NotDifferentiable()
                .Cpu<BarrierCloseKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("BarrierReadySize")
                               .Input("handle: Ref(string)")
                               .Output("size: int32")
                               .Doc("How many tuples are whole.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<BarrierSizeKernel<true>>()));
  return r.Add(Op("BarrierIncompleteSize")
                   .Input("handle: Ref(string)")
                   .Output("size: int32")
                   .Doc("How many tuples lack components.")
                   .Shape(ScalarOutputs)
                   .NotDifferentiable()
                   .Cpu<BarrierSizeKernel<false>>());
}

}  // namespace millrace
