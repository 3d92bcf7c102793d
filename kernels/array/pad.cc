// Pad, PadV2: a tensor surrounded by a constant.
#include "core/base/checked_math.h"
#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/elements.h"
#include "kernels/array/paddings.h"
#include "kernels/array/strided_copy.h"

namespace millrace {
namespace {

class PadKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& in = c.input(0);
    MR_ASSIGN_OR_RETURN(const Paddings paddings, PaddingsArg(c.input(1), in.rank()));
    MR_ASSIGN_OR_RETURN(const Shape shape, PaddedShape(in.shape(), paddings));
    if (c.num_inputs() > 2 && c.input(2).rank() != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("constant_values must be a scalar. Found: ", c.input(2).shape().ToString()));
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    if (c.num_inputs() > 2) {
      VisitStorage(in.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        std::fill_n(out->mutable_data<T>(), out->num_elements(), c.input(2).scalar<T>());
      });
    } else {
      ZeroElements(in.dtype(), out->mutable_raw_data(), out->num_elements());
    }
    const DimVector dst = RowMajorStrides(shape.dims());
    const DimVector dims(in.shape().dims().begin(), in.shape().dims().end());
    StridedView view{dims, RowMajorStrides(dims), dst};
    for (int d = 0; d < in.rank(); ++d) view.dst_offset += paddings[d].first * dst[d];
    StridedCopy(in.dtype(), view, in.raw_data(), out->mutable_raw_data(), c.pool());
    return absl::OkStatus();
  }
};

// dy without what surrounds it; what surrounds it is the constant's.
absl::StatusOr<Gradients> PadGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const DType index = b.dtype(op.input(1));
  const Output rank = b.Reshape(b.Rank(op.input(0)), b.Ints({1}));
  const Output before_size = b.Concat(Outputs{rank, b.Ints({1})}, b.Scalar<int32_t>(0));
  const Output before = b.Slice(op.input(1), b.Ints({0, 0}), before_size);
  const Output begin = b.Reshape(before, b.Ints({-1}));
  const Output dx = b.Slice(dy[0], begin, b.Shape(op.input(0), index));
  if (op.num_inputs() == 2) return Gradients{dx, {}};
  const auto total = [&](Output x) {
    return b.Sum(x, b.Range(b.Scalar<int32_t>(0), b.Rank(x), b.Scalar<int32_t>(1)));
  };
  return Gradients{dx, {}, b.Sub(total(dy[0]), total(dx))};
}

}  // namespace

absl::Status RegisterPad(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("Pad")
                .Input("input: T")
                .Input("paddings: Tpaddings")
                .Output("output: T")
                .Attr("T: type")
                .Attr("Tpaddings: {int32, int64} = DT_INT32")
                .Doc("`input` with paddings[d, 0] zeros before and paddings[d, 1] after "
                     "it in each dimension d.")
                .Shape(PadShape)
                .Gradient(PadGradient)
                .Cpu<PadKernel>()));
  return r.Add(Op("PadV2")
                   .Input("input: T")
                   .Input("paddings: Tpaddings")
                   .Input("constant_values: T")
                   .Output("output: T")
                   .Attr("T: type")
                   .Attr("Tpaddings: {int32, int64} = DT_INT32")
                   .Doc("Pad with `constant_values` in place of zeros.")
                   .Shape(PadShape)
                   .Gradient(PadGradient)
                   .Cpu<PadKernel>());
}

}  // namespace millrace
