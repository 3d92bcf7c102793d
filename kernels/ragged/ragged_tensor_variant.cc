// RaggedTensorToVariant, RaggedTensorFromVariant, RaggedTensorToVariantGradient: ragged tensors, or
// their rows, as elements of variant tensors, for lists and datasets of them.
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/elements.h"
#include "kernels/array/int_args.h"
#include "kernels/math/integer_at.h"
#include "kernels/ragged/ragged_splits.h"
#include "kernels/ragged/ragged_variant.h"

namespace millrace {
namespace {

// Elements [begin, end) of splits, beginning with 0.
absl::StatusOr<Tensor> SplitsFrom(const Tensor& splits, int64_t begin, int64_t end) {
  MR_ASSIGN_OR_RETURN(Tensor out, Tensor::Create(splits.dtype(), Shape({end - begin})));
  const int64_t first = IntegerAt(splits, begin);
  for (int64_t i = begin; i < end; ++i) SetIntegerAt(&out, i - begin, IntegerAt(splits, i) - first);
  return out;
}

class RaggedToVariantKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    return c.GetAttr("batched_input", &batched_);
  }
  absl::Status Compute(KernelContext& c) override {
    const int levels = c.num_inputs() - 1;
    const Tensor& values = c.input(levels);
    if (values.rank() < 1 && (levels > 0 || batched_)) {
      return absl::InvalidArgumentError("rt_dense_values must be at least rank 1, not a scalar");
    }
    if (levels > 0) MR_RETURN_IF_ERROR(CheckSplits(c, 0, levels, values.dim(0)));
    if (batched_) return Rows(c, levels);
    auto whole = std::make_shared<RaggedVariant>();
    for (int level = 0; level < levels; ++level) {
      MR_ASSIGN_OR_RETURN(Tensor splits, c.input(level).Owned());
      whole->splits.push_back(std::move(splits));
    }
    MR_ASSIGN_OR_RETURN(whole->values, values.Owned());
    c.set_output(0, Tensor::Scalar<Variant>(Variant(std::move(whole))));
    return absl::OkStatus();
  }

 private:
  // An element for each row of the outermost dimension; they share the values' memory.
  static absl::Status Rows(KernelContext& c, int levels) {
    MR_ASSIGN_OR_RETURN(const Tensor values, c.input(levels).Owned());
    const int64_t rows = levels > 0 ? c.input(0).num_elements() - 1 : values.dim(0);
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, Shape({rows}), &out));
    for (int64_t row = 0; row < rows; ++row) {
      auto part = std::make_shared<RaggedVariant>();
      int64_t begin = row, end = row + 1;  // of the rows of the level at hand
      for (int level = 0; level < levels; ++level) {
        const Tensor& splits = c.input(level);
        if (level > 0) {
          MR_ASSIGN_OR_RETURN(Tensor inner, SplitsFrom(splits, begin, end + 1));
          part->splits.push_back(std::move(inner));
        }
        begin = IntegerAt(splits, begin);
        end = IntegerAt(splits, end);
      }
      part->values = values.Slice(begin, end);
      if (levels == 0) {
        DimVector dims(values.shape().dims().begin() + 1, values.shape().dims().end());
        MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create(dims));
        MR_ASSIGN_OR_RETURN(part->values, part->values.Reshaped(shape));
      }
      out->mutable_data<Variant>()[row] = Variant(std::move(part));
    }
    return absl::OkStatus();
  }

  bool batched_ = false;
};

// The ragged tensors in a variant tensor. INVALID_ARGUMENT unless all are of this type and have so
// many ragged dimensions.
absl::StatusOr<std::vector<const RaggedVariant*>> Parts(const Tensor& encoded, DType dtype,
                                                        int64_t ragged_rank) {
  std::vector<const RaggedVariant*> parts;
  for (const Variant& v : encoded.flat<Variant>()) {
    const RaggedVariant* part = v.get<RaggedVariant>();
    if (part == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("element ", parts.size(), " of the variants is no RaggedTensor"));
    }
    if (part->values.dtype() != dtype) {
      return absl::InvalidArgumentError(
          absl::StrCat("Expected values Tensor dtype: ", DTypeName(dtype),
                       ", found: ", DTypeName(part->values.dtype())));
    }
    if (static_cast<int64_t>(part->splits.size()) != ragged_rank) {
      return absl::InvalidArgumentError(
          absl::StrCat("Encoded input RaggedTensorVariant has ragged_rank=", part->splits.size(),
                       ".  Expected ragged_rank=", ragged_rank));
    }
    parts.push_back(part);
  }
  return parts;
}

// The values of all parts, one after the other.
absl::StatusOr<Tensor> JoinValues(const std::vector<const RaggedVariant*>& parts, DType dtype) {
  if (parts.empty()) return Tensor::Create(dtype, Shape({0}));
  Shape shape = parts[0]->values.shape();
  if (shape.rank() == 0) return absl::InvalidArgumentError("the values of rows are scalars");
  int64_t total = 0;
  for (const RaggedVariant* part : parts) {
    Shape other = part->values.shape();
    total += other.rank() > 0 ? other.dim(0) : 0;
    if (other.rank() == shape.rank()) MR_RETURN_IF_ERROR(other.SetDim(0, shape.dim(0)));
    if (other == shape) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("the rows have values of different shapes: ", shape.ToString(), " and ",
                     part->values.shape().ToString()));
  }
  MR_RETURN_IF_ERROR(shape.SetDim(0, total));
  MR_ASSIGN_OR_RETURN(Tensor out, Tensor::Create(dtype, shape));
  int64_t at = 0;
  for (const RaggedVariant* part : parts) {
    const int64_t n = part->values.num_elements();
    if (n > 0) CopyElements(dtype, part->values.raw_data(), MutableElementAt(out, at), n);
    at += n;
  }
  return out;
}

class RaggedFromVariantKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    return c.GetAttr("input_ragged_rank", &input_rank_);
  }
  absl::Status Compute(KernelContext& c) override {
    const Tensor& encoded = c.input(0);
    const int levels = c.num_outputs() - 1, outer = encoded.rank();
    const int64_t inner = input_rank_ < 0 ? levels - outer : input_rank_;
    if (inner < 0 || inner + outer != levels) {
      return absl::InvalidArgumentError(absl::StrCat(
          "output_ragged_rank must be equal to input_ragged_rank + encoded_ragged.dims(); "
          "output_ragged_rank: ",
          levels, ", input_ragged_rank: ", inner, ", encoded_ragged.dims(): ", outer));
    }
    MR_ASSIGN_OR_RETURN(const std::vector<const RaggedVariant*> parts,
                        Parts(encoded, c.output_type(levels), inner));
    int64_t rows = 1;
    for (int d = 0; d + 1 < outer; ++d) {  // rows of one length
      rows *= encoded.dim(d);
      MR_ASSIGN_OR_RETURN(Tensor splits, Tensor::Create(c.output_type(d), Shape({rows + 1})));
      for (int64_t i = 0; i <= rows; ++i) SetIntegerAt(&splits, i, i * encoded.dim(d + 1));
      c.set_output(d, std::move(splits));
    }
    if (outer > 0) {
      std::vector<int64_t> ends = {0};
      for (const RaggedVariant* part : parts) ends.push_back(ends.back() + part->rows());
      MR_RETURN_IF_ERROR(SetSplits(c, outer - 1, ends));
    }
    for (int level = outer; level < levels; ++level) {
      std::vector<int64_t> ends = {0};
      for (const RaggedVariant* part : parts) {
        const Tensor& splits = part->splits[level - outer];
        const int64_t base = ends.back();
        for (int64_t i = 1; i < splits.num_elements(); ++i)
          ends.push_back(base + IntegerAt(splits, i));
      }
      MR_RETURN_IF_ERROR(SetSplits(c, level, ends));
    }
    if (outer == 0) {
      c.set_output(levels, parts[0]->values);
      return absl::OkStatus();
    }
    MR_ASSIGN_OR_RETURN(Tensor values, JoinValues(parts, c.output_type(levels)));
    c.set_output(levels, std::move(values));
    return absl::OkStatus();
  }

 private:
  static absl::Status SetSplits(KernelContext& c, int output, const std::vector<int64_t>& ends) {
    const int64_t n = static_cast<int64_t>(ends.size());
    MR_ASSIGN_OR_RETURN(Tensor splits, Tensor::Create(c.output_type(output), Shape({n})));
    for (int64_t i = 0; i < n; ++i) SetIntegerAt(&splits, i, ends[i]);
    c.set_output(output, std::move(splits));
    return absl::OkStatus();
  }

  int64_t input_rank_ = -1;
};

// (encoded gradient, splits of the outermost dimension or a scalar, shape of the values): the
// gradient of the values; rows without one, whose variants are empty, have zeros.
class RaggedToVariantGradKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& encoded = c.input(0);
    MR_ASSIGN_OR_RETURN(const Shape shape, ShapeArg(c.input(2), "dense_values_shape"));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    ZeroElements(out->dtype(), out->mutable_raw_data(), out->num_elements());
    int64_t at = 0;
    for (const Variant& v : encoded.flat<Variant>()) {
      const RaggedVariant* part = v.get<RaggedVariant>();
      if (part == nullptr) return absl::InvalidArgumentError("a gradient is no RaggedTensor");
      const int64_t n = part->values.num_elements();
      if (part->values.dtype() != out->dtype() || n > out->num_elements() - at) {
        return absl::InvalidArgumentError(absl::StrCat(
            "the gradients of the rows do not fit the values' shape ", shape.ToString()));
      }
      CopyElements(out->dtype(), part->values.raw_data(), MutableElementAt(*out, at), n);
      at += n;
    }
    return absl::OkStatus();
  }
};

absl::Status ToVariantShape(ShapeContext& c) {
  bool batched;
  MR_RETURN_IF_ERROR(c.GetAttr("batched_input", &batched));
  const int levels = c.num_inputs() - 1;
  for (int i = 0; i < levels; ++i) MR_RETURN_IF_ERROR(c.WithRank(i, 1).status());
  if (!batched) return ScalarOutputs(c);
  MR_ASSIGN_OR_RETURN(const PartialShape values, c.WithRankAtLeast(levels, 1));
  const PartialShape& first = c.input(0);
  const int64_t n = first.known_rank() ? first.dim(0) : -1;
  c.set_output(0, PartialShape::Of({levels > 0 && n > 0 ? n - 1 : levels > 0 ? -1 : n}));
  return absl::OkStatus();
}

absl::Status FromVariantShape(ShapeContext& c) {
  for (int i = 0; i + 1 < c.num_outputs(); ++i) c.set_output(i, PartialShape::UnknownOfRank(1));
  return absl::OkStatus();
}

absl::Status ToVariantGradShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(PartialShape shape, c.input_as_shape(2));
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}

absl::StatusOr<Gradients> ToVariantGradient(Builder& b, const OpView& op, const Gradients& dy) {
  Gradients result(op.num_inputs());
  const Output values = op.inputs().back();
  const DType splits = op.attr<DType>("Tsplits");
  const Output first = op.num_inputs() > 1 ? op.input(0) : b.Cast(b.Scalar<int32_t>(0), splits);
  result.back() = b.Op1("RaggedTensorToVariantGradient", {dy[0], first, b.Shape(values)},
                        {{"Tvalues", b.dtype(values)}, {"Tsplits", splits}});
  return result;
}

absl::StatusOr<Gradients> FromVariantGradient(Builder& b, const OpView& op, const Gradients& dy) {
  Outputs parts(op.outputs().begin(), op.outputs().end() - 1);
  if (!dy.back().valid()) return Gradients(1);
  const PartialShape encoded = b.shape(op.input(0));
  if (!encoded.known_rank())
    return absl::UnimplementedError("the gradient of variants of unknown rank");
  parts.push_back(dy.back());
  return Gradients{b.Op1("RaggedTensorToVariant", parts,
                         {{"RAGGED_RANK", static_cast<int64_t>(parts.size()) - 1},
                          {"Tsplits", op.attr<DType>("Tsplits")},
                          {"batched_input", encoded.rank() > 0}})};
}

}  // namespace

absl::Status RegisterRaggedTensorVariant(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("RaggedTensorToVariant")
                               .Input("rt_nested_splits: RAGGED_RANK * Tsplits")
                               .Input("rt_dense_values: Tvalues")
                               .Output("encoded_ragged: variant")
                               .Attr("RAGGED_RANK: int >= 0")
                               .Attr("Tvalues: type")
                               .Attr("Tsplits: {int32, int64} = DT_INT64")
                               .Attr("batched_input: bool")
                               .Doc("A ragged tensor as a scalar variant, or, with batched_input, "
                                    "its rows as a vector of them.")
                               .Shape(ToVariantShape)
                               .Gradient(ToVariantGradient)
                               .Cpu<RaggedToVariantKernel>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("RaggedTensorFromVariant")
                .Input("encoded_ragged: variant")
                .Output("output_nested_splits: output_ragged_rank * Tsplits")
                .Output("output_dense_values: Tvalues")
                .Attr("input_ragged_rank: int >= -1")
                .Attr("output_ragged_rank: int >= 0")
                .Attr("Tvalues: type")
                .Attr("Tsplits: {int32, int64} = DT_INT64")
                .Doc("The ragged tensor in a variant, or that whose rows are in a variant tensor, "
                     "of input_ragged_rank ragged dimensions each (-1: as follows).")
                .Shape(FromVariantShape)
                .Gradient(FromVariantGradient)
                .Cpu<RaggedFromVariantKernel>()));
  return r.Add(Op("RaggedTensorToVariantGradient")
                   .Input("encoded_ragged_grad: variant")
                   .Input("row_splits: Tsplits")
                   .Input("dense_values_shape: int32")
                   .Output("dense_values_grad: Tvalues")
                   .Attr("Tvalues: type")
                   .Attr("Tsplits: {int32, int64} = DT_INT64")
                   .Doc("The gradient of RaggedTensorToVariant by the values.")
                   .Shape(ToVariantGradShape)
                   .NotDifferentiable()
                   .Cpu<RaggedToVariantGradKernel>());
}

}  // namespace millrace
