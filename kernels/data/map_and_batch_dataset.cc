// MapAndBatchDataset: a function applied to each element, and its results stacked.
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/data/batching.h"
#include "kernels/data/function_dataset.h"

namespace millrace {
namespace {

struct MapAndBatchOptions {
  int64_t batch_size = 1;
  bool drop_remainder = false;
  bool keeps_cardinality = false;
};

class MapAndBatchIterator final : public DatasetIterator {
 public:
  MapAndBatchIterator(std::unique_ptr<DatasetIterator> input, const BoundFunction& function,
                      const IteratorContext& context, const MapAndBatchOptions& options)
      : input_(std::move(input)),
        function_(function),
        cancellation_(context.cancellation),
        options_(options) {}
  // An error costs its batch; the next begins where it would have begun without.
  NextResult Next() override {
    NextResult result;
    std::vector<Element> elements;
    int64_t taken = 0;
    for (; !ended_ && taken < options_.batch_size; ++taken) {
      NextResult next = input_->Next();
      ended_ = next.end;
      if (ended_) break;
      const absl::StatusOr<Element> mapped =
          next.status.ok() ? function_.Call(std::move(next.element), cancellation_)
                           : absl::StatusOr<Element>(next.status);
      if (mapped.ok()) {
        elements.push_back(*mapped);
      } else if (result.status.ok()) {
        result.status = FunctionError(mapped.status());
      }
      if (cancellation_ != nullptr && cancellation_->IsCancelled())
        return {cancellation_->status()};
    }
    if (!result.status.ok()) return result;
    result.end = taken == 0 || (options_.drop_remainder && taken < options_.batch_size);
    if (result.end) return result;
    absl::StatusOr<Element> batch = StackElements(std::move(elements));
    if (!batch.ok()) return {batch.status()};
    result.element = *std::move(batch);
    return result;
  }

 private:
  const std::unique_ptr<DatasetIterator> input_;
  const BoundFunction function_;
  Cancellation* const cancellation_;
  const MapAndBatchOptions options_;
  bool ended_ = false;
};

class MapAndBatchDatasetImpl final : public Dataset {
 public:
  MapAndBatchDatasetImpl(DatasetPtr input, BoundFunction function, MapAndBatchOptions options)
      : input_(std::move(input)), function_(std::move(function)), options_(options) {}
  absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext& context) const override {
    MR_ASSIGN_OR_RETURN(auto input, input_->MakeIterator(context));
    return std::make_unique<MapAndBatchIterator>(std::move(input), function_, context, options_);
  }
  int64_t Cardinality() const override {
    if (!options_.keeps_cardinality) return kUnknownCardinality;
    return BatchCardinality(input_->Cardinality(), options_.batch_size, options_.drop_remainder);
  }

 private:
  const DatasetPtr input_;
  const BoundFunction function_;
  const MapAndBatchOptions options_;
};

// (input_dataset, other_arguments..., batch_size, num_parallel_calls, drop_remainder)
class MapAndBatchKernel final : public DatasetKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::vector<DType> captured;
    MR_RETURN_IF_ERROR(c.GetAttr("Targuments", &captured));
    num_captured_ = captured.size();
    MR_RETURN_IF_ERROR(c.GetAttr("preserve_cardinality", &keeps_cardinality_));
    MR_ASSIGN_OR_RETURN(function_, CapturedFunction::Create(c, "f"));
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(DatasetPtr input, DatasetFrom(c.input(0)));
    MR_ASSIGN_OR_RETURN(Element captured, OwnedInputs(c, 1));
    captured.resize(num_captured_);
    const int at = 1 + static_cast<int>(num_captured_);
    MapAndBatchOptions options;
    options.keeps_cardinality = keeps_cardinality_;
    MR_ASSIGN_OR_RETURN(options.batch_size, BatchSizeInput(c, at));
    MR_ASSIGN_OR_RETURN(const int64_t calls, Int64Input(c, at + 1, "num_parallel_calls"));
    if (calls <= 0 && calls != -1) {
      return absl::InvalidArgumentError(
          absl::StrCat("num_parallel_calls must be greater than zero, got ", calls));
    }
    MR_ASSIGN_OR_RETURN(options.drop_remainder, BoolInput(c, at + 2, "drop_remainder"));
    return std::make_shared<MapAndBatchDatasetImpl>(
        std::move(input), BoundFunction{function_, std::move(captured)}, options);
  }

  size_t num_captured_;
  bool keeps_cardinality_ = false;
  std::shared_ptr<const CapturedFunction> function_;
};

}  // namespace

absl::Status RegisterMapAndBatchDataset(Registry& r) {
  return r.Add(Op("MapAndBatchDataset")
                   .Input("input_dataset: variant")
                   .Input("other_arguments: Targuments")
                   .Input("batch_size: int64")
                   .Input("num_parallel_calls: int64")
                   .Input("drop_remainder: bool")
                   .Output("handle: variant")
                   .Attr("f: func")
                   .Attr("Targuments: list(type) >= 0")
                   .Attr("output_types: list(type) >= 1")
                   .Attr("output_shapes: list(shape) >= 1")
                   .Attr("preserve_cardinality: bool = false")
                   .Attr("metadata: string = ''")
                   .Doc("f(element, other_arguments) for each element, each batch_size results "
                        "stacked; always in order.")
                   .Shape(ScalarOutputs)
                   .NotDifferentiable()
                   .Cpu<MapAndBatchKernel>());
}

}  // namespace millrace
