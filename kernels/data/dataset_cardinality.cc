// DatasetCardinality: how many elements a dataset has, as far as that is known.
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/data/dataset.h"

namespace millrace {
namespace {

class CardinalityKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const DatasetPtr dataset, DatasetFrom(c.input(0)));
    c.set_output(0, Tensor::Scalar<int64_t>(dataset->Cardinality()));
    return absl::OkStatus();
  }
};

}  // namespace

absl::Status RegisterDatasetCardinality(Registry& r) {
  return r.Add(Op("DatasetCardinality")
                   .Input("input_dataset: variant")
                   .Output("cardinality: int64")
                   .Attr("cardinality_options: string = ''")
                   .Doc("The number of elements; -1: infinite, -2: unknown.")
                   .Shape(ScalarOutputs)
                   .NotDifferentiable()
                   .Cpu<CardinalityKernel>());
}

}  // namespace millrace
