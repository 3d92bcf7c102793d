// AvgPool3D, MaxPool3D, AvgPool3DGrad, MaxPool3DGrad, MaxPool3DGradGrad. All compute in double.
#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/wide.h"
#include "kernels/nn/volume.h"
#include "kernels/nn/window.h"

namespace millrace {
namespace {

class Pool3DBase : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_ASSIGN_OR_RETURN(attrs_, VolumeAttrs::Read(c.attrs()));
    return absl::OkStatus();
  }

 protected:
  absl::StatusOr<VolumeGeometry> Geometry(const Shape& in) const {
    return VolumeGeometry::Create(attrs_, in, attrs_.window);
  }
  // fn(element of the output, elements of the input under its window) for all of them.
  template <typename F>
  static void ForEachWindow(const VolumeGeometry& g, F fn) {
    std::vector<int64_t> under;
    const int64_t in_step = g.ChannelStep(g.in), out_step = g.ChannelStep(g.out);
    for (int64_t p = 0; p < g.out_pixels(); ++p) {
      g.AtPixel(p, [&](int64_t image, int64_t oz, int64_t oy, int64_t ox) {
        under.clear();
        g.ForEachPosition(oz, oy, ox, [&](int64_t z, int64_t y, int64_t x, int64_t) {
          under.push_back(g.At(g.in, g.channels, image, z, y, x));
        });
        const int64_t to = g.At(g.out, g.channels, image, oz, oy, ox);
        for (int64_t k = 0; k < g.channels; ++k) {
          fn(to + k * out_step, under);
          for (int64_t& at : under) at += in_step;
        }
      });
    }
  }
  static int64_t Largest(const std::vector<double>& x, const std::vector<int64_t>& under) {
    int64_t best = under[0];
    for (const int64_t at : under) {
      if (x[at] > x[best]) best = at;
    }
    return best;
  }

  VolumeAttrs attrs_;
};

template <bool kMax>
class Pool3DKernel final : public Pool3DBase {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const VolumeGeometry g, Geometry(c.input(0).shape()));
    MR_ASSIGN_OR_RETURN(const Shape shape, g.OutShape(g.channels));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    const std::vector<double> x = LoadWide<double>(c.input(0));
    std::vector<double> y(static_cast<size_t>(shape.num_elements()));
    ForEachWindow(g, [&](int64_t to, const std::vector<int64_t>& under) {
      if (under.empty()) return;
      if (kMax) {
        y[to] = x[Largest(x, under)];
        return;
      }
      for (const int64_t at : under) y[to] += x[at];
      y[to] /= static_cast<double>(under.size());
    });
    StoreWide(y, out);
    return absl::OkStatus();
  }
};

class AvgPool3DGradKernel final : public Pool3DBase {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor &sizes = c.input(0), &grad = c.input(1);
    if (sizes.rank() != 1 || sizes.dim(0) != 5) {
      return absl::InvalidArgumentError(absl::StrCat(
          "orig_input_shape must be 1-dimensional and 5 elements, not ", sizes.shape().ToString()));
    }
    DimVector dims;
    for (const int32_t d : sizes.flat<int32_t>()) dims.push_back(d);
    MR_ASSIGN_OR_RETURN(const Shape in, Shape::Create(dims));
    MR_ASSIGN_OR_RETURN(const VolumeGeometry g, Geometry(in));
    MR_ASSIGN_OR_RETURN(const Shape shape, g.OutShape(g.channels));
    if (shape != grad.shape()) {
      return absl::InvalidArgumentError(absl::StrCat("grad must have the shape ", shape.ToString(),
                                                     ", not ", grad.shape().ToString()));
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, in, &out));
    const std::vector<double> dy = LoadWide<double>(grad);
    std::vector<double> dx(static_cast<size_t>(in.num_elements()));
    ForEachWindow(g, [&](int64_t to, const std::vector<int64_t>& under) {
      for (const int64_t at : under) dx[at] += dy[to] / static_cast<double>(under.size());
    });
    StoreWide(dx, out);
    return absl::OkStatus();
  }
};

// Of the output's gradient to each maximum of its window (kSecond false: equal ones have it all, as
// in TensorFlow), or of the input's gradient at the first one back.
template <bool kSecond>
class MaxPool3DGradKernel final : public Pool3DBase {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor &in = c.input(0), &pooled = c.input(1), &grad = c.input(2);
    MR_ASSIGN_OR_RETURN(const VolumeGeometry g, Geometry(in.shape()));
    MR_ASSIGN_OR_RETURN(const Shape shape, g.OutShape(g.channels));
    if (pooled.shape() != shape || grad.shape() != (kSecond ? in.shape() : shape)) {
      return absl::InvalidArgumentError(
          absl::StrCat("orig_output and grad do not fit: expected ", shape.ToString(), ", got ",
                       pooled.shape().ToString(), " and ", grad.shape().ToString()));
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, kSecond ? shape : in.shape(), &out));
    const std::vector<double> x = LoadWide<double>(in), d = LoadWide<double>(grad);
    std::vector<double> result(static_cast<size_t>(out->num_elements()));
    ForEachWindow(g, [&](int64_t to, const std::vector<int64_t>& under) {
      if (under.empty()) return;
      const int64_t best = Largest(x, under);
      if (kSecond) {
        result[to] = d[best];
      } else {
        for (const int64_t at : under) {
          if (x[at] == x[best]) result[at] += d[to];
        }
      }
    });
    StoreWide(result, out);
    return absl::OkStatus();
  }
};

absl::Status OriginalShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(PartialShape out, c.input_as_shape(0));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

AttrMap PoolAttrsOf(const OpView& op) {
  return CopyAttrs(op, {"ksize", "strides", "padding", "data_format"});
}

absl::StatusOr<Gradients> AvgPool3DGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Op1("AvgPool3DGrad", {b.Shape(op.input(0)), dy[0]}, PoolAttrsOf(op))};
}

absl::StatusOr<Gradients> AvgPool3DGradGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{Gradient(), b.Op1("AvgPool3D", {dy[0]}, PoolAttrsOf(op))};
}

absl::StatusOr<Gradients> MaxPool3DGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Op1("MaxPool3DGrad", {op.input(0), op.output(0), dy[0]}, PoolAttrsOf(op))};
}

// By the gradient that is handed down; where the maxima are does not change.
absl::StatusOr<Gradients> MaxPool3DGradGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{Gradient(), Gradient(),
                   b.Op1("MaxPool3DGradGrad", {op.input(0), op.input(1), dy[0]}, PoolAttrsOf(op))};
}

absl::StatusOr<Gradients> MaxPool3DGradGradGradient(Builder& b, const OpView& op,
                                                    const Gradients& dy) {
  return Gradients{Gradient(), Gradient(),
                   b.Op1("MaxPool3DGrad", {op.input(0), op.input(1), dy[0]}, PoolAttrsOf(op))};
}

}  // namespace

absl::Status RegisterPool3d(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("AvgPool3D")
                               .Input("input: T")
                               .Output("output: T")
                               .Attr("ksize: list(int) >= 5")
                               .Attr("strides: list(int) >= 5")
                               .Attr("padding: {'SAME', 'VALID'}")
                               .Attr("data_format: {'NDHWC', 'NCDHW'} = 'NDHWC'")
                               .Attr("T: {half, bfloat16, float, double}")
                               .Doc("The mean under each position of a window over volumes.")
                               .Shape(VolumePoolShape)
                               .Gradient(AvgPool3DGradient)
                               .Cpu<Pool3DKernel<false>>()));
  MR_RETURN_IF_ERROR(r.Add(Op("AvgPool3DGrad")
                               .Input("orig_input_shape: int32")
                               .Input("grad: T")
                               .Output("output: T")
                               .Attr("ksize: list(int) >= 5")
                               .Attr("strides: list(int) >= 5")
                               .Attr("padding: {'SAME', 'VALID'}")
                               .Attr("data_format: {'NDHWC', 'NCDHW'} = 'NDHWC'")
                               .Attr("T: {half, bfloat16, float, double}")
                               .Doc("The gradient of AvgPool3D.")
                               .Shape(OriginalShape)
                               .Gradient(AvgPool3DGradGradient)
                               .Cpu<AvgPool3DGradKernel>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("MaxPool3D")
                .Input("input: T")
                .Output("output: T")
                .Attr("ksize: list(int) >= 5")
                .Attr("strides: list(int) >= 5")
                .Attr("padding: {'SAME', 'VALID'}")
                .Attr("data_format: {'NDHWC', 'NCDHW'} = 'NDHWC'")
                .Attr("T: {half, bfloat16, float}")
                .Doc("The largest element under each position of a window over volumes.")
                .Shape(VolumePoolShape)
                .Gradient(MaxPool3DGradient)
                .Cpu<Pool3DKernel<true>>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("MaxPool3DGrad")
                .Input("orig_input: TInput")
                .Input("orig_output: TInput")
                .Input("grad: T")
                .Output("output: T")
                .Attr("ksize: list(int) >= 5")
                .Attr("strides: list(int) >= 5")
                .Attr("padding: {'SAME', 'VALID'}")
                .Attr("data_format: {'NDHWC', 'NCDHW'} = 'NDHWC'")
                .Attr("T: {half, bfloat16, float} = DT_FLOAT")
                .Attr("TInput: {half, bfloat16, float} = DT_FLOAT")
                .Doc("The gradient of MaxPool3D: it goes to each maximum of a window.")
                .Shape(SameAsInput0)
                .Gradient(MaxPool3DGradGradient)
                .Cpu<MaxPool3DGradKernel<false>>()));
  return r.Add(Op("MaxPool3DGradGrad")
                   .Input("orig_input: T")
                   .Input("orig_output: T")
                   .Input("grad: T")
                   .Output("output: T")
                   .Attr("ksize: list(int) >= 5")
                   .Attr("strides: list(int) >= 5")
                   .Attr("padding: {'SAME', 'VALID'}")
                   .Attr("data_format: {'NDHWC', 'NCDHW'} = 'NDHWC'")
                   .Attr("T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, "
                         "half, uint32, uint64}")
                   .Doc("The gradient of MaxPool3DGrad by its gradient.")
                   .Shape(VolumePoolShape)
                   .Gradient(MaxPool3DGradGradGradient)
                   .Cpu<MaxPool3DGradKernel<true>>());
}

}  // namespace millrace
