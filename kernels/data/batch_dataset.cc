// BatchDataset, BatchDatasetV2, ParallelBatchDataset: consecutive elements stacked.
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/data/batching.h"

namespace millrace {
namespace {

// (input_dataset, batch_size, [a number that only tunes], [drop_remainder])
class BatchKernel final : public DatasetKernel {
  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(DatasetPtr input, DatasetFrom(c.input(0)));
    MR_ASSIGN_OR_RETURN(const int64_t batch_size, BatchSizeInput(c, 1));
    bool drop_remainder = false;
    if (const int last = c.num_inputs() - 1; last > 1) {
      MR_ASSIGN_OR_RETURN(drop_remainder, BoolInput(c, last, "drop_remainder"));
    }
    return BatchesOf(std::move(input), batch_size, drop_remainder);
  }
};

}  // namespace

absl::Status RegisterBatchDataset(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("BatchDataset")
                .Input("input_dataset: variant")
                .Input("batch_size: int64")
                .Output("handle: variant")
                .Attr("output_types: list(type) >= 1")
                .Attr("output_shapes: list(shape) >= 1")
                .Attr("metadata: string = ''")
                .Doc("Each batch_size elements stacked; the last batch may be smaller.")
                .Shape(ScalarOutputs)
                .NotDifferentiable()
                .Cpu<BatchKernel>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("ParallelBatchDataset")
                .Input("input_dataset: variant")
                .Input("batch_size: int64")
                .Input("num_parallel_calls: int64")
                .Input("drop_remainder: bool")
                .Output("handle: variant")
                .Attr("parallel_copy: bool = false")
                .Attr("output_types: list(type) >= 1")
                .Attr("output_shapes: list(shape) >= 1")
                .Attr("deterministic: string = 'default'")
                .Attr("metadata: string = ''")
                .Doc("BatchDatasetV2; always in order, and num_parallel_calls is advice only.")
                .Shape(ScalarOutputs)
                .NotDifferentiable()
                .Cpu<BatchKernel>()));
  return r.Add(Op("BatchDatasetV2")
                   .Input("input_dataset: variant")
                   .Input("batch_size: int64")
                   .Input("drop_remainder: bool")
                   .Output("handle: variant")
                   .Attr("parallel_copy: bool = false")
                   .Attr("output_types: list(type) >= 1")
                   .Attr("output_shapes: list(shape) >= 1")
                   .Attr("metadata: string = ''")
                   .Doc("Each batch_size elements stacked; a smaller last batch is dropped if "
                        "drop_remainder.")
                   .Shape(ScalarOutputs)
                   .NotDifferentiable()
                   .Cpu<BatchKernel>());
}

}  // namespace millrace
