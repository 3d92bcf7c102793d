// MirrorPad and MirrorPadGrad: a tensor continued by its own reflection.
#include <complex>

#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/elements.h"
#include "kernels/array/paddings.h"
#include "kernels/array/reflections.h"
#include "kernels/array/strided_copy.h"

namespace millrace {
namespace {

// Attribute mode: REFLECT leaves the border element out of the reflection, SYMMETRIC repeats it.
absl::StatusOr<int> BorderOffset(const AttrMap& attrs) {
  std::string mode;
  MR_RETURN_IF_ERROR(attrs.Get("mode", &mode));
  return mode == "REFLECT" ? 1 : 0;
}

// Calls f(padded element, inner element) for all of them in order.
template <typename F>
void ForEachReflection(const Shape& inner, const Paddings& paddings, int offset, F f) {
  const int rank = inner.rank();
  const DimVector strides = RowMajorStrides(inner.dims());
  std::vector<std::vector<int64_t>> from;
  int64_t total = 1;
  for (int d = 0; d < rank; ++d) {
    from.push_back(Reflections(inner.dim(d), paddings[d].first, paddings[d].second, offset));
    total *= static_cast<int64_t>(from[d].size());
  }
  DimVector at(rank, 0);
  for (int64_t i = 0; i < total; ++i) {
    int64_t source = 0;
    for (int d = 0; d < rank; ++d) source += from[d][at[d]] * strides[d];
    f(i, source);
    for (int d = rank - 1; d >= 0 && ++at[d] == static_cast<int64_t>(from[d].size()); --d)
      at[d] = 0;
  }
}

class MirrorPadKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_ASSIGN_OR_RETURN(offset_, BorderOffset(c.attrs()));
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    const Tensor& in = c.input(0);
    MR_ASSIGN_OR_RETURN(const Paddings paddings, PaddingsArg(c.input(1), in.rank()));
    MR_RETURN_IF_ERROR(CheckReflection(in.shape(), paddings, offset_));
    MR_ASSIGN_OR_RETURN(const Shape shape, PaddedShape(in.shape(), paddings));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    VisitStorage(in.dtype(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      const T* from = in.data<T>();
      T* to = out->mutable_data<T>();
      ForEachReflection(in.shape(), paddings, offset_,
                        [&](int64_t i, int64_t source) { to[i] = from[source]; });
    });
    return absl::OkStatus();
  }

 private:
  int offset_;
};

template <typename T>
class MirrorPadGradKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_ASSIGN_OR_RETURN(offset_, BorderOffset(c.attrs()));
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    const Tensor& dy = c.input(0);
    MR_ASSIGN_OR_RETURN(const Paddings paddings, PaddingsArg(c.input(1), dy.rank()));
    DimVector dims;
    for (int d = 0; d < dy.rank(); ++d) {
      const int64_t size = dy.dim(d) - paddings[d].first - paddings[d].second;
      if (size < 0) return absl::InvalidArgumentError("paddings exceed the input");
      dims.push_back(size);
    }
    const Shape shape{absl::MakeConstSpan(dims)};
    MR_RETURN_IF_ERROR(CheckReflection(shape, paddings, offset_));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    ZeroElements(out->dtype(), out->mutable_raw_data(), out->num_elements());
    const T* from = dy.data<T>();
    T* to = out->mutable_data<T>();
    ForEachReflection(shape, paddings, offset_,
                      [&](int64_t i, int64_t source) { to[source] = T(to[source] + from[i]); });
    return absl::OkStatus();
  }

 private:
  int offset_;
};

absl::Status MirrorPadGradShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(1, 2).status());
  if (!c.input(0).known_rank()) return absl::OkStatus();
  PartialShape out = c.input(0);
  const Tensor* value = c.input_value(1);
  for (int d = 0; d < out.rank(); ++d) out.SetDim(d, PartialShape::kUnknownDim);
  if (value != nullptr) {
    MR_ASSIGN_OR_RETURN(const Paddings paddings, PaddingsArg(*value, out.rank()));
    for (int d = 0; d < out.rank(); ++d) {
      const int64_t n = c.input(0).dim(d);
      if (n >= 0) out.SetDim(d, std::max<int64_t>(0, n - paddings[d].first - paddings[d].second));
    }
  }
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::StatusOr<Gradients> MirrorPadGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{
      b.Op1("MirrorPadGrad", {dy[0], op.input(1)}, {{"mode", op.attr<std::string>("mode")}}), {}};
}
absl::StatusOr<Gradients> MirrorPadGradGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{
      b.Op1("MirrorPad", {dy[0], op.input(1)}, {{"mode", op.attr<std::string>("mode")}}), {}};
}

}  // namespace

absl::Status RegisterMirrorPad(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("MirrorPad")
                               .Input("input: T")
                               .Input("paddings: Tpaddings")
                               .Output("output: T")
                               .Attr("T: type")
                               .Attr("Tpaddings: {int32, int64} = DT_INT32")
                               .Attr("mode: {'REFLECT', 'SYMMETRIC'}")
                               .Doc("`input` continued by its reflection at the borders.")
                               .Shape(PadShape)
                               .Gradient(MirrorPadGradient)
                               .Cpu<MirrorPadKernel>()));
  return r.Add(
      Op("MirrorPadGrad")
          .Input("input: T")
          .Input("paddings: Tpaddings")
          .Output("output: T")
          .Attr("T: type")
          .Attr("Tpaddings: {int32, int64} = DT_INT32")
          .Attr("mode: {'REFLECT', 'SYMMETRIC'}")
          .Doc("The gradient of MirrorPad: what was reflected is added where it came from.")
          .Shape(MirrorPadGradShape)
          .Gradient(MirrorPadGradGradient)
          .Cpu<MirrorPadGradKernel, half, bfloat16, float, double, int8_t, int16_t, int32_t,
               int64_t, uint8_t, uint16_t, uint32_t, uint64_t, std::complex<float>,
               std::complex<double>>());
}

}  // namespace millrace
