// ParseTensor, SerializeTensor: tensors as TensorProto messages.
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/tensor/tensor_codec.h"
#include "protos/tensor.pb.h"

namespace millrace {
namespace {

class ParseTensorKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& serialized = c.input(0);
    if (serialized.rank() != 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Expected `serialized` to be a scalar, got shape: ", serialized.shape().ToString()));
    }
    TensorProto proto;
    if (!proto.ParseFromString(serialized.scalar<std::string>()))
      return absl::InvalidArgumentError("Could not parse `serialized` as TensorProto");
    absl::StatusOr<Tensor> tensor = TensorFromProto(proto);
    if (!tensor.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("Could not construct Tensor from TensorProto: ", tensor.status().message()));
    }
    if (tensor->dtype() != c.output_type(0)) {
      return absl::InvalidArgumentError(absl::StrCat("Type mismatch between parsed tensor (",
                                                     DTypeName(tensor->dtype()), ") and dtype (",
                                                     DTypeName(c.output_type(0)), ")"));
    }
    c.set_output(0, *std::move(tensor));
    return absl::OkStatus();
  }
};

class SerializeTensorKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    TensorProto proto;
    MR_RETURN_IF_ERROR(TensorToProto(c.input(0), &proto));
    std::string bytes;
    if (!proto.SerializeToString(&bytes))
      return absl::InvalidArgumentError("the tensor is too large for a message");
    c.set_output(0, Tensor::Scalar(std::move(bytes)));
    return absl::OkStatus();
  }
};

absl::Status ParseTensorShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(0, 0).status());
  return UnknownOutputs(c);
}

}  // namespace

absl::Status RegisterParseTensor(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("ParseTensor")
                               .Input("serialized: string")
                               .Output("output: out_type")
                               .Attr("out_type: type")
                               .Doc("The tensor in a serialised TensorProto.")
                               .Shape(ParseTensorShape)
                               .NotDifferentiable()
                               .Cpu<ParseTensorKernel>()));
  return r.Add(Op("SerializeTensor")
                   .Input("tensor: T")
                   .Output("serialized: string")
                   .Attr("T: type")
                   .Doc("A serialised TensorProto that holds the tensor.")
                   .Shape(ScalarOutputs)
                   .NotDifferentiable()
                   .Cpu<SerializeTensorKernel>());
}

}  // namespace millrace
