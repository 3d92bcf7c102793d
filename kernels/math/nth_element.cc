// NthElement.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"

namespace millrace {
namespace {

template <typename T>
class NthElementKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("reverse", &reverse_); }
  absl::Status Compute(KernelContext& c) override {
    const Tensor &in = c.input(0), &n_tensor = c.input(1);
    if (n_tensor.rank() != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("N must be scalar but has rank ", n_tensor.rank()));
    }
    const int64_t n = n_tensor.scalar<int32_t>();
    if (in.rank() < 1 || n < 0 || n >= in.dim(in.rank() - 1)) {
      return absl::InvalidArgumentError(absl::StrCat("Input must have at least n+1 columns; n is ",
                                                     n, ", its shape ", in.shape().ToString()));
    }
    const int64_t size = in.dim(in.rank() - 1), at = reverse_ ? size - 1 - n : n;
    Shape shape = in.shape();
    shape.RemoveDim(in.rank() - 1);
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    for (int64_t i = 0; i < shape.num_elements(); ++i) {
      std::vector<T> row(in.data<T>() + i * size, in.data<T>() + (i + 1) * size);
      std::nth_element(row.begin(), row.begin() + at, row.end(),
                       [](const T& x, const T& y) { return x < y; });
      out->mutable_data<T>()[i] = row[at];
    }
    return absl::OkStatus();
  }

 private:
  bool reverse_ = false;
};

absl::Status NthElementShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape in, c.WithRankAtLeast(0, 1));
  if (!in.known_rank()) return absl::OkStatus();
  PartialShape out = PartialShape::UnknownOfRank(in.rank() - 1);
  for (int d = 0; d < out.rank(); ++d) out.SetDim(d, in.dim(d));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

// Shared equally by the elements that have the value.
absl::StatusOr<Gradients> NthElementGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output x = op.input(0), y = b.ExpandDims(op.output(0), -1);
  const Output equal = b.Cast(b.Equal(x, y), b.dtype(x));
  const Output share = b.Div(equal, b.Sum(equal, {-1}, /*keep_dims=*/true));
  return Gradients{b.Mul(share, b.ExpandDims(dy[0], -1)), Gradient()};
}

}  // namespace

absl::Status RegisterNthElement(Registry& r) {
  return r.Add(Op("NthElement")
                   .Input("input: T")
                   .Input("n: int32")
                   .Output("values: T")
                   .Attr("reverse: bool = false")
                   .Attr("T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, "
                         "half, uint32, uint64}")
                   .Doc("The element that would be at place n of each row, sorted ascending or, if "
                        "reverse, descending.")
                   .Shape(NthElementShape)
                   .Gradient(NthElementGradient)
                   .Cpu<NthElementKernel, half, bfloat16, float, double, int8_t, int16_t, int32_t,
                        int64_t, uint8_t, uint16_t, uint32_t, uint64_t>());
}

}  // namespace millrace
