// ReverseV2, Reverse, Roll: dimensions run backwards, or turned in a circle.
#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/int_args.h"
#include "kernels/array/strided_copy.h"

namespace millrace {
namespace {

absl::Status ReverseDims(KernelContext& c, const std::vector<bool>& reversed) {
  const Tensor& in = c.input(0);
  Tensor* out;
  MR_RETURN_IF_ERROR(c.allocate_output(0, in.shape(), &out));
  const DimVector strides = RowMajorStrides(in.shape().dims());
  StridedView view;
  for (int d = 0; d < in.rank(); ++d) {
    view.AddDim(in.dim(d), reversed[d] ? -strides[d] : strides[d], strides[d]);
    if (reversed[d]) view.src_offset += (in.dim(d) - 1) * strides[d];
  }
  StridedCopy(in.dtype(), view, in.raw_data(), out->mutable_raw_data(), c.pool());
  return absl::OkStatus();
}

class ReverseV2Kernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const DimVector axes, IntVectorArg(c.input(1), "axis"));
    const int rank = c.input(0).rank();
    if (rank == 0) {
      c.set_output(0, c.take_input(0));
      return absl::OkStatus();
    }
    std::vector<bool> reversed(rank, false);
    for (const int64_t axis : axes) {
      MR_ASSIGN_OR_RETURN(const int d, AxisArg(axis, rank, "axis"));
      if (reversed[d])
        return absl::InvalidArgumentError(absl::StrCat("axis ", d, " specified more than once."));
      reversed[d] = true;
    }
    return ReverseDims(c, reversed);
  }
};

class ReverseKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& dims = c.input(1);
    if (c.input(0).rank() == 0) {
      c.set_output(0, c.take_input(0));
      return absl::OkStatus();
    }
    if (dims.rank() != 1 || dims.dim(0) != c.input(0).rank()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "dims must have ", c.input(0).rank(), " elements, got shape ", dims.shape().ToString()));
    }
    const auto flags = dims.flat<bool>();
    return ReverseDims(c, std::vector<bool>(flags.begin(), flags.end()));
  }
};

class RollKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    Tensor in = c.input(0);
    if (in.rank() < 1) return absl::InvalidArgumentError("input must be 1-D or higher");
    if (c.input(1).shape() != c.input(2).shape())
      return absl::InvalidArgumentError("shift and axis must have the same size");
    MR_ASSIGN_OR_RETURN(const DimVector shifts, IntsArg(c.input(1), "shift"));
    MR_ASSIGN_OR_RETURN(const DimVector axes, IntsArg(c.input(2), "axis"));
    DimVector total(in.rank(), 0);
    for (size_t i = 0; i < axes.size(); ++i) {
      MR_ASSIGN_OR_RETURN(const int d, AxisArg(axes[i], in.rank(), "axis"));
      const int64_t n = std::max<int64_t>(1, in.dim(d));
      total[d] = ((total[d] + shifts[i] % n) % n + n) % n;
    }
    for (int d = 0; d < in.rank(); ++d) {
      if (total[d] == 0) continue;
      MR_ASSIGN_OR_RETURN(in, Turned(c, in, d, total[d]));
    }
    c.set_output(0, std::move(in));
    return absl::OkStatus();
  }

 private:
  // Element i goes to (i + shift) modulo the size: two blocks change places.
  static absl::StatusOr<Tensor> Turned(KernelContext& c, const Tensor& in, int d, int64_t shift) {
    MR_ASSIGN_OR_RETURN(Tensor out,
                        Tensor::Create(c.device()->allocator(), in.dtype(), in.shape()));
    const DimVector strides = RowMajorStrides(in.shape().dims());
    const int64_t n = in.dim(d);
    const std::pair<int64_t, int64_t> blocks[] = {{0, n - shift},
                                                  {n - shift, shift}};  // begin, size
    for (const auto& [begin, size] : blocks) {
      StridedView view;
      for (int k = 0; k < in.rank(); ++k)
        view.AddDim(k == d ? size : in.dim(k), strides[k], strides[k]);
      view.src_offset = begin * strides[d];
      view.dst_offset = (begin + shift) % n * strides[d];
      StridedCopy(in.dtype(), view, in.raw_data(), out.mutable_raw_data(), c.pool());
    }
    return out;
  }
};

absl::StatusOr<Gradients> SameOpGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Op1(op.schema().name, {dy[0], op.input(1)}), {}};
}
absl::StatusOr<Gradients> RollGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Op1("Roll", {dy[0], b.Neg(op.input(1)), op.input(2)}), {}, {}};
}

}  // namespace

absl::Status RegisterReverse(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("ReverseV2")
                .Input("tensor: T")
                .Input("axis: Tidx")
                .Output("output: T")
                .Attr("Tidx: {int32, int64} = DT_INT32")
                .Attr("T: {uint8, int8, uint16, int16, int32, uint32, int64, uint64, bool, "
                      "bfloat16, half, float, double, complex64, complex128, string}")
                .Doc("`tensor` with the dimensions in `axis` reversed.")
                .Shape(SameAsInput0)
                .Gradient(SameOpGradient)
                .Cpu<ReverseV2Kernel>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("Reverse")
                .Input("tensor: T")
                .Input("dims: bool")
                .Output("output: T")
                .Attr("T: {uint8, int8, uint16, int16, uint32, int32, uint64, int64, bool, "
                      "bfloat16, half, float, double, complex64, complex128, string}")
                .Doc("`tensor` with those dimensions reversed for which `dims` is true.")
                .Shape(SameAsInput0)
                .Gradient(SameOpGradient)
                .Cpu<ReverseKernel>()));
  return r.Add(
      Op("Roll")
          .Input("input: T")
          .Input("shift: Tshift")
          .Input("axis: Taxis")
          .Output("output: T")
          .Attr("T: type")
          .Attr("Tshift: {int32, int64}")
          .Attr("Taxis: {int32, int64}")
          .Doc("`input` with element i of dimension axis[k] at i + shift[k], around the end.")
          .Shape(SameAsInput0)
          .Gradient(RollGradient)
          .Cpu<RollKernel>());
}

}  // namespace millrace
