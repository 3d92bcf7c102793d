// Fill, Empty, ZerosLike, OnesLike.
#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/elements.h"
#include "kernels/array/int_args.h"

namespace millrace {
namespace {

class FillKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    // A scalar stands for a vector of one size, as it once could.
    MR_ASSIGN_OR_RETURN(const DimVector dims, IntsArg(c.input(0), "dims"));
    MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create(dims));
    const Tensor& value = c.input(1);
    if (value.rank() != 0 && value.num_elements() != 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("value must be a scalar, got shape ", value.shape().ToString()));
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    VisitStorage(value.dtype(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      std::fill_n(out->mutable_data<T>(), out->num_elements(), value.scalar<T>());
    });
    return absl::OkStatus();
  }
};

class EmptyKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("init", &init_); }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const Shape shape, ShapeArg(c.input(0), "shape"));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    if (init_) ZeroElements(out->dtype(), out->mutable_raw_data(), out->num_elements());
    return absl::OkStatus();
  }

 private:
  bool init_;
};

class ZerosLikeKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    Tensor* out;
    MR_RETURN_IF_ERROR(c.forward_or_allocate_output({0}, 0, c.input(0).shape(), &out));
    ZeroElements(out->dtype(), out->mutable_raw_data(), out->num_elements());
    return absl::OkStatus();
  }
};

template <typename T>
class OnesLikeKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    Tensor* out;
    MR_RETURN_IF_ERROR(c.forward_or_allocate_output({0}, 0, c.input(0).shape(), &out));
    std::fill_n(out->mutable_data<T>(), out->num_elements(), T(1));
    return absl::OkStatus();
  }
};

absl::Status FillShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(0, 1).status());
  if (c.num_inputs() > 1) MR_RETURN_IF_ERROR(c.WithRank(1, 0).status());
  MR_ASSIGN_OR_RETURN(PartialShape shape, c.input_as_shape(0));
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}

absl::StatusOr<Gradients> FillGradient(Builder& b, const OpView&, const Gradients& dy) {
  const Output all = b.Range(b.Scalar<int32_t>(0), b.Rank(dy[0]), b.Scalar<int32_t>(1));
  return Gradients{{}, b.Sum(dy[0], all)};
}

}  // namespace

absl::Status RegisterFill(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("Fill")
                               .Input("dims: index_type")
                               .Input("value: T")
                               .Output("output: T")
                               .Attr("T: type")
                               .Attr("index_type: {int32, int64} = DT_INT32")
                               .Doc("A tensor of shape `dims`, each element `value`.")
                               .Shape(FillShape)
                               .Gradient(FillGradient)
                               .Cpu<FillKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("Empty")
                               .Input("shape: int32")
                               .Output("output: dtype")
                               .Attr("dtype: type")
                               .Attr("init: bool = false")
                               .Stateful()
                               .Doc("A tensor of this shape; zero if `init`, else of any contents.")
                               .Shape(FillShape)
                               .NotDifferentiable()
                               .Cpu<EmptyKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("ZerosLike")
                               .Input("x: T")
                               .Output("y: T")
                               .Attr("T: type")
                               .Doc("Zeros of the shape and type of `x`.")
                               .Shape(SameAsInput0)
                               .NotDifferentiable()
                               .Cpu<ZerosLikeKernel>()));
  return r.Add(Op("OnesLike")
                   .Input("x: T")
                   .Output("y: T")
                   .Attr("T: {bfloat16, half, float, double, int8, uint8, int16, uint16, int32, "
                         "uint32, int64, uint64, complex64, complex128, bool}")
                   .Doc("Ones of the shape and type of `x`.")
                   .Shape(SameAsInput0)
                   .NotDifferentiable()
                   .Cpu<OnesLikeKernel, bfloat16, half, float, double, int8_t, uint8_t, int16_t,
                        uint16_t, int32_t, uint32_t, int64_t, uint64_t, std::complex<float>,
                        std::complex<double>, bool>());
}

}  // namespace millrace
