// OptionsDataset, ModelDataset and their kin: datasets that advise how to run their input and leave
// its elements as they are. AssertCardinalityDataset and IgnoreErrorsDataset, which do not.
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/data/dataset.h"

namespace millrace {
namespace {

class SameDatasetKernel final : public DatasetKernel {
  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override { return DatasetFrom(c.input(0)); }
};

class CheckCountIterator final : public DatasetIterator {
 public:
  CheckCountIterator(std::unique_ptr<DatasetIterator> input, int64_t count)
      : input_(std::move(input)), count_(count) {}
  NextResult Next() override {
    NextResult next = input_->Next();
    if (!next.status.ok()) return next;
    if (!next.end && ++seen_ > count_ && count_ >= 0) {
      return {absl::FailedPreconditionError(absl::StrCat("Input dataset was expected to contain ",
                                                         count_, " elements but contained more."))};
    }
    if (next.end && seen_ != count_) {
      return {absl::FailedPreconditionError(absl::StrCat(
          "Input dataset was expected to contain ", count_ < 0 ? "infinitely many" : "",
          count_ < 0 ? "" : absl::StrCat(count_), " elements but contained only ", seen_, "."))};
    }
    return next;
  }

 private:
  const std::unique_ptr<DatasetIterator> input_;
  const int64_t count_;  // negative: without end
  int64_t seen_ = 0;
};

// Passes over elements that could not be made.
class IgnoreErrorsIterator final : public DatasetIterator {
 public:
  IgnoreErrorsIterator(std::unique_ptr<DatasetIterator> input, Cancellation* cancellation)
      : input_(std::move(input)), cancellation_(cancellation) {}
  NextResult Next() override {
    for (;;) {
      NextResult next = input_->Next();
      if (next.status.ok()) return next;
      if (cancellation_ != nullptr && cancellation_->IsCancelled()) return next;
    }
  }

 private:
  const std::unique_ptr<DatasetIterator> input_;
  Cancellation* const cancellation_;
};

class CheckCountDataset final : public Dataset {
 public:
  CheckCountDataset(DatasetPtr input, int64_t count) : input_(std::move(input)), count_(count) {}
  absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext& context) const override {
    MR_ASSIGN_OR_RETURN(auto input, input_->MakeIterator(context));
    return std::make_unique<CheckCountIterator>(std::move(input), count_);
  }
  int64_t Cardinality() const override { return count_ < 0 ? kInfiniteCardinality : count_; }

 private:
  const DatasetPtr input_;
  const int64_t count_;
};

class IgnoreErrorsDatasetImpl final : public Dataset {
 public:
  explicit IgnoreErrorsDatasetImpl(DatasetPtr input) : input_(std::move(input)) {}
  absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext& context) const override {
    MR_ASSIGN_OR_RETURN(auto input, input_->MakeIterator(context));
    return std::make_unique<IgnoreErrorsIterator>(std::move(input), context.cancellation);
  }

 private:
  const DatasetPtr input_;
};

class CheckCountKernel final : public DatasetKernel {
  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(DatasetPtr input, DatasetFrom(c.input(0)));
    MR_ASSIGN_OR_RETURN(const int64_t count, Int64Input(c, 1, "cardinality"));
    return std::make_shared<CheckCountDataset>(std::move(input), count);
  }
};

class IgnoreErrorsKernel final : public DatasetKernel {
  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(DatasetPtr input, DatasetFrom(c.input(0)));
    return std::make_shared<IgnoreErrorsDatasetImpl>(std::move(input));
  }
};

}  // namespace

absl::Status RegisterAdviceDatasets(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("OptionsDataset")
                .Input("input_dataset: variant")
                .Output("handle: variant")
                .Attr("serialized_options: string")
                .Attr("output_types: list(type) >= 1")
                .Attr("output_shapes: list(shape) >= 1")
                .Attr("metadata: string = ''")
                .Doc("The input; what the options ask for holds here anyway or is advice only.")
                .Shape(ScalarOutputs)
                .NotDifferentiable()
                .Cpu<SameDatasetKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("ModelDataset")
                               .Input("input_dataset: variant")
                               .Output("handle: variant")
                               .Attr("algorithm: int = 0")
                               .Attr("cpu_budget: int = 0")
                               .Attr("ram_budget: int = 0")
                               .Attr("output_types: list(type) >= 1")
                               .Attr("output_shapes: list(shape) >= 1")
                               .Doc("The input; tuning is advice only.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<SameDatasetKernel>()));
  for (const bool by_kind : {false, true}) {
    Op op(by_kind ? "OptimizeDatasetV2" : "OptimizeDataset");
    op.Input("input_dataset: variant");
    if (by_kind) {
      op.Input("optimizations_enabled: string")
          .Input("optimizations_disabled: string")
          .Input("optimizations_default: string");
    } else {
      op.Input("optimizations: string");
    }
    op.Output("handle: variant")
        .Attr("output_types: list(type) >= 1")
        .Attr("output_shapes: list(shape) >= 1")
        .Attr("optimization_configs: list(string) = []")
        .Doc("The input; optimisations are advice only.")
        .Shape(ScalarOutputs)
        .NotDifferentiable()
        .Cpu<SameDatasetKernel>();
    MR_RETURN_IF_ERROR(r.Add(op));
  }
  for (const char* name : {"LatencyStatsDataset", "BytesProducedStatsDataset"}) {
    MR_RETURN_IF_ERROR(r.Add(Op(name)
                                 .Input("input_dataset: variant")
                                 .Input("tag: string")
                                 .Output("handle: variant")
                                 .Attr("output_types: list(type) >= 1")
                                 .Attr("output_shapes: list(shape) >= 1")
                                 .Doc("The input; nothing is measured.")
                                 .Shape(ScalarOutputs)
                                 .NotDifferentiable()
                                 .Cpu<SameDatasetKernel>()));
  }
  MR_RETURN_IF_ERROR(r.Add(Op("FinalizeDataset")
                               .Input("input_dataset: variant")
                               .Output("handle: variant")
                               .Attr("has_captured_ref: bool = false")
                               .Attr("output_types: list(type) >= 1")
                               .Attr("output_shapes: list(shape) >= 1")
                               .Doc("The input.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<SameDatasetKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("MaxIntraOpParallelismDataset")
                               .Input("input_dataset: variant")
                               .Input("max_intra_op_parallelism: int64")
                               .Output("handle: variant")
                               .Attr("output_types: list(type) >= 1")
                               .Attr("output_shapes: list(shape) >= 1")
                               .Doc("The input; the number is advice only.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<SameDatasetKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("PrivateThreadPoolDataset")
                               .Input("input_dataset: variant")
                               .Input("num_threads: int64")
                               .Output("handle: variant")
                               .Attr("output_types: list(type) >= 1")
                               .Attr("output_shapes: list(shape) >= 1")
                               .Doc("The input; the number is advice only.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<SameDatasetKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("NonSerializableDataset")
                               .Input("input_dataset: variant")
                               .Output("handle: variant")
                               .Attr("output_types: list(type) >= 1")
                               .Attr("output_shapes: list(shape) >= 1")
                               .Doc("The input.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<SameDatasetKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("WrapDatasetVariant")
                               .Input("input_handle: variant")
                               .Output("output_handle: variant")
                               .Doc("The dataset.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<SameDatasetKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("UnwrapDatasetVariant")
                               .Input("input_handle: variant")
                               .Output("output_handle: variant")
                               .Doc("The dataset.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<SameDatasetKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("AssertCardinalityDataset")
                               .Input("input_dataset: variant")
                               .Input("cardinality: int64")
                               .Output("handle: variant")
                               .Attr("output_types: list(type) >= 1")
                               .Attr("output_shapes: list(shape) >= 1")
                               .Doc("The input; FAILED_PRECONDITION if it has not `cardinality` "
                                    "elements (-1: is not infinite).")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<CheckCountKernel>()));
  return r.Add(Op("IgnoreErrorsDataset")
                   .Input("input_dataset: variant")
                   .Output("handle: variant")
                   .Attr("output_types: list(type) >= 1")
                   .Attr("output_shapes: list(shape) >= 1")
                   .Attr("log_warning: bool = false")
                   .Doc("The elements of the input that are not errors.")
                   .Shape(ScalarOutputs)
                   .NotDifferentiable()
                   .Cpu<IgnoreErrorsKernel>());
}

}  // namespace millrace
