// Conv2DBackpropInput, Conv2DBackpropFilter: the gradients of Conv2D.
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
#include "kernels/math/gemm.h"
#include "kernels/nn/conv2d.h"
#include "kernels/nn/im2col.h"
#include "kernels/nn/layout.h"

namespace millrace {
namespace {

// The columns of one group, [rows, n] out of [rows, stride].
template <typename T>
void TakeColumns(const T* matrix, int64_t rows, int64_t stride, int64_t from, int64_t n, T* part) {
  for (int64_t i = 0; i < rows; ++i) std::copy_n(matrix + i * stride + from, n, part + i * n);
}

// dx: for each image, dy of its pixels times the transposed filter gives their patches, which are
// added up. dx is zero at first.
template <typename T>
void BackpropInput(ThreadPool* pool, const Convolution& conv, const T* filter, const T* dy, T* dx) {
  const int64_t pixels = conv.g.out_height * conv.g.out_width,
                block = std::min(conv.block(), pixels);
  const int64_t patch = conv.patch(), n = conv.group_out, all = conv.out_channels();
  for (int64_t group = 0; group < conv.groups; ++group) {
    std::vector<T> weights(static_cast<size_t>(patch * n));
    TakeColumns(filter, patch, all, group * n, n, weights.data());
    pool->ParallelFor(conv.g.batch, 1, [&](int64_t begin, int64_t end) {
      std::vector<T> columns(static_cast<size_t>(block * patch)),
          part(static_cast<size_t>(block * n));
      for (int64_t image = begin; image < end; ++image) {
        for (int64_t i = 0; i < pixels; i += block) {
          const int64_t first = image * pixels + i, count = std::min(block, pixels - i);
          const T* gradient = dy + first * all;
          if (conv.groups > 1) {
            TakeColumns(gradient, count, all, group * n, n, part.data());
            gradient = part.data();
          }
          Gemm(nullptr, {count, patch, n, false, true}, gradient, weights.data(), columns.data());
          ScatterPatches(conv.g, group * conv.group_in, conv.group_in, first, count, columns.data(),
                         dx);
        }
      }
    });
  }
}

// The filter's gradient over the output pixels [first, last): transposed patches times dy.
template <typename T>
void FilterPart(const Convolution& conv, int64_t group, int64_t first, int64_t last, const T* x,
                const T* dy, T* sum) {
  const int64_t block = conv.block(), patch = conv.patch(), n = conv.group_out,
                all = conv.out_channels();
  std::vector<T> columns(static_cast<size_t>(block * patch)), part(static_cast<size_t>(block * n));
  std::vector<T> product(static_cast<size_t>(std::is_same_v<T, float> ? 0 : patch * n));
  std::fill_n(sum, patch * n, T(0));
  for (int64_t i = first; i < last; i += block) {
    const int64_t count = std::min(block, last - i);
    GatherPatches(conv.g, group * conv.group_in, conv.group_in, i, count, x, columns.data());
    const T* gradient = dy + i * all;
    if (conv.groups > 1) {
      TakeColumns(gradient, count, all, group * n, n, part.data());
      gradient = part.data();
    }
    const GemmShape shape{patch, n, count, true, false};
    if constexpr (std::is_same_v<T, float>) {
      Gemm(nullptr, shape, columns.data(), gradient, sum, /*accumulate=*/true);
    } else {
      Gemm(nullptr, shape, columns.data(), gradient, product.data());
      for (int64_t j = 0; j < patch * n; ++j) sum[j] += product[j];
    }
  }
}

// The pixels are cut into a fixed number of parts, so that the sum does not depend on threads.
template <typename T>
void BackpropFilter(ThreadPool* pool, const Convolution& conv, const T* x, const T* dy, T* dw) {
  constexpr int64_t kMostParts = 16;
  const int64_t pixels = conv.g.out_pixels(), patch = conv.patch(), n = conv.group_out,
                all = conv.out_channels();
  const int64_t parts = std::clamp<int64_t>(pixels / conv.block(), 1, kMostParts),
                size = (pixels + parts - 1) / parts;
  std::vector<T> sums(static_cast<size_t>(parts * patch * n));
  for (int64_t group = 0; group < conv.groups; ++group) {
    pool->ParallelFor(parts, 1, [&](int64_t begin, int64_t end) {
      for (int64_t k = begin; k < end; ++k) {
        FilterPart(conv, group, k * size, std::min(pixels, (k + 1) * size), x, dy,
                   sums.data() + k * patch * n);
      }
    });
    for (int64_t i = 0; i < patch; ++i) {
      T* row = dw + i * all + group * n;
      std::copy_n(sums.data() + i * n, n, row);
      for (int64_t k = 1; k < parts; ++k) {
        const T* more = sums.data() + (k * patch + i) * n;
        for (int64_t j = 0; j < n; ++j) row[j] += more[j];
      }
    }
  }
}

// An input that holds a shape: four int32 values, or for an input's sizes only height and width.
absl::StatusOr<Shape> ShapeValue(const Tensor& sizes, const char* name) {
  if (sizes.rank() != 1 || sizes.dim(0) != 4) {
    return absl::InvalidArgumentError(absl::StrCat(
        name, " must be a vector of 4 sizes, not of shape ", sizes.shape().ToString()));
  }
  const int32_t* v = sizes.data<int32_t>();
  return Shape::Create({v[0], v[1], v[2], v[3]});
}

absl::Status CheckGradient(const WindowAttrs& attrs, const Convolution& conv, const Shape& dy) {
  MR_ASSIGN_OR_RETURN(const Shape wanted, ImageShape(attrs, conv.g.batch, conv.g.out_height,
                                                     conv.g.out_width, conv.out_channels()));
  if (dy == wanted) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("out_backprop must be of shape ",
                                                 wanted.ToString(), ", as the ",
                                                 "convolution's output, not ", dy.ToString()));
}

class BackpropInputKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_ASSIGN_OR_RETURN(attrs_, WindowAttrs::Read(c.attrs()));
    return absl::OkStatus();
  }

  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const Shape shape, ShapeValue(c.input(0), "input_sizes"));
    MR_ASSIGN_OR_RETURN(const Convolution conv,
                        Convolution::Create(attrs_, shape, c.input(1).shape()));
    MR_RETURN_IF_ERROR(CheckGradient(attrs_, conv, c.input(2).shape()));
    Tensor filter, dy, dx;
    MR_RETURN_IF_ERROR(ToNhwc(c, c.input(1), false, &filter));
    MR_RETURN_IF_ERROR(ToNhwc(c, c.input(2), attrs_.channels_first, &dy));
    MR_RETURN_IF_ERROR(AllocateNhwc(c, 0, shape, attrs_.channels_first, &dx));
    std::memset(dx.mutable_raw_data(), 0, dx.bytes());
    if (dy.num_elements() > 0) {
      if (dx.dtype() == DType::kDouble) {
        BackpropInput(c.pool(), conv, filter.data<double>(), dy.data<double>(),
                      dx.mutable_data<double>());
      } else if (dx.dtype() == DType::kInt32) {
        BackpropInput(c.pool(), conv, filter.data<int32_t>(), dy.data<int32_t>(),
                      dx.mutable_data<int32_t>());
      } else {
        BackpropInput(c.pool(), conv, filter.data<float>(), dy.data<float>(),
                      dx.mutable_data<float>());
      }
    }
    return StoreNhwc(c, 0, shape, attrs_.channels_first, std::move(dx));
  }

 private:
  WindowAttrs attrs_;
};

class BackpropFilterKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_ASSIGN_OR_RETURN(attrs_, WindowAttrs::Read(c.attrs()));
    return absl::OkStatus();
  }

  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const Shape shape, ShapeValue(c.input(1), "filter_sizes"));
    MR_ASSIGN_OR_RETURN(const Convolution conv,
                        Convolution::Create(attrs_, c.input(0).shape(), shape));
    MR_RETURN_IF_ERROR(CheckGradient(attrs_, conv, c.input(2).shape()));
    Tensor x, dy, dw;
    MR_RETURN_IF_ERROR(ToNhwc(c, c.input(0), attrs_.channels_first, &x));
    MR_RETURN_IF_ERROR(ToNhwc(c, c.input(2), attrs_.channels_first, &dy));
    MR_RETURN_IF_ERROR(AllocateNhwc(c, 0, shape, false, &dw));
    if (dy.num_elements() == 0) {
      std::memset(dw.mutable_raw_data(), 0, dw.bytes());
    } else if (dw.dtype() == DType::kDouble) {
      BackpropFilter(c.pool(), conv, x.data<double>(), dy.data<double>(),
                     dw.mutable_data<double>());
    } else {
      BackpropFilter(c.pool(), conv, x.data<float>(), dy.data<float>(), dw.mutable_data<float>());
    }
    return StoreNhwc(c, 0, shape, false, std::move(dw));
  }

 private:
  WindowAttrs attrs_;
};

AttrMap ConvAttrs(const OpView& op) {
  return CopyAttrs(op, {"strides", "padding", "explicit_paddings", "dilations", "use_cudnn_on_gpu",
                        "data_format"});
}

// dx is linear in the filter and in dy, as the convolution is in its input and filter.
absl::StatusOr<Gradients> BackpropInputGradient(Builder& b, const OpView& op, const Gradients& dz) {
  const Output filter = op.input(1), dy = op.input(2);
  return Gradients{Gradient(),
                   b.Op1("Conv2DBackpropFilter", {dz[0], b.Shape(filter), dy}, ConvAttrs(op)),
                   b.Op1("Conv2D", {dz[0], filter}, ConvAttrs(op))};
}

absl::StatusOr<Gradients> BackpropFilterGradient(Builder& b, const OpView& op,
                                                 const Gradients& dz) {
  const Output x = op.input(0), dy = op.input(2);
  return Gradients{b.Op1("Conv2DBackpropInput", {b.Shape(x), dz[0], dy}, ConvAttrs(op)), Gradient(),
                   b.Op1("Conv2D", {x, dz[0]}, ConvAttrs(op))};
}

// Output 0 is of the shape that input i holds.
template <int i>
absl::Status ShapeFromInput(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(PartialShape shape, c.input_as_shape(i));
  if (!shape.known_rank()) shape = PartialShape::UnknownOfRank(4);
  if (shape.rank() != 4) return c.Error(i, "must have 4 elements");
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterConv2dBackprop(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("Conv2DBackpropInput")
                .Input("input_sizes: int32")
                .Input("filter: T")
                .Input("out_backprop: T")
                .Output("output: T")
                .Attr("T: {half, bfloat16, float, double, int32}")
                .Attr("strides: list(int)")
                .Attr("use_cudnn_on_gpu: bool = true")
                .Attr("padding: {'SAME', 'VALID', 'EXPLICIT'}")
                .Attr("explicit_paddings: list(int) = []")
                .Attr("data_format: {'NHWC', 'NCHW'} = 'NHWC'")
                .Attr("dilations: list(int) = [1, 1, 1, 1]")
                .Doc("The gradient of Conv2D by its input, which is of the shape input_sizes.")
                .Shape(ShapeFromInput<0>)
                .Gradient(BackpropInputGradient)
                .Cpu<BackpropInputKernel>()));
  return r.Add(Op("Conv2DBackpropFilter")
                   .Input("input: T")
                   .Input("filter_sizes: int32")
                   .Input("out_backprop: T")
                   .Output("output: T")
                   .Attr("T: {half, bfloat16, float, double}")
                   .Attr("strides: list(int)")
                   .Attr("use_cudnn_on_gpu: bool = true")
                   .Attr("padding: {'SAME', 'VALID', 'EXPLICIT'}")
                   .Attr("explicit_paddings: list(int) = []")
                   .Attr("data_format: {'NHWC', 'NCHW'} = 'NHWC'")
                   .Attr("dilations: list(int) = [1, 1, 1, 1]")
                   .Doc("The gradient of Conv2D by its filter, which is of the shape filter_sizes.")
                   .Shape(ShapeFromInput<1>)
                   .Gradient(BackpropFilterGradient)
                   .Cpu<BackpropFilterKernel>());
}

}  // namespace millrace
