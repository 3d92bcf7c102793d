// TensorSummary, TensorSummaryV2: a tensor as it is, for a plug-in that knows what to do with it.
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/tensor/tensor_codec.h"
#include "kernels/io/file_kernel.h"
#include "kernels/io/summary_values.h"

namespace millrace {
namespace {

class TensorSummaryKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const std::string tag, ScalarString(c, 0, "tag"));
    MR_ASSIGN_OR_RETURN(const std::string metadata,
                        ScalarString(c, 2, "serialized_summary_metadata"));
    MR_ASSIGN_OR_RETURN(const Summary summary, SummaryOfTensor(tag, c.input(1), metadata));
    c.set_output(0, SerialisedSummary(summary));
    return absl::OkStatus();
  }
};

class OldTensorSummaryKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    name_ = c.node_name();
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    Summary summary;
    Summary::Value* value = summary.add_value();
    value->set_node_name(name_);
    MR_RETURN_IF_ERROR(TensorToProto(c.input(0), value->mutable_tensor()));
    c.set_output(0, SerialisedSummary(summary));
    return absl::OkStatus();
  }

 private:
  std::string name_;
};

}  // namespace

absl::Status RegisterTensorSummary(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("TensorSummary")
                .Input("tensor: T")
                .Output("summary: string")
                .Attr("T: type")
                .Attr("description: string = ''")
                .Attr("labels: list(string) = []")
                .Attr("display_name: string = ''")
                .NotDifferentiable()
                .Doc("A serialised Summary with a tensor, under the node's name. The "
                     "other attributes have no effect.")
                .Shape(ScalarOutputs)
                .Cpu<OldTensorSummaryKernel>()));
  return r.Add(Op("TensorSummaryV2")
                   .Input("tag: string")
                   .Input("tensor: T")
                   .Input("serialized_summary_metadata: string")
                   .Output("summary: string")
                   .Attr("T: type")
                   .NotDifferentiable()
                   .Doc("A serialised Summary with a tensor, and what says how to show it.")
                   .Shape(ScalarOutputs)
                   .Cpu<TensorSummaryKernel>());
}

}  // namespace millrace
