// DynamicStitch, ParallelDynamicStitch, DynamicPartition: rows sorted into and out of groups.
#include <limits>

#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/elements.h"

namespace millrace {
namespace {

absl::Status StartsWith(const Shape& shape, const Shape& prefix, absl::string_view what) {
  bool fits = shape.rank() >= prefix.rank();
  for (int d = 0; fits && d < prefix.rank(); ++d) fits = shape.dim(d) == prefix.dim(d);
  if (fits) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(what, ": data.shape must start with ",
                                                 prefix.ToString(), ", got ", shape.ToString()));
}

// The dimensions of `shape` after the first `n`.
DimVector Rest(const Shape& shape, int n) {
  return DimVector(shape.dims().begin() + n, shape.dims().end());
}

class DynamicStitchKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const int n = c.num_inputs() / 2;
    int64_t rows = 0;
    const DimVector rest = Rest(c.input(n).shape(), std::min(c.input(0).rank(), c.input(n).rank()));
    for (int i = 0; i < n; ++i) {
      const Tensor &indices = c.input(i), &data = c.input(n + i);
      MR_RETURN_IF_ERROR(StartsWith(data.shape(), indices.shape(), absl::StrCat("data[", i, "]")));
      if (Rest(data.shape(), indices.rank()) != rest) {
        return absl::InvalidArgumentError(absl::StrCat(
            "data[", i, "] of shape ", data.shape().ToString(), " has other rows than data[0]"));
      }
      for (const int32_t index : indices.flat<int32_t>()) {
        // Rows are counted in int32 too.
        if (index < 0 || index == std::numeric_limits<int32_t>::max())
          return absl::InvalidArgumentError(absl::StrCat("indices[", i, "] holds ", index));
        rows = std::max<int64_t>(rows, int64_t{index} + 1);
      }
    }
    DimVector dims = {rows};
    dims.insert(dims.end(), rest.begin(), rest.end());
    MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create(dims));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    if (rows == 0) return absl::OkStatus();
    // Rows that nobody names.
    ZeroElements(out->dtype(), out->mutable_raw_data(), out->num_elements());
    const int64_t row = shape.num_elements() / rows;
    for (int i = 0; i < n; ++i) {
      const auto indices = c.input(i).flat<int32_t>();
      for (size_t k = 0; k < indices.size(); ++k) {
        CopyElements(out->dtype(), ElementAt(c.input(n + i), static_cast<int64_t>(k) * row),
                     MutableElementAt(*out, indices[k] * row), row);
      }
    }
    return absl::OkStatus();
  }
};

class DynamicPartitionKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor &data = c.input(0), &partitions = c.input(1);
    MR_RETURN_IF_ERROR(StartsWith(data.shape(), partitions.shape(), "DynamicPartition"));
    const int n = c.num_outputs();
    std::vector<int64_t> counts(n, 0);
    const auto groups = partitions.flat<int32_t>();
    for (size_t i = 0; i < groups.size(); ++i) {
      if (groups[i] < 0 || groups[i] >= n) {
        return absl::InvalidArgumentError(
            absl::StrCat("partitions[", i, "] = ", groups[i], " is not in [0, ", n, ")"));
      }
      ++counts[groups[i]];
    }
    const DimVector rest = Rest(data.shape(), partitions.rank());
    int64_t row = 1;
    for (const int64_t d : rest) row *= d;
    std::vector<Tensor*> outs(n);
    for (int g = 0; g < n; ++g) {
      DimVector dims = {counts[g]};
      dims.insert(dims.end(), rest.begin(), rest.end());
      MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create(dims));
      MR_RETURN_IF_ERROR(c.allocate_output(g, shape, &outs[g]));
    }
    std::vector<int64_t> at(n, 0);
    for (size_t i = 0; i < groups.size(); ++i) {
      const int g = groups[i];
      CopyElements(data.dtype(), ElementAt(data, static_cast<int64_t>(i) * row),
                   MutableElementAt(*outs[g], at[g]++ * row), row);
    }
    return absl::OkStatus();
  }
};

absl::Status StitchShape(ShapeContext& c) {
  const int n = c.num_inputs() / 2;
  int64_t rows = 0;
  for (int i = 0; i < n && rows >= 0; ++i) {
    const Tensor* indices = c.input_value(i);
    if (indices == nullptr) {
      rows = PartialShape::kUnknownDim;
      break;
    }
    for (const int32_t index : indices->flat<int32_t>()) {
      if (index < 0) return c.Error(i, "must not be negative");
      rows = std::max<int64_t>(rows, int64_t{index} + 1);
    }
  }
  if (!c.input(0).known_rank() || !c.input(n).known_rank()) return absl::OkStatus();
  if (c.input(n).rank() < c.input(0).rank())
    return c.Error(n, "has fewer dimensions than its indices");
  DimVector dims = {rows};
  const auto data = c.input(n).dims();
  dims.insert(dims.end(), data.begin() + c.input(0).rank(), data.end());
  MR_ASSIGN_OR_RETURN(PartialShape out, PartialShape::Create(dims));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::Status PartitionShape(ShapeContext& c) {
  if (!c.input(0).known_rank() || !c.input(1).known_rank()) return absl::OkStatus();
  const int prefix = c.input(1).rank();
  if (c.input(0).rank() < prefix) return c.Error(0, "has fewer dimensions than partitions");
  DimVector dims = {PartialShape::kUnknownDim};
  const auto data = c.input(0).dims();
  dims.insert(dims.end(), data.begin() + prefix, data.end());
  MR_ASSIGN_OR_RETURN(const PartialShape out, PartialShape::Create(dims));
  for (int i = 0; i < c.num_outputs(); ++i) c.set_output(i, out);
  return absl::OkStatus();
}

absl::StatusOr<Gradients> StitchGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const int n = op.num_inputs() / 2;
  Gradients out(op.num_inputs());
  for (int i = 0; i < n; ++i) out[n + i] = b.Gather(dy[0], op.input(i));
  return out;
}

// The rows of the outputs' gradients, put back by the same partition of the rows' numbers.
absl::StatusOr<Gradients> PartitionGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output data = op.input(0), partitions = op.input(1);
  const int64_t n = op.num_outputs();
  const Output prefix = b.Shape(partitions);
  const Output numbers =
      b.Reshape(b.Range(b.Scalar<int32_t>(0), b.Size(partitions), b.Scalar<int32_t>(1)), prefix);
  Outputs inputs = b.Op("DynamicPartition", {numbers, partitions}, {{"num_partitions", n}});
  for (int i = 0; i < n; ++i)
    inputs.push_back(dy[i].valid() ? Output(dy[i]) : b.ZerosLike(op.output(i)));
  const Output rows = b.Op1("DynamicStitch", inputs, {{"N", n}});
  return Gradients{b.ReshapeLike(rows, data), {}};
}

}  // namespace

absl::Status RegisterDynamicStitch(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("DynamicStitch")
                .Input("indices: N * int32")
                .Input("data: N * T")
                .Output("merged: T")
                .Attr("N: int >= 1")
                .Attr("T: type")
                .Doc("merged[indices[m][i...]] = data[m][i...], later ones over earlier.")
                .Shape(StitchShape)
                .Gradient(StitchGradient)
                .Cpu<DynamicStitchKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("ParallelDynamicStitch")
                               .Input("indices: N * int32")
                               .Input("data: N * T")
                               .Output("merged: T")
                               .Attr("N: int >= 1")
                               .Attr("T: type")
                               .Doc("DynamicStitch, where the order of writes is not promised.")
                               .Shape(StitchShape)
                               .Gradient(StitchGradient)
                               .Cpu<DynamicStitchKernel>()));
  return r.Add(Op("DynamicPartition")
                   .Input("data: T")
                   .Input("partitions: int32")
                   .Output("outputs: num_partitions * T")
                   .Attr("num_partitions: int >= 1")
                   .Attr("T: type")
                   .Doc("outputs[g]: the rows of `data` for which `partitions` is g, in order.")
                   .Shape(PartitionShape)
                   .Gradient(PartitionGradient)
                   .Cpu<DynamicPartitionKernel>());
}

}  // namespace millrace
