// DepthwiseConv2dNative and the ops of its gradient: each input channel has filters of its own.
#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/nn/layout.h"
#include "kernels/nn/window.h"

namespace millrace {
namespace {

// A filter is [height, width, channels, multiplier]; output channel channel * multiplier + m is
// that channel's m-th.
struct Depthwise {
  WindowGeometry g;
  int64_t multiplier = 1;

  static absl::StatusOr<Depthwise> Create(const WindowAttrs& attrs, const Shape& input,
                                          const Shape& filter) {
    if (input.rank() != 4 || filter.rank() != 4) {
      return absl::InvalidArgumentError(absl::StrCat(
          "input and filter must be 4-dimensional: ", input.ToString(), ", ", filter.ToString()));
    }
    if (filter.dim(2) != input.dim(attrs.channels())) {
      return absl::InvalidArgumentError(
          absl::StrCat("input and filter must have the same depth: ", input.dim(attrs.channels()),
                       " vs ", filter.dim(2)));
    }
    Depthwise d;
    d.multiplier = filter.dim(3);
    MR_ASSIGN_OR_RETURN(d.g, WindowGeometry::Create(attrs, input, filter.dim(0), filter.dim(1)));
    return d;
  }
  int64_t out_channels() const { return g.in_channels * multiplier; }
};

// Calls fn(output pixel, input pixel, tap) for each tap of the filter that lies inside the image,
// for one row of output pixels (batch and height together).
template <typename F>
void ForEachTap(const WindowGeometry& g, int64_t row, F fn) {
  const int64_t image = row / g.out_height * g.in_height, oy = row % g.out_height;
  for (int64_t ky = 0; ky < g.height; ++ky) {
    const int64_t y = oy * g.stride_y - g.pad_y + ky * g.dilation_y;
    if (y < 0 || y >= g.in_height) continue;
    for (int64_t kx = 0; kx < g.width; ++kx) {
      for (int64_t ox = 0; ox < g.out_width; ++ox) {
        const int64_t x = ox * g.stride_x - g.pad_x + kx * g.dilation_x;
        if (x < 0 || x >= g.in_width) continue;
        fn(row * g.out_width + ox, (image + y) * g.in_width + x, ky * g.width + kx);
      }
    }
  }
}

template <typename T>
void Forward(ThreadPool* pool, const Depthwise& d, const T* x, const T* filter, T* y) {
  const int64_t n = d.g.in_channels, k = d.multiplier, out = n * k;
  pool->ParallelFor(d.g.batch * d.g.out_height, 1, [&](int64_t begin, int64_t end) {
    std::fill(y + begin * d.g.out_width * out, y + end * d.g.out_width * out, T(0));
    for (int64_t r = begin; r < end; ++r) {
      ForEachTap(d.g, r, [&](int64_t to, int64_t from, int64_t tap) {
        const T* a = x + from * n;
        const T* w = filter + tap * out;
        T* z = y + to * out;
        for (int64_t c = 0; c < n; ++c) {
          for (int64_t m = 0; m < k; ++m) z[c * k + m] += a[c] * w[c * k + m];
        }
      });
    }
  });
}

template <typename T>
void BackpropInput(ThreadPool* pool, const Depthwise& d, const T* filter, const T* dy, T* dx) {
  const int64_t n = d.g.in_channels, k = d.multiplier, out = n * k,
                image = d.g.in_height * d.g.in_width * n;
  pool->ParallelFor(d.g.batch, 1, [&](int64_t begin, int64_t end) {
    std::fill(dx + begin * image, dx + end * image, T(0));
    for (int64_t r = begin * d.g.out_height; r < end * d.g.out_height; ++r) {
      ForEachTap(d.g, r, [&](int64_t from, int64_t to, int64_t tap) {
        const T* a = dy + from * out;
        const T* w = filter + tap * out;
        T* z = dx + to * n;
        for (int64_t c = 0; c < n; ++c) {
          for (int64_t m = 0; m < k; ++m) z[c] += a[c * k + m] * w[c * k + m];
        }
      });
    }
  });
}

// Each image's share is summed on its own and then added in order, so that the result does not
// depend on threads.
template <typename T>
void BackpropFilter(ThreadPool* pool, const Depthwise& d, const T* x, const T* dy, T* dw) {
  const int64_t n = d.g.in_channels, k = d.multiplier, out = n * k,
                size = d.g.height * d.g.width * out;
  std::vector<T> shares(static_cast<size_t>(d.g.batch * size));
  pool->ParallelFor(d.g.batch, 1, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin * d.g.out_height; r < end * d.g.out_height; ++r) {
      T* share = shares.data() + r / d.g.out_height * size;
      ForEachTap(d.g, r, [&](int64_t at, int64_t from, int64_t tap) {
        const T* a = x + from * n;
        const T* g = dy + at * out;
        T* z = share + tap * out;
        for (int64_t c = 0; c < n; ++c) {
          for (int64_t m = 0; m < k; ++m) z[c * k + m] += a[c] * g[c * k + m];
        }
      });
    }
  });
  std::fill_n(dw, size, T(0));
  for (int64_t i = 0; i < d.g.batch; ++i) {
    for (int64_t j = 0; j < size; ++j) dw[j] += shares[i * size + j];
  }
}

absl::StatusOr<Shape> ShapeValue(const Tensor& sizes, const char* name) {
  if (sizes.rank() != 1 || sizes.dim(0) != 4) {
    return absl::InvalidArgumentError(absl::StrCat(
        name, " must be a vector of 4 sizes, not of shape ", sizes.shape().ToString()));
  }
  const int32_t* v = sizes.data<int32_t>();
  return Shape::Create({v[0], v[1], v[2], v[3]});
}

enum class What { kOutput, kInputGradient, kFilterGradient };

template <What what>
class DepthwiseKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_ASSIGN_OR_RETURN(attrs_, WindowAttrs::Read(c.attrs()));
    return absl::OkStatus();
  }

  absl::Status Compute(KernelContext& c) override {
    Shape input = c.input(0).shape(), filter = c.input(1).shape();
    if constexpr (what == What::kInputGradient) {
      MR_ASSIGN_OR_RETURN(input, ShapeValue(c.input(0), "input_sizes"));
    } else if constexpr (what == What::kFilterGradient) {
      MR_ASSIGN_OR_RETURN(filter, ShapeValue(c.input(1), "filter_sizes"));
    }
    MR_ASSIGN_OR_RETURN(const Depthwise d, Depthwise::Create(attrs_, input, filter));
    MR_ASSIGN_OR_RETURN(const Shape output, ImageShape(attrs_, d.g.batch, d.g.out_height,
                                                       d.g.out_width, d.out_channels()));
    if (what != What::kOutput && c.input(2).shape() != output) {
      return absl::InvalidArgumentError(absl::StrCat("out_backprop must be of shape ",
                                                     output.ToString(), ", not ",
                                                     c.input(2).shape().ToString()));
    }
    const Shape& shape = what == What::kOutput          ? output
                         : what == What::kInputGradient ? input
                                                        : filter;
    const bool channels_first = attrs_.channels_first && what != What::kFilterGradient;
    Tensor out;
    MR_RETURN_IF_ERROR(AllocateNhwc(c, 0, shape, channels_first, &out));
    MR_RETURN_IF_ERROR(out.dtype() == DType::kDouble ? Run<double>(c, d, &out)
                                                     : Run<float>(c, d, &out));
    return StoreNhwc(c, 0, shape, channels_first, std::move(out));
  }

 private:
  template <typename T>
  absl::Status Run(KernelContext& c, const Depthwise& d, Tensor* out) const {
    const int first = what == What::kInputGradient ? 1 : 0, second = what == What::kOutput ? 1 : 2;
    Tensor a, b;
    MR_RETURN_IF_ERROR(ToNhwc(c, c.input(first), attrs_.channels_first && first == 0, &a));
    MR_RETURN_IF_ERROR(ToNhwc(c, c.input(second), attrs_.channels_first && second == 2, &b));
    T* result = out->mutable_data<T>();
    if constexpr (what == What::kOutput) {
      Forward(c.pool(), d, a.data<T>(), b.data<T>(), result);
    } else if constexpr (what == What::kInputGradient) {
      BackpropInput(c.pool(), d, a.data<T>(), b.data<T>(), result);
    } else {
      BackpropFilter(c.pool(), d, a.data<T>(), b.data<T>(), result);
    }
    return absl::OkStatus();
  }

  WindowAttrs attrs_;
};

AttrMap ConvAttrs(const OpView& op) {
  return CopyAttrs(op, {"strides", "padding", "explicit_paddings", "dilations", "data_format"});
}

absl::StatusOr<Gradients> OutputGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output x = op.input(0), filter = op.input(1);
  return Gradients{
      b.Op1("DepthwiseConv2dNativeBackpropInput", {b.Shape(x), filter, dy[0]}, ConvAttrs(op)),
      b.Op1("DepthwiseConv2dNativeBackpropFilter", {x, b.Shape(filter), dy[0]}, ConvAttrs(op))};
}

absl::StatusOr<Gradients> InputGradientGradient(Builder& b, const OpView& op, const Gradients& dz) {
  const Output filter = op.input(1), dy = op.input(2);
  return Gradients{
      Gradient(),
      b.Op1("DepthwiseConv2dNativeBackpropFilter", {dz[0], b.Shape(filter), dy}, ConvAttrs(op)),
      b.Op1("DepthwiseConv2dNative", {dz[0], filter}, ConvAttrs(op))};
}

absl::StatusOr<Gradients> FilterGradientGradient(Builder& b, const OpView& op,
                                                 const Gradients& dz) {
  const Output x = op.input(0), dy = op.input(2);
  return Gradients{
      b.Op1("DepthwiseConv2dNativeBackpropInput", {b.Shape(x), dz[0], dy}, ConvAttrs(op)),
      Gradient(), b.Op1("DepthwiseConv2dNative", {x, dz[0]}, ConvAttrs(op))};
}

absl::Status OutputShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape x, c.WithRank(0, 4));
  MR_ASSIGN_OR_RETURN(const PartialShape filter, c.WithRank(1, 4));
  MR_ASSIGN_OR_RETURN(const WindowAttrs attrs, WindowAttrs::Read(c.attrs()));
  PartialShape y = PartialShape::UnknownOfRank(4);
  if (x.known_rank()) y.SetDim(0, x.dim(0));
  if (x.known_rank() && filter.known_rank()) {
    const auto depth = ShapeContext::MergeDim(x.dim(attrs.channels()), filter.dim(2));
    if (!depth.ok()) return c.Error(1, depth.status().message());
    if (*depth >= 0 && filter.dim(3) >= 0) y.SetDim(attrs.channels(), *depth * filter.dim(3));
    const int at[2] = {attrs.height(), attrs.width()};
    for (int d = 0; d < 2; ++d) {
      if (filter.dim(d) < 0) continue;
      MR_ASSIGN_OR_RETURN(const int64_t size,
                          attrs.OutputSize(d, x.dim(at[d]), filter.dim(d), nullptr));
      y.SetDim(at[d], size);
    }
  }
  c.set_output(0, std::move(y));
  return absl::OkStatus();
}

template <int i>
absl::Status ShapeFromInput(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(PartialShape shape, c.input_as_shape(i));
  if (!shape.known_rank()) shape = PartialShape::UnknownOfRank(4);
  if (shape.rank() != 4) return c.Error(i, "must have 4 elements");
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterDepthwiseConv2d(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("DepthwiseConv2dNative")
                .Input("input: T")
                .Input("filter: T")
                .Output("output: T")
                .Attr("T: {half, bfloat16, float, double}")
                .Attr("strides: list(int)")
                .Attr("padding: {'SAME', 'VALID', 'EXPLICIT'}")
                .Attr("explicit_paddings: list(int) = []")
                .Attr("data_format: {'NHWC', 'NCHW'} = 'NHWC'")
                .Attr("dilations: list(int) = [1, 1, 1, 1]")
                .Doc("2-D convolution of each channel with its own filters. filter: [height, "
                     "width, channels, multiplier]; the output has channels * multiplier channels.")
                .Shape(OutputShape)
                .Gradient(OutputGradient)
                .Cpu<DepthwiseKernel<What::kOutput>>()));
  MR_RETURN_IF_ERROR(r.Add(Op("DepthwiseConv2dNativeBackpropInput")
                               .Input("input_sizes: int32")
                               .Input("filter: T")
                               .Input("out_backprop: T")
                               .Output("output: T")
                               .Attr("T: {half, bfloat16, float, double}")
                               .Attr("strides: list(int)")
                               .Attr("padding: {'SAME', 'VALID', 'EXPLICIT'}")
                               .Attr("explicit_paddings: list(int) = []")
                               .Attr("data_format: {'NHWC', 'NCHW'} = 'NHWC'")
                               .Attr("dilations: list(int) = [1, 1, 1, 1]")
                               .Doc("The gradient of DepthwiseConv2dNative by its input, which is "
                                    "of the shape input_sizes.")
                               .Shape(ShapeFromInput<0>)
                               .Gradient(InputGradientGradient)
                               .Cpu<DepthwiseKernel<What::kInputGradient>>()));
  return r.Add(Op("DepthwiseConv2dNativeBackpropFilter")
                   .Input("input: T")
                   .Input("filter_sizes: int32")
                   .Input("out_backprop: T")
                   .Output("output: T")
                   .Attr("T: {half, bfloat16, float, double}")
                   .Attr("strides: list(int)")
                   .Attr("padding: {'SAME', 'VALID', 'EXPLICIT'}")
                   .Attr("explicit_paddings: list(int) = []")
                   .Attr("data_format: {'NHWC', 'NCHW'} = 'NHWC'")
                   .Attr("dilations: list(int) = [1, 1, 1, 1]")
                   .Doc("The gradient of DepthwiseConv2dNative by its filter, which is of the "
                        "shape filter_sizes.")
                   .Shape(ShapeFromInput<1>)
                   .Gradient(FilterGradientGradient)
                   .Cpu<DepthwiseKernel<What::kFilterGradient>>());
}

}  // namespace millrace
