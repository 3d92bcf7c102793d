// MapDataset, ParallelMapDatasetV2, FilterDataset: a function applied to each element.
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/data/captured_function.h"
#include "kernels/data/dataset.h"

namespace millrace {
namespace {

using FunctionPtr = std::shared_ptr<const CapturedFunction>;

class MapIterator final : public DatasetIterator {
 public:
  MapIterator(std::unique_ptr<DatasetIterator> input, FunctionPtr function, const Element& captured,
              Cancellation* cancellation)
      : input_(std::move(input)),
        function_(std::move(function)),
        captured_(captured),
        cancellation_(cancellation) {}
  NextResult Next() override {
    NextResult next = input_->Next();
    if (!next.status.ok() || next.end) return next;
    absl::StatusOr<Element> mapped =
        function_->Call(std::move(next.element), captured_, cancellation_);
    if (!mapped.ok()) {
      // Only the input says when the sequence ends.
      if (absl::IsOutOfRange(mapped.status())) {
        return {absl::InvalidArgumentError(
            absl::StrCat("the function of Map: ", mapped.status().message()))};
      }
      return {mapped.status()};
    }
    next.element = *std::move(mapped);
    return next;
  }

 private:
  const std::unique_ptr<DatasetIterator> input_;
  const FunctionPtr function_;
  const Element captured_;
  Cancellation* const cancellation_;
};

class FilterIterator final : public DatasetIterator {
 public:
  FilterIterator(std::unique_ptr<DatasetIterator> input, FunctionPtr function,
                 const Element& captured, Cancellation* cancellation)
      : input_(std::move(input)),
        function_(std::move(function)),
        captured_(captured),
        cancellation_(cancellation) {}
  NextResult Next() override {
    for (;;) {
      NextResult next = input_->Next();
      if (!next.status.ok() || next.end) return next;
      const absl::StatusOr<Element> keep = function_->Call(next.element, captured_, cancellation_);
      if (!keep.ok()) return {keep.status()};
      if (keep->size() != 1 || (*keep)[0].dtype() != DType::kBool ||
          (*keep)[0].num_elements() != 1) {
        return {absl::InvalidArgumentError("Filter predicate must return a scalar bool")};
      }
      if ((*keep)[0].scalar<bool>()) return next;
    }
  }

 private:
  const std::unique_ptr<DatasetIterator> input_;
  const FunctionPtr function_;
  const Element captured_;
  Cancellation* const cancellation_;
};

template <typename Iterator>
class FunctionDataset final : public Dataset {
 public:
  FunctionDataset(DatasetPtr input, FunctionPtr function, Element captured)
      : input_(std::move(input)), function_(std::move(function)), captured_(std::move(captured)) {}
  absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext& context) const override {
    MR_ASSIGN_OR_RETURN(auto input, input_->MakeIterator(context));
    return std::make_unique<Iterator>(std::move(input), function_, captured_, context.cancellation);
  }

 private:
  const DatasetPtr input_;
  const FunctionPtr function_;
  const Element captured_;
};

// (input_dataset, other_arguments...): FilterDataset's function is called predicate, the others' f.
template <typename Iterator>
class FunctionKernel final : public DatasetKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::vector<DType> captured;
    MR_RETURN_IF_ERROR(c.GetAttr("Targuments", &captured));
    num_captured_ = captured.size();
    MR_ASSIGN_OR_RETURN(function_,
                        CapturedFunction::Create(c, c.attrs().Has("f") ? "f" : "predicate"));
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(DatasetPtr input, DatasetFrom(c.input(0)));
    MR_ASSIGN_OR_RETURN(Element captured, OwnedInputs(c, 1));
    captured.resize(num_captured_);  // what follows is num_parallel_calls
    return std::make_shared<FunctionDataset<Iterator>>(std::move(input), function_,
                                                       std::move(captured));
  }

  size_t num_captured_;
  FunctionPtr function_;
};

}  // namespace

absl::Status RegisterMapDataset(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("MapDataset")
                               .Input("input_dataset: variant")
                               .Input("other_arguments: Targuments")
                               .Output("handle: variant")
                               .Attr("f: func")
                               .Attr("Targuments: list(type) >= 0")
                               .Attr("output_types: list(type) >= 1")
                               .Attr("output_shapes: list(shape) >= 1")
                               .Attr("use_inter_op_parallelism: bool = true")
                               .Attr("preserve_cardinality: bool = false")
                               .Attr("force_synchronous: bool = false")
                               .Attr("metadata: string = ''")
                               .Doc("f(element, other_arguments) for each element.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<FunctionKernel<MapIterator>>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("ParallelMapDatasetV2")
                .Input("input_dataset: variant")
                .Input("other_arguments: Targuments")
                .Input("num_parallel_calls: int64")
                .Output("handle: variant")
                .Attr("f: func")
                .Attr("Targuments: list(type) >= 0")
                .Attr("output_types: list(type) >= 1")
                .Attr("output_shapes: list(shape) >= 1")
                .Attr("use_inter_op_parallelism: bool = true")
                .Attr("deterministic: string = 'default'")
                .Attr("preserve_cardinality: bool = false")
                .Attr("use_unbounded_threadpool: bool = false")
                .Attr("metadata: string = ''")
                .Doc("f(element, other_arguments) for each element, in order; the calls share "
                     "the compute threads, one call at a time.")
                .Shape(ScalarOutputs)
                .NotDifferentiable()
                .Cpu<FunctionKernel<MapIterator>>()));
  return r.Add(Op("FilterDataset")
                   .Input("input_dataset: variant")
                   .Input("other_arguments: Targuments")
                   .Output("handle: variant")
                   .Attr("predicate: func")
                   .Attr("Targuments: list(type) >= 0")
                   .Attr("output_types: list(type) >= 1")
                   .Attr("output_shapes: list(shape) >= 1")
                   .Attr("metadata: string = ''")
                   .Doc("The elements for which predicate(element, other_arguments) is true.")
                   .Shape(ScalarOutputs)
                   .NotDifferentiable()
                   .Cpu<FunctionKernel<FilterIterator>>());
}

}  // namespace millrace
