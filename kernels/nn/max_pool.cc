// MaxPool, MaxPoolV2, MaxPoolWithArgmax.
#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/types.h"
#include "kernels/nn/pooling.h"

namespace millrace {
namespace {

template <typename T>
T Least() {
  if constexpr (std::is_integral_v<T>) {
    return std::numeric_limits<T>::lowest();
  } else {
    return static_cast<T>(-std::numeric_limits<float>::infinity());
  }
}

int64_t RowGrain(const WindowGeometry& g) {
  const int64_t work = std::max<int64_t>(1, g.out_width * g.in_channels * g.height * g.width);
  return std::max<int64_t>(1, 32768 / work);
}

// A window over channels goes over nothing else, has no gaps and fills them.
absl::StatusOr<int64_t> PooledDepth(const WindowAttrs& w, int64_t channels) {
  if (w.window[0] != 1 || w.window[1] != 1 || w.channels_first) {
    return absl::UnimplementedError(
        "MaxPooling supports exactly one of pooling across depth or pooling across width/height");
  }
  if (channels % w.depth != 0 || w.depth != w.depth_stride) {
    return absl::UnimplementedError(absl::StrCat(
        "Depthwise max pooling requires the depth window to evenly divide the input depth and to "
        "equal the depth stride: window ",
        w.depth, ", stride ", w.depth_stride, ", input depth ", channels));
  }
  return channels / w.depth;
}

absl::Status MaxPoolShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const WindowAttrs w, WindowAttrs::Read(c.attrs(), /*pools_depth=*/true));
  if (w.depth == 1) return PoolShape(c);
  MR_ASSIGN_OR_RETURN(PartialShape images, c.WithRank(0, 4));
  if (images.known_rank() && images.dim(3) >= 0) {
    MR_ASSIGN_OR_RETURN(const int64_t depth, PooledDepth(w, images.dim(3)));
    images.SetDim(3, depth);
  }
  c.set_output(0, std::move(images));
  return absl::OkStatus();
}

template <typename T, bool window_is_input>
class Pool final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    if (!window_is_input) {
      MR_ASSIGN_OR_RETURN(depth_attrs_, WindowAttrs::Read(c.attrs(), /*pools_depth=*/true));
      if (depth_attrs_.depth > 1) return absl::OkStatus();
    }
    return attrs_.Init(c, window_is_input ? 1 : -1);
  }

  absl::Status Compute(KernelContext& c) override {
    const Tensor& images = c.input(0);
    if (depth_attrs_.depth > 1) return PoolDepth(c, images);
    MR_ASSIGN_OR_RETURN(const WindowGeometry g, attrs_.Geometry(c, images.shape()));
    MR_ASSIGN_OR_RETURN(const Shape shape, attrs_.PooledShape(g, images.shape()));
    Tensor* pooled;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &pooled));
    const T* x = images.data<T>();
    T* y = pooled->mutable_data<T>();
    const int64_t n = g.in_channels, row = g.out_width * n;
    c.pool()->ParallelFor(g.batch * g.out_height, RowGrain(g), [&](int64_t begin, int64_t end) {
      std::fill(y + begin * row, y + end * row, Least<T>());
      for (int64_t r = begin; r < end; ++r) {
        ForEachPoolPosition(g, r, [&](int64_t out, int64_t in) {
          const T* from = x + in * n;
          T* to = y + out * n;
#pragma GCC ivdep
          for (int64_t j = 0; j < n; ++j)
            to[j] = to[j] < from[j] || from[j] != from[j] ? from[j] : to[j];
        });
      }
    });
    return absl::OkStatus();
  }

 private:
  absl::Status PoolDepth(KernelContext& c, const Tensor& images) {
    if (images.rank() != 4) {
      return absl::InvalidArgumentError(
          absl::StrCat("input must be 4-dimensional: ", images.shape().ToString()));
    }
    MR_ASSIGN_OR_RETURN(const int64_t depth, PooledDepth(depth_attrs_, images.dim(3)));
    Shape shape = images.shape();
    MR_RETURN_IF_ERROR(shape.SetDim(3, depth));
    Tensor* pooled;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &pooled));
    const T* x = images.data<T>();
    for (T& y : pooled->mutable_flat<T>()) {
      y = Least<T>();
      for (int64_t k = 0; k < depth_attrs_.depth; ++k, ++x) y = y < *x || *x != *x ? *x : y;
    }
    return absl::OkStatus();
  }

  PoolAttrs attrs_;
  WindowAttrs depth_attrs_;
};

template <typename T>
using MaxPoolKernel = Pool<T, false>;
template <typename T>
using MaxPoolV2Kernel = Pool<T, true>;

// The index of the maximum counts elements of the image, or with include_batch_in_index of the
// whole input.
template <typename T>
class MaxPoolWithArgmaxKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("include_batch_in_index", &include_batch_));
    return attrs_.Init(c, -1);
  }

  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const WindowGeometry g, attrs_.Geometry(c, c.input(0).shape()));
    MR_ASSIGN_OR_RETURN(const Shape shape, attrs_.PooledShape(g, c.input(0).shape()));
    Tensor *pooled, *argmax;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &pooled));
    MR_RETURN_IF_ERROR(c.allocate_output(1, shape, &argmax));
    if (argmax->dtype() == DType::kInt32) {
      if (c.input(0).num_elements() > std::numeric_limits<int32_t>::max()) {
        return absl::InvalidArgumentError(absl::StrCat(
            "int32 indices cannot count the elements of ", c.input(0).shape().ToString()));
      }
      Run<int32_t>(c, g, pooled, argmax);
    } else {
      Run<int64_t>(c, g, pooled, argmax);
    }
    return absl::OkStatus();
  }

 private:
  template <typename I>
  void Run(KernelContext& c, const WindowGeometry& g, Tensor* pooled, Tensor* argmax) {
    const T* x = c.input(0).data<T>();
    T* y = pooled->mutable_data<T>();
    I* index = argmax->mutable_data<I>();
    const int64_t n = g.in_channels, image = g.in_height * g.in_width * n;
    c.pool()->ParallelFor(g.batch * g.out_height, RowGrain(g), [&](int64_t begin, int64_t end) {
      int64_t last = -1;
      for (int64_t r = begin; r < end; ++r) {
        const int64_t base = include_batch_ ? 0 : r / g.out_height * image;
        ForEachPoolPosition(g, r, [&](int64_t out, int64_t in) {
          const bool first = out != last;
          last = out;
          for (int64_t j = 0; j < n; ++j) {
            const T v = x[in * n + j];
            if (!first && !(v > y[out * n + j])) continue;
            y[out * n + j] = v;
            index[out * n + j] = static_cast<I>(in * n + j - base);
          }
        });
      }
    });
  }

  PoolAttrs attrs_;
  bool include_batch_ = false;
};

absl::StatusOr<Gradients> MaxPoolGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{
      b.Op1("MaxPoolGrad", {op.input(0), op.output(0), dy[0]},
            CopyAttrs(op, {"ksize", "strides", "padding", "explicit_paddings", "data_format"}))};
}

absl::StatusOr<Gradients> MaxPoolV2Gradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{
      b.Op1("MaxPoolGradV2", {op.input(0), op.output(0), dy[0], op.input(1), op.input(2)},
            CopyAttrs(op, {"padding", "data_format"})),
      Gradient(), Gradient()};
}

absl::StatusOr<Gradients> MaxPoolWithArgmaxGradient(Builder& b, const OpView& op,
                                                    const Gradients& dy) {
  return Gradients{b.Op1("MaxPoolGradWithArgmax", {op.input(0), dy[0], op.output(1)},
                         CopyAttrs(op, {"ksize", "strides", "padding", "include_batch_in_index"}))};
}

}  // namespace

absl::Status RegisterMaxPool(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(
      Op("MaxPool")
          .Input("input: T")
          .Output("output: T")
          .Attr("T: {half, bfloat16, float, double, int32, int64, uint8, int16, int8, uint16, "
                "qint8} = DT_FLOAT")
          .Attr("ksize: list(int) >= 4")
          .Attr("strides: list(int) >= 4")
          .Attr("padding: {'SAME', 'VALID', 'EXPLICIT'}")
          .Attr("explicit_paddings: list(int) = []")
          .Attr("data_format: {'NHWC', 'NCHW', 'NCHW_VECT_C'} = 'NHWC'")
          .Doc("The maximum of each window of an image, channel by channel; padding never counts.")
          .Shape(MaxPoolShape)
          .Gradient(MaxPoolGradient)
          .Cpu<MaxPoolKernel, half, bfloat16, float, double, int8_t, int16_t, int32_t, int64_t,
               uint8_t, uint16_t>()));
  MR_RETURN_IF_ERROR(r.Add(Op("MaxPoolV2")
                               .Input("input: T")
                               .Input("ksize: int32")
                               .Input("strides: int32")
                               .Output("output: T")
                               .Attr("T: {half, bfloat16, float, double, int32, int64, uint8, "
                                     "int16, int8, uint16, qint8} = DT_FLOAT")
                               .Attr("padding: {'SAME', 'VALID'}")
                               .Attr("data_format: {'NHWC', 'NCHW', 'NCHW_VECT_C'} = 'NHWC'")
                               .Doc("MaxPool with window and strides as inputs.")
                               .Shape(PoolV2Shape)
                               .Gradient(MaxPoolV2Gradient)
                               .Cpu<MaxPoolV2Kernel, half, bfloat16, float, double, int8_t, int16_t,
                                    int32_t, int64_t, uint8_t, uint16_t>()));
  return r.Add(Op("MaxPoolWithArgmax")
                   .Input("input: T")
                   .Output("output: T")
                   .Output("argmax: Targmax")
                   .Attr("ksize: list(int) >= 4")
                   .Attr("strides: list(int) >= 4")
                   .Attr("Targmax: {int32, int64} = DT_INT64")
                   .Attr("padding: {'SAME', 'VALID'}")
                   .Attr("include_batch_in_index: bool = false")
                   .Attr("T: realnumbertype")
                   .Doc("The maximum of each window of an image and its flattened index.")
                   .Shape(PoolShape)
                   .Gradient(MaxPoolWithArgmaxGradient)
                   .Cpu<MaxPoolWithArgmaxKernel, half, bfloat16, float, double, int8_t, int16_t,
                        int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t>());
}

}  // namespace millrace
