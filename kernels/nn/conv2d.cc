// Conv2D.
#include "kernels/nn/conv2d.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/gemm.h"
#include "kernels/nn/im2col.h"
#include "kernels/nn/layout.h"

namespace millrace {

absl::StatusOr<Convolution> Convolution::Create(const WindowAttrs& attrs, const Shape& input,
                                                const Shape& filter) {
  if (input.rank() != 4) {
    return absl::InvalidArgumentError(
        absl::StrCat("input must be 4-dimensional: ", input.ToString()));
  }
  if (filter.rank() != 4) {
    return absl::InvalidArgumentError(
        absl::StrCat("filter must be 4-dimensional: ", filter.ToString()));
  }
  Convolution conv;
  conv.group_in = filter.dim(2);
  const int64_t in_channels = input.dim(attrs.channels());
  if (conv.group_in <= 0 || in_channels % conv.group_in != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("input depth must be evenly divisible by filter depth: ", in_channels, " vs ",
                     conv.group_in));
  }
  conv.groups = std::max<int64_t>(1, in_channels / conv.group_in);
  if (filter.dim(3) % conv.groups != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("output depth must be evenly divisible by number of groups: ", filter.dim(3),
                     " vs ", conv.groups));
  }
  conv.group_out = filter.dim(3) / conv.groups;
  MR_ASSIGN_OR_RETURN(conv.g, WindowGeometry::Create(attrs, input, filter.dim(0), filter.dim(1)));
  return conv;
}

int64_t Convolution::block() const {
  constexpr int64_t kElements = 96 * 1024;
  return std::clamp<int64_t>(kElements / std::max<int64_t>(1, patch()), 16, 512);
}

namespace {

// The columns [from, from + n) of a row-major matrix.
template <typename T>
std::vector<T> Columns(const T* matrix, int64_t rows, int64_t stride, int64_t from, int64_t n) {
  std::vector<T> part(static_cast<size_t>(rows * n));
  for (int64_t i = 0; i < rows; ++i)
    std::copy_n(matrix + i * stride + from, n, part.data() + i * n);
  return part;
}

// y[pixel, out channel] = sum over the patch of the pixel.
template <typename T>
void ConvolveAs(ThreadPool* pool, const Convolution& conv, const T* x, const T* filter, T* y) {
  const int64_t pixels = conv.g.out_pixels(), block = conv.block(), patch = conv.patch();
  const int64_t n = conv.group_out, all = conv.out_channels();
  for (int64_t group = 0; group < conv.groups; ++group) {
    std::vector<T> part;
    if (conv.groups > 1) part = Columns(filter, patch, all, group * n, n);
    const T* weights = conv.groups > 1 ? part.data() : filter;
    pool->ParallelFor((pixels + block - 1) / block, 1, [&](int64_t begin, int64_t end) {
      std::vector<T> columns(static_cast<size_t>(block * patch));
      std::vector<T> result(static_cast<size_t>(conv.groups > 1 ? block * n : 0));
      for (int64_t i = begin; i < end; ++i) {
        const int64_t first = i * block, count = std::min(block, pixels - first);
        GatherPatches(conv.g, group * conv.group_in, conv.group_in, first, count, x,
                      columns.data());
        T* out = conv.groups > 1 ? result.data() : y + first * n;
        Gemm(nullptr, {count, n, patch}, columns.data(), weights, out);
        if (conv.groups == 1) continue;
        for (int64_t p = 0; p < count; ++p)
          std::copy_n(out + p * n, n, y + (first + p) * all + group * n);
      }
    });
  }
}

}  // namespace

void Convolve(ThreadPool* pool, const Convolution& conv, const Tensor& x, const Tensor& filter,
              Tensor* y) {
  if (y->num_elements() == 0) return;
  if (y->dtype() == DType::kDouble) {
    ConvolveAs(pool, conv, x.data<double>(), filter.data<double>(), y->mutable_data<double>());
  } else if (y->dtype() == DType::kInt32) {
    ConvolveAs(pool, conv, x.data<int32_t>(), filter.data<int32_t>(), y->mutable_data<int32_t>());
  } else {
    ConvolveAs(pool, conv, x.data<float>(), filter.data<float>(), y->mutable_data<float>());
  }
}

namespace {

class Conv2DKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_ASSIGN_OR_RETURN(attrs_, WindowAttrs::Read(c.attrs()));
    return absl::OkStatus();
  }

  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const Convolution conv,
                        Convolution::Create(attrs_, c.input(0).shape(), c.input(1).shape()));
    MR_ASSIGN_OR_RETURN(const Shape shape, ImageShape(attrs_, conv.g.batch, conv.g.out_height,
                                                      conv.g.out_width, conv.out_channels()));
    Tensor x, filter, y;
    MR_RETURN_IF_ERROR(ToNhwc(c, c.input(0), attrs_.channels_first, &x));
    MR_RETURN_IF_ERROR(ToNhwc(c, c.input(1), false, &filter));
    MR_RETURN_IF_ERROR(AllocateNhwc(c, 0, shape, attrs_.channels_first, &y));
    Convolve(c.pool(), conv, x, filter, &y);
    return StoreNhwc(c, 0, shape, attrs_.channels_first, std::move(y));
  }

 private:
  WindowAttrs attrs_;
};

AttrMap ConvAttrs(const OpView& op) {
  return CopyAttrs(op, {"strides", "padding", "explicit_paddings", "dilations", "use_cudnn_on_gpu",
                        "data_format"});
}

absl::StatusOr<Gradients> Conv2DGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output x = op.input(0), filter = op.input(1);
  return Gradients{b.Op1("Conv2DBackpropInput", {b.Shape(x), filter, dy[0]}, ConvAttrs(op)),
                   b.Op1("Conv2DBackpropFilter", {x, b.Shape(filter), dy[0]}, ConvAttrs(op))};
}

absl::Status Conv2DShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape x, c.WithRank(0, 4));
  MR_ASSIGN_OR_RETURN(const PartialShape filter, c.WithRank(1, 4));
  MR_ASSIGN_OR_RETURN(const WindowAttrs attrs, WindowAttrs::Read(c.attrs()));
  PartialShape y = PartialShape::UnknownOfRank(4);
  if (x.known_rank()) y.SetDim(0, x.dim(0));
  if (filter.known_rank()) y.SetDim(attrs.channels(), filter.dim(3));
  if (x.known_rank() && filter.known_rank()) {
    const int64_t in = x.dim(attrs.channels()), group_in = filter.dim(2);
    if (in >= 0 && group_in >= 0 && (group_in == 0 || in % group_in != 0)) {
      return c.Error(1, absl::StrCat("has depth ", group_in,
                                     ", which does not divide the input's depth ", in));
    }
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

}  // namespace

absl::Status RegisterConv2d(Registry& r) {
  return r.Add(
      Op("Conv2D")
          .Input("input: T")
          .Input("filter: T")
          .Output("output: T")
          .Attr("T: {half, bfloat16, float, double, int32}")
          .Attr("strides: list(int)")
          .Attr("use_cudnn_on_gpu: bool = true")
          .Attr("padding: {'SAME', 'VALID', 'EXPLICIT'}")
          .Attr("explicit_paddings: list(int) = []")
          .Attr("data_format: {'NHWC', 'NCHW'} = 'NHWC'")
          .Attr("dilations: list(int) = [1, 1, 1, 1]")
          .Doc("2-D convolution (cross-correlation). input: [batch, height, width, channels] or "
               "NCHW; filter: [height, width, channels / groups, out channels].")
          .Shape(Conv2DShape)
          .Gradient(Conv2DGradient)
          .Cpu<Conv2DKernel>());
}

}  // namespace millrace
