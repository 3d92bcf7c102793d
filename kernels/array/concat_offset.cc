// ConcatOffset: where each of the concatenated tensors begins.
#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/scalar_arg.h"

namespace millrace {
namespace {

class ConcatOffsetKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const int64_t raw_axis, IntScalarArg(c.input(0), "concat_dim"));
    const int n = c.num_inputs() - 1;
    MR_ASSIGN_OR_RETURN(const DimVector first, IntVectorArg(c.input(1), "shape"));
    MR_ASSIGN_OR_RETURN(const int axis,
                        AxisArg(raw_axis, static_cast<int>(first.size()), "concat_dim"));
    int64_t at = 0;
    for (int i = 0; i < n; ++i) {
      MR_ASSIGN_OR_RETURN(const DimVector dims, IntVectorArg(c.input(1 + i), "shape"));
      bool fits = dims.size() == first.size();
      for (int d = 0; fits && d < static_cast<int>(dims.size()); ++d) {
        fits = d == axis || dims[d] == first[d];
      }
      if (!fits) {
        return absl::InvalidArgumentError(
            absl::StrCat("shape[", i, "] differs from shape[0] in more than dimension ", axis));
      }
      DimVector offset(dims.size(), 0);
      offset[axis] = at;
      at += dims[axis];
      MR_ASSIGN_OR_RETURN(const Shape as_shape, Shape::Create(offset));
      MR_ASSIGN_OR_RETURN(Tensor out, ShapeToTensor(as_shape, c.output_type(i)));
      c.set_output(i, std::move(out));
    }
    return absl::OkStatus();
  }
  bool cheap() const override { return true; }
};

absl::Status ConcatOffsetShape(ShapeContext& c) {
  for (int i = 1; i < c.num_inputs(); ++i) {
    MR_ASSIGN_OR_RETURN(PartialShape shape, c.WithRank(i, 1));
    c.set_output(i - 1, std::move(shape));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterConcatOffset(Registry& r) {
  return r.Add(Op("ConcatOffset")
                   .Input("concat_dim: int32")
                   .Input("shape: N * shape_type")
                   .Output("offset: N * shape_type")
                   .Attr("N: int >= 2")
                   .Attr("shape_type: {int32, int64} = DT_INT32")
                   .Doc("For N shapes joined along `concat_dim`: the offset of each in the whole.")
                   .Shape(ConcatOffsetShape)
                   .NotDifferentiable()
                   .Cpu<ConcatOffsetKernel>());
}

}  // namespace millrace
