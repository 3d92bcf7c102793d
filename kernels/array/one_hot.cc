// OneHot.
#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/elements.h"
#include "kernels/array/scalar_arg.h"

namespace millrace {
namespace {

template <typename Index>
class OneHotKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("axis", &axis_); }
  absl::Status Compute(KernelContext& c) override {
    const Tensor& indices = c.input(0);
    MR_ASSIGN_OR_RETURN(const int64_t depth, IntScalarArg(c.input(1), "depth"));
    if (depth < 0)
      return absl::InvalidArgumentError(absl::StrCat("depth must be non-negative, got: ", depth));
    for (int i = 2; i <= 3; ++i) {
      if (c.input(i).rank() != 0) {
        return absl::InvalidArgumentError(
            absl::StrCat(i == 2 ? "on_value" : "off_value",
                         " must be a scalar, but got: ", c.input(i).shape().ToString()));
      }
    }
    Shape shape = indices.shape();
    MR_ASSIGN_OR_RETURN(const int axis, AxisArg(axis_, shape.rank() + 1, "axis"));
    int64_t outer = 1;
    for (int d = 0; d < axis; ++d) outer *= shape.dim(d);
    const int64_t inner = outer == 0 ? 0 : shape.num_elements() / outer;
    MR_RETURN_IF_ERROR(shape.InsertDim(axis, depth));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    VisitStorage(out->dtype(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      T* to = out->mutable_data<T>();
      std::fill_n(to, out->num_elements(), c.input(3).scalar<T>());
      for (int64_t o = 0; o < outer; ++o) {
        for (int64_t i = 0; i < inner; ++i) {
          const int64_t at = static_cast<int64_t>(indices.data<Index>()[o * inner + i]);
          if (at >= 0 && at < depth) to[(o * depth + at) * inner + i] = c.input(2).scalar<T>();
        }
      }
    });
    return absl::OkStatus();
  }

 private:
  int64_t axis_;
};

absl::Status OneHotShape(ShapeContext& c) {
  int64_t axis;
  MR_RETURN_IF_ERROR(c.GetAttr("axis", &axis));
  if (axis < -1) return absl::InvalidArgumentError(absl::StrCat("axis must be >= -1, got ", axis));
  for (int i = 1; i <= 3; ++i) MR_RETURN_IF_ERROR(c.WithRank(i, 0).status());
  int64_t depth = PartialShape::kUnknownDim;
  if (const auto value = c.input_as_ints(1)) depth = (*value)[0];
  if (depth < -1) return c.Error(1, "must be non-negative");
  if (!c.input(0).known_rank()) return absl::OkStatus();
  DimVector dims(c.input(0).dims().begin(), c.input(0).dims().end());
  MR_ASSIGN_OR_RETURN(const int at, AxisArg(axis, c.input(0).rank() + 1, "axis"));
  dims.insert(dims.begin() + at, depth);
  MR_ASSIGN_OR_RETURN(PartialShape out, PartialShape::Create(dims));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterOneHot(Registry& r) {
  return r.Add(
      Op("OneHot")
          .Input("indices: TI")
          .Input("depth: int32")
          .Input("on_value: T")
          .Input("off_value: T")
          .Output("output: T")
          .Attr("axis: int = -1")
          .Attr("T: type")
          .Attr("TI: {uint8, int8, int32, int64} = DT_INT64")
          .Doc("`on_value` where the new dimension's index is the element of `indices`, else "
               "`off_value`; an index outside gives no `on_value`.")
          .Shape(OneHotShape)
          .NotDifferentiable()
          .CpuFor<OneHotKernel, uint8_t, int8_t, int32_t, int64_t>("TI"));
}

}  // namespace millrace
