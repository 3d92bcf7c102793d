// SerializeSparse, SerializeManySparse: the indices, values and shape of sparse tensors as
// TensorProto messages or as variants.
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

void AppendVarint(uint64_t value, std::string* out) {
  for (; value >= 0x80; value >>= 7) out->push_back(static_cast<char>(value | 0x80));
  out->push_back(static_cast<char>(value));
}

// The message with all elements, also a single one, as tensor_content; of strings that is their
// lengths as varints, then their bytes. So the bytes are TensorFlow's.
absl::Status ToMessage(const Tensor& tensor, std::string* out) {
  TensorProto proto;
  const bool is_string = tensor.dtype() == DType::kString;
  if (!is_string && !IsTriviallyCopyable(tensor.dtype())) {
    MR_RETURN_IF_ERROR(TensorToProto(tensor, &proto));
  } else {
    proto.set_dtype(static_cast<DataType>(tensor.dtype()));
    ShapeToProto(tensor.shape(), proto.mutable_tensor_shape());
    std::string* content = proto.mutable_tensor_content();
    if (is_string) {
      for (const std::string& s : tensor.flat<std::string>()) AppendVarint(s.size(), content);
      for (const std::string& s : tensor.flat<std::string>()) content->append(s);
    } else {
      content->assign(static_cast<const char*>(tensor.raw_data()), tensor.bytes());
    }
  }
  if (!proto.SerializeToString(out))
    return absl::InvalidArgumentError("the tensor is too large for a message");
  return absl::OkStatus();
}

// Elements 3 row, ... of `out`.
absl::Status StoreParts(const SparseTriple& parts, int64_t row, Tensor* out) {
  const Tensor* const tensors[] = {&parts.indices, &parts.values, &parts.shape};
  for (int i = 0; i < 3; ++i) {
    if (out->dtype() == DType::kString) {
      MR_RETURN_IF_ERROR(ToMessage(*tensors[i], &out->mutable_data<std::string>()[3 * row + i]));
      continue;
    }
    MR_ASSIGN_OR_RETURN(Tensor owned, tensors[i]->Owned());
    out->mutable_data<Variant>()[3 * row + i] =
        Variant(std::make_shared<TensorVariant>(std::move(owned)));
  }
  return absl::OkStatus();
}

// [3]. Whether the parts fit together is not asked.
class SerializeSparseKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor &indices = c.input(0), &values = c.input(1), &shape = c.input(2);
    if (indices.rank() != 2 || values.rank() != 1 || shape.rank() != 1) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Input indices, values and shape should be a matrix, a vector and a vector but received ",
          indices.shape().ToString(), ", ", values.shape().ToString(), " and ",
          shape.shape().ToString()));
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, Shape({3}), &out));
    return StoreParts({indices, values, shape}, 0, out);
  }
};

// [rows, 3].
class SerializeManySparseKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const SparseView in,
                        SparseView::Create(c.input(0), c.input(1), c.input(2)));
    MR_RETURN_IF_ERROR(CheckRows(in));
    MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create({in.shape[0], 3}));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    return ForEachRow(in,
                      [&](int64_t row, SparseTriple parts) { return StoreParts(parts, row, out); });
  }
};

template <int kRank>
absl::Status SerializedShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(0, 2).status());
  MR_RETURN_IF_ERROR(c.WithRank(1, 1).status());
  MR_RETURN_IF_ERROR(c.WithRank(2, 1).status());
  c.set_output(0, kRank == 1 ? PartialShape::Of({3}) : PartialShape::Of({-1, 3}));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterSerializeSparse(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("SerializeSparse")
                .Input("sparse_indices: int64")
                .Input("sparse_values: T")
                .Input("sparse_shape: int64")
                .Output("serialized_sparse: out_type")
                .Attr("T: type")
                .Attr("out_type: {string, variant} = DT_STRING")
                .Doc("The indices, values and shape of a sparse tensor, each as one element.")
                .Shape(SerializedShape<1>)
                .NotDifferentiable()
                .Cpu<SerializeSparseKernel>()));
  return r.Add(Op("SerializeManySparse")
                   .Input("sparse_indices: int64")
                   .Input("sparse_values: T")
                   .Input("sparse_shape: int64")
                   .Output("serialized_sparse: out_type")
                   .Attr("T: type")
                   .Attr("out_type: {string, variant} = DT_STRING")
                   .Doc("The indices, values and shape of each row of a sparse tensor, [rows, 3].")
                   .Shape(SerializedShape<2>)
                   .NotDifferentiable()
                   .Cpu<SerializeManySparseKernel>());
}

}  // namespace millrace
