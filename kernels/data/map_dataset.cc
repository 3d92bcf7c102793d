// MapDataset, FilterDataset, TakeWhileDataset and their parallel forms: a function applied to each
// element.
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/data/function_dataset.h"

namespace millrace {
namespace {

class MapIterator final : public DatasetIterator {
 public:
  MapIterator(std::unique_ptr<DatasetIterator> input, const BoundFunction& function,
              const IteratorContext& context)
      : input_(std::move(input)), function_(function), cancellation_(context.cancellation) {}
  NextResult Next() override {
    NextResult next = input_->Next();
    if (!next.status.ok() || next.end) return next;
    absl::StatusOr<Element> mapped = function_.Call(std::move(next.element), cancellation_);
    if (!mapped.ok()) return {FunctionError(mapped.status())};
    next.element = *std::move(mapped);
    return next;
  }

 private:
  const std::unique_ptr<DatasetIterator> input_;
  const BoundFunction function_;
  Cancellation* const cancellation_;
};

// The elements for which the function is true: all of them, or those before the first that is not.
template <bool kStopAtFirst>
class FilterIterator final : public DatasetIterator {
 public:
  FilterIterator(std::unique_ptr<DatasetIterator> input, const BoundFunction& function,
                 const IteratorContext& context)
      : input_(std::move(input)), function_(function), cancellation_(context.cancellation) {}
  NextResult Next() override {
    NextResult next;
    next.end = ended_;
    while (!ended_) {
      next = input_->Next();
      if (!next.status.ok() || next.end) return next;
      const absl::StatusOr<Element> results = function_.Call(next.element, cancellation_);
      if (!results.ok()) return {FunctionError(results.status())};
      const absl::StatusOr<bool> keep = PredicateResult(*results);
      if (!keep.ok()) return {keep.status()};
      if (*keep) return next;
      ended_ = kStopAtFirst;
    }
    next = NextResult();
    next.end = true;
    return next;
  }

 private:
  const std::unique_ptr<DatasetIterator> input_;
  const BoundFunction function_;
  Cancellation* const cancellation_;
  bool ended_ = false;
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
                               .Cpu<FunctionDatasetKernel<MapIterator>>()));
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
                .Cpu<FunctionDatasetKernel<MapIterator>>()));
  MR_RETURN_IF_ERROR(r.Add(Op("ParallelMapDataset")
                               .Input("input_dataset: variant")
                               .Input("other_arguments: Targuments")
                               .Input("num_parallel_calls: int32")
                               .Output("handle: variant")
                               .Attr("f: func")
                               .Attr("Targuments: list(type) >= 0")
                               .Attr("output_types: list(type) >= 1")
                               .Attr("output_shapes: list(shape) >= 1")
                               .Attr("use_inter_op_parallelism: bool = true")
                               .Attr("sloppy: bool = false")
                               .Attr("preserve_cardinality: bool = false")
                               .Attr("metadata: string = ''")
                               .Doc("f(element, other_arguments) for each element, in order; the "
                                    "calls share the compute threads, one call at a time.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<FunctionDatasetKernel<MapIterator>>()));
  MR_RETURN_IF_ERROR(r.Add(
      Op("ParallelFilterDataset")
          .Input("input_dataset: variant")
          .Input("other_arguments: Targuments")
          .Input("num_parallel_calls: int64")
          .Output("handle: variant")
          .Attr("predicate: func")
          .Attr("deterministic: string = 'default'")
          .Attr("Targuments: list(type) >= 0")
          .Attr("output_types: list(type) >= 1")
          .Attr("output_shapes: list(shape) >= 1")
          .Attr("metadata: string = ''")
          .Doc("The elements for which predicate(element, other_arguments) is true, in order.")
          .Shape(ScalarOutputs)
          .NotDifferentiable()
          .Cpu<FunctionDatasetKernel<FilterIterator<false>>>()));
  MR_RETURN_IF_ERROR(r.Add(Op("TakeWhileDataset")
                               .Input("input_dataset: variant")
                               .Input("other_arguments: Targuments")
                               .Output("handle: variant")
                               .Attr("predicate: func")
                               .Attr("Targuments: list(type) >= 0")
                               .Attr("output_types: list(type) >= 1")
                               .Attr("output_shapes: list(shape) >= 1")
                               .Attr("metadata: string = ''")
                               .Doc("The elements before the first for which predicate(element, "
                                    "other_arguments) is false.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<FunctionDatasetKernel<FilterIterator<true>>>()));
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
                   .Cpu<FunctionDatasetKernel<FilterIterator<false>>>());
}

}  // namespace millrace
