// MaxPoolGrad, MaxPoolGradV2, MaxPoolGradGrad, MaxPoolGradGradV2, MaxPoolGradWithArgmax.
#include <algorithm>
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

absl::Status CheckShape(const char* name, const Shape& shape, const Shape& wanted) {
  if (shape == wanted) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(name, " must be of shape ", wanted.ToString(), ", not ", shape.ToString()));
}

// Adds, for the images [begin, end), what goes to each window's first maximum. `left` holds what
// has not gone yet.
template <typename T>
void SpreadGradient(const WindowGeometry& g, int64_t begin, int64_t end, const T* x, const T* y,
                    const T* dy, T* dx) {
  const int64_t n = g.in_channels;
  std::vector<T> left(static_cast<size_t>(n));
  int64_t last = -1;
  for (int64_t r = begin * g.out_height; r < end * g.out_height; ++r) {
    ForEachPoolPosition(g, r, [&](int64_t out, int64_t in) {
      if (out != last) std::copy_n(dy + out * n, n, left.begin());
      last = out;
      const T* from = x + in * n;
      const T* max = y + out * n;
      T* to = dx + in * n;
      T* rest = left.data();
#pragma GCC ivdep
      for (int64_t j = 0; j < n; ++j) {
        const bool taken = from[j] == max[j];
        to[j] = static_cast<T>(to[j] + (taken ? rest[j] : T(0)));
        rest[j] = taken ? T(0) : rest[j];
      }
    });
  }
}

// The other way: each window's output takes the gradient of its first maximum.
template <typename T>
void CollectGradient(const WindowGeometry& g, int64_t begin, int64_t end, const T* x, const T* y,
                     const T* dx, T* dy) {
  const int64_t n = g.in_channels;
  std::vector<char> open(static_cast<size_t>(n));
  int64_t last = -1;
  for (int64_t r = begin * g.out_height; r < end * g.out_height; ++r) {
    ForEachPoolPosition(g, r, [&](int64_t out, int64_t in) {
      if (out != last) std::fill(open.begin(), open.end(), 1);
      last = out;
      for (int64_t j = 0; j < n; ++j) {
        if (!open[j] || !(x[in * n + j] == y[out * n + j])) continue;
        dy[out * n + j] = dx[in * n + j];
        open[j] = 0;
      }
    });
  }
}

// Inputs: the pooling's input and output, and a gradient: of the output (once), or of MaxPoolGrad's
// output (twice).
template <typename T, bool twice, bool window_is_input>
class GradKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    return attrs_.Init(c, window_is_input ? 3 : -1);
  }

  absl::Status Compute(KernelContext& c) override {
    const Shape& images = c.input(0).shape();
    MR_ASSIGN_OR_RETURN(const WindowGeometry g, attrs_.Geometry(c, images));
    MR_ASSIGN_OR_RETURN(const Shape pooled, attrs_.PooledShape(g, images));
    MR_RETURN_IF_ERROR(CheckShape("orig_output", c.input(1).shape(), pooled));
    MR_RETURN_IF_ERROR(CheckShape("grad", c.input(2).shape(), twice ? images : pooled));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, twice ? pooled : images, &out));
    T* result = out->mutable_data<T>();
    std::fill_n(result, out->num_elements(), T(0));
    const T* x = c.input(0).data<T>();
    const T* y = c.input(1).data<T>();
    const T* gradient = c.input(2).data<T>();
    const int64_t work =
        std::max<int64_t>(1, g.out_height * g.out_width * g.in_channels * g.height * g.width);
    c.pool()->ParallelFor(g.batch, std::max<int64_t>(1, 16384 / work),
                          [&](int64_t begin, int64_t end) {
                            if (twice) {
                              CollectGradient(g, begin, end, x, y, gradient, result);
                            } else {
                              SpreadGradient(g, begin, end, x, y, gradient, result);
                            }
                          });
    return absl::OkStatus();
  }

 private:
  PoolAttrs attrs_;
};

template <typename T>
using MaxPoolGradKernel = GradKernel<T, false, false>;
template <typename T>
using MaxPoolGradV2Kernel = GradKernel<T, false, true>;
template <typename T>
using MaxPoolGradGradKernel = GradKernel<T, true, false>;
template <typename T>
using MaxPoolGradGradV2Kernel = GradKernel<T, true, true>;

template <typename T>
class MaxPoolGradWithArgmaxKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("include_batch_in_index", &include_batch_));
    return attrs_.Init(c, -1);
  }

  absl::Status Compute(KernelContext& c) override {
    const Shape& images = c.input(0).shape();
    MR_ASSIGN_OR_RETURN(const WindowGeometry g, attrs_.Geometry(c, images));
    MR_ASSIGN_OR_RETURN(const Shape pooled, attrs_.PooledShape(g, images));
    MR_RETURN_IF_ERROR(CheckShape("grad", c.input(1).shape(), pooled));
    MR_RETURN_IF_ERROR(CheckShape("argmax", c.input(2).shape(), pooled));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, images, &out));
    return c.input(2).dtype() == DType::kInt32 ? Run<int32_t>(c, g, out) : Run<int64_t>(c, g, out);
  }

 private:
  template <typename I>
  absl::Status Run(KernelContext& c, const WindowGeometry& g, Tensor* out) {
    const T* dy = c.input(1).data<T>();
    const I* index = c.input(2).data<I>();
    T* dx = out->mutable_data<T>();
    std::fill_n(dx, out->num_elements(), T(0));
    const int64_t per_image = g.out_height * g.out_width * g.in_channels,
                  image = g.in_height * g.in_width * g.in_channels;
    for (int64_t i = 0; i < g.batch * per_image; ++i) {
      const int64_t at = index[i] + (include_batch_ ? 0 : i / per_image * image);
      if (index[i] < 0 || at >= out->num_elements()) {
        return absl::InvalidArgumentError(
            absl::StrCat("Invalid output index: ", at, ", Outside of: ", out->num_elements()));
      }
      dx[at] = static_cast<T>(dx[at] + dy[i]);
    }
    return absl::OkStatus();
  }

  PoolAttrs attrs_;
  bool include_batch_ = false;
};

AttrMap PoolingAttrs(const OpView& op) {
  return CopyAttrs(op, {"ksize", "strides", "padding", "data_format"});
}

// Linear in the gradient; flat in the pooling's input and output.
absl::StatusOr<Gradients> Linear(Builder& b, const OpView& op, const Gradients& dz,
                                 const char* inverse) {
  const Output x = op.input(0), y = op.input(1);
  Outputs inputs = {x, y, dz[0]};
  for (int i = 3; i < op.num_inputs(); ++i) inputs.push_back(op.input(i));
  Gradients gradients = {b.ZerosLike(x), b.ZerosLike(y), b.Op1(inverse, inputs, PoolingAttrs(op))};
  gradients.resize(static_cast<size_t>(op.num_inputs()));
  return gradients;
}

absl::StatusOr<Gradients> GradGradient(Builder& b, const OpView& op, const Gradients& dz) {
  return Linear(b, op, dz, op.num_inputs() > 3 ? "MaxPoolGradGradV2" : "MaxPoolGradGrad");
}

absl::StatusOr<Gradients> GradGradGradient(Builder& b, const OpView& op, const Gradients& dz) {
  return Linear(b, op, dz, op.num_inputs() > 3 ? "MaxPoolGradV2" : "MaxPoolGrad");
}

// Output 0 is of input i's shape, images of rank 4.
template <int i>
absl::Status ImagesLike(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(PartialShape shape, c.WithRank(i, 4));
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterMaxPoolGrad(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("MaxPoolGrad")
                .Input("orig_input: T")
                .Input("orig_output: T")
                .Input("grad: T")
                .Output("output: T")
                .Attr("ksize: list(int) >= 4")
                .Attr("strides: list(int) >= 4")
                .Attr("padding: {'SAME', 'VALID', 'EXPLICIT'}")
                .Attr("explicit_paddings: list(int) = []")
                .Attr("data_format: {'NHWC', 'NCHW'} = 'NHWC'")
                .Attr("T: realnumbertype = DT_FLOAT")
                .Doc("The gradient of MaxPool: each window's goes to its first maximum.")
                .Shape(ImagesLike<0>)
                .Gradient(GradGradient)
                .Cpu<MaxPoolGradKernel, half, bfloat16, float, double, int8_t, int16_t, int32_t,
                     int64_t, uint8_t, uint16_t, uint32_t, uint64_t>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("MaxPoolGradV2")
                .Input("orig_input: T")
                .Input("orig_output: T")
                .Input("grad: T")
                .Input("ksize: int32")
                .Input("strides: int32")
                .Output("output: T")
                .Attr("padding: {'SAME', 'VALID'}")
                .Attr("data_format: {'NHWC', 'NCHW'} = 'NHWC'")
                .Attr("T: realnumbertype = DT_FLOAT")
                .Doc("The gradient of MaxPoolV2: each window's goes to its first maximum.")
                .Shape(ImagesLike<0>)
                .Gradient(GradGradient)
                .Cpu<MaxPoolGradV2Kernel, half, bfloat16, float, double, int8_t, int16_t, int32_t,
                     int64_t, uint8_t, uint16_t, uint32_t, uint64_t>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("MaxPoolGradGrad")
                .Input("orig_input: T")
                .Input("orig_output: T")
                .Input("grad: T")
                .Output("output: T")
                .Attr("ksize: list(int) >= 4")
                .Attr("strides: list(int) >= 4")
                .Attr("padding: {'SAME', 'VALID'}")
                .Attr("data_format: {'NHWC', 'NCHW'} = 'NHWC'")
                .Attr("T: realnumbertype")
                .Doc("The gradient of MaxPoolGrad by its gradient: of each window's first maximum.")
                .Shape(ImagesLike<1>)
                .Gradient(GradGradGradient)
                .Cpu<MaxPoolGradGradKernel, half, bfloat16, float, double, int8_t, int16_t, int32_t,
                     int64_t, uint8_t, uint16_t, uint32_t, uint64_t>()));
  MR_RETURN_IF_ERROR(r.Add(
      Op("MaxPoolGradGradV2")
          .Input("orig_input: T")
          .Input("orig_output: T")
          .Input("grad: T")
          .Input("ksize: int32")
          .Input("strides: int32")
          .Output("output: T")
          .Attr("padding: {'SAME', 'VALID'}")
          .Attr("data_format: {'NHWC', 'NCHW'} = 'NHWC'")
          .Attr("T: realnumbertype")
          .Doc("The gradient of MaxPoolGradV2 by its gradient: of each window's first maximum.")
          .Shape(ImagesLike<1>)
          .Gradient(GradGradGradient)
          .Cpu<MaxPoolGradGradV2Kernel, half, bfloat16, float, double, int8_t, int16_t, int32_t,
               int64_t, uint8_t, uint16_t, uint32_t, uint64_t>()));
  return r.Add(
      Op("MaxPoolGradWithArgmax")
          .Input("input: T")
          .Input("grad: T")
          .Input("argmax: Targmax")
          .Output("output: T")
          .Attr("ksize: list(int) >= 4")
          .Attr("strides: list(int) >= 4")
          .Attr("padding: {'SAME', 'VALID'}")
          .Attr("include_batch_in_index: bool = false")
          .Attr("Targmax: {int32, int64}")
          .Attr("T: realnumbertype")
          .Doc("The gradient of MaxPoolWithArgmax: goes to the elements that argmax names.")
          .Shape(ImagesLike<0>)
          .NotDifferentiable()
          .Cpu<MaxPoolGradWithArgmaxKernel, half, bfloat16, float, double, int8_t, int16_t, int32_t,
               int64_t, uint8_t, uint16_t, uint32_t, uint64_t>());
}

}  // namespace millrace
