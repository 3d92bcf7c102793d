// DeserializeSparse, DeserializeManySparse: sparse tensors out of what SerializeSparse made of
// them.
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/tensor/tensor_codec.h"
#include "kernels/sparse/sparse_rows.h"
#include "kernels/sparse/tensor_variant.h"
#include "protos/tensor.pb.h"

namespace millrace {
namespace {

absl::StatusOr<Tensor> PartAt(const Tensor& serialized, int64_t i) {
  const std::string name = absl::StrCat("serialized_sparse[", i / 3, ", ", i % 3, "]");
  if (serialized.dtype() == DType::kVariant) {
    const Tensor* tensor = TensorIn(serialized.data<Variant>()[i]);
    if (tensor == nullptr)
      return absl::InvalidArgumentError(absl::StrCat("Could not get a tensor from ", name));
    return *tensor;
  }
  TensorProto proto;
  if (!proto.ParseFromString(serialized.data<std::string>()[i]))
    return absl::InvalidArgumentError(absl::StrCat("Could not parse ", name));
  absl::StatusOr<Tensor> tensor = TensorFromProto(proto);
  if (tensor.ok()) return tensor;
  return absl::InvalidArgumentError(
      absl::StrCat("Could not construct ", name, ": ", tensor.status().message()));
}

// [3], or [..., 3]: then the sparse tensors lie under these dimensions.
class DeserializeSparseKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& serialized = c.input(0);
    const int rank = serialized.rank();
    if (rank == 0 || serialized.dim(rank - 1) != 3 || serialized.num_elements() == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("Serialized sparse should have 3 as the last dimension and at least one "
                       "element, but received shape ",
                       serialized.shape().ToString()));
    }
    std::vector<SparseTriple> parts(static_cast<size_t>(serialized.num_elements() / 3));
    for (size_t i = 0; i < parts.size(); ++i) {
      const auto at = static_cast<int64_t>(3 * i);
      MR_ASSIGN_OR_RETURN(parts[i].indices, PartAt(serialized, at));
      MR_ASSIGN_OR_RETURN(parts[i].values, PartAt(serialized, at + 1));
      MR_ASSIGN_OR_RETURN(parts[i].shape, PartAt(serialized, at + 2));
    }
    return JoinSparse(c, parts, serialized.shape().dims().subspan(0, rank - 1));
  }
};

absl::Status SetSparse(ShapeContext& c) {
  c.set_output(0, PartialShape::UnknownOfRank(2));
  c.set_output(1, PartialShape::UnknownOfRank(1));
  c.set_output(2, PartialShape::UnknownOfRank(1));
  return absl::OkStatus();
}

absl::Status DeserializedShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape in, c.WithRankAtLeast(0, 1));
  if (in.known_rank())
    MR_RETURN_IF_ERROR(ShapeContext::MergeDim(in.dim(in.rank() - 1), 3).status());
  return SetSparse(c);
}

absl::Status DeserializedManyShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape in, c.WithRank(0, 2));
  MR_RETURN_IF_ERROR(ShapeContext::MergeDim(in.dim(1), 3).status());
  return SetSparse(c);
}

}  // namespace

absl::Status RegisterDeserializeSparse(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("DeserializeSparse")
                .Input("serialized_sparse: Tserialized")
                .Output("sparse_indices: int64")
                .Output("sparse_values: dtype")
                .Output("sparse_shape: int64")
                .Attr("dtype: type")
                .Attr("Tserialized: {string, variant} = DT_STRING")
                .Doc("The sparse tensors in [..., 3] messages or variants, as one of so many more "
                     "dimensions.")
                .Shape(DeserializedShape)
                .NotDifferentiable()
                .Cpu<DeserializeSparseKernel>()));
  return r.Add(Op("DeserializeManySparse")
                   .Input("serialized_sparse: string")
                   .Output("sparse_indices: int64")
                   .Output("sparse_values: dtype")
                   .Output("sparse_shape: int64")
                   .Attr("dtype: type")
                   .Doc("The sparse tensors in [rows, 3] messages, as rows of one.")
                   .Shape(DeserializedManyShape)
                   .NotDifferentiable()
                   .Cpu<DeserializeSparseKernel>());
}

}  // namespace millrace
