// AvgPool, AvgPoolGrad.
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

// How many positions of the window at output pixel (oy, ox) lie inside the image.
int64_t Inside(const WindowGeometry& g, int64_t out) {
  const int64_t ox = out % g.out_width, oy = out / g.out_width % g.out_height;
  const int64_t x = ox * g.stride_x - g.pad_x, y = oy * g.stride_y - g.pad_y;
  const int64_t wide = std::min(g.in_width, x + g.width) - std::max<int64_t>(0, x);
  const int64_t high = std::min(g.in_height, y + g.height) - std::max<int64_t>(0, y);
  return std::max<int64_t>(1, wide * high);
}

template <typename T>
class AvgPoolKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return attrs_.Init(c, -1); }

  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const WindowGeometry g, attrs_.Geometry(c, c.input(0).shape()));
    MR_ASSIGN_OR_RETURN(const Shape shape, attrs_.PooledShape(g, c.input(0).shape()));
    Tensor* pooled;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &pooled));
    const T* x = c.input(0).data<T>();
    T* y = pooled->mutable_data<T>();
    const int64_t n = g.in_channels, row = g.out_width * n;
    const int64_t work = std::max<int64_t>(1, row * g.height * g.width);
    c.pool()->ParallelFor(g.batch * g.out_height, std::max<int64_t>(1, 32768 / work),
                          [&](int64_t begin, int64_t end) {
                            std::vector<A> sums(static_cast<size_t>(row));
                            for (int64_t r = begin; r < end; ++r) {
                              std::fill(sums.begin(), sums.end(), A(0));
                              ForEachPoolPosition(g, r, [&](int64_t out, int64_t in) {
                                const T* from = x + in * n;
                                A* to = sums.data() + out % g.out_width * n;
                                for (int64_t j = 0; j < n; ++j) to[j] += static_cast<A>(from[j]);
                              });
                              for (int64_t ox = 0; ox < g.out_width; ++ox) {
                                const A count = static_cast<A>(Inside(g, r * g.out_width + ox));
                                for (int64_t j = 0; j < n; ++j)
                                  y[r * row + ox * n + j] =
                                      static_cast<T>(sums[ox * n + j] / count);
                              }
                            }
                          });
    return absl::OkStatus();
  }

 private:
  using A = ArithmeticType<T>;
  PoolAttrs attrs_;
};

// Each output's gradient is shared equally by the positions it averages.
template <typename T>
class AvgPoolGradKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return attrs_.Init(c, -1); }

  absl::Status Compute(KernelContext& c) override {
    const Tensor& sizes = c.input(0);
    if (sizes.rank() != 1 || sizes.dim(0) != 4) {
      return absl::InvalidArgumentError(absl::StrCat(
          "orig_input_shape must be a vector of 4 sizes, not of shape ", sizes.shape().ToString()));
    }
    const int32_t* v = sizes.data<int32_t>();
    MR_ASSIGN_OR_RETURN(const Shape images, Shape::Create({v[0], v[1], v[2], v[3]}));
    MR_ASSIGN_OR_RETURN(const WindowGeometry g, attrs_.Geometry(c, images));
    MR_ASSIGN_OR_RETURN(const Shape pooled, attrs_.PooledShape(g, images));
    if (c.input(1).shape() != pooled) {
      return absl::InvalidArgumentError(absl::StrCat("grad must be of shape ", pooled.ToString(),
                                                     ", not ", c.input(1).shape().ToString()));
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, images, &out));
    const T* dy = c.input(1).data<T>();
    T* dx = out->mutable_data<T>();
    const int64_t n = g.in_channels, image = g.in_height * g.in_width * n;
    c.pool()->ParallelFor(g.batch, std::max<int64_t>(1, 16384 / std::max<int64_t>(1, image)),
                          [&](int64_t begin, int64_t end) {
                            std::vector<A> sums(static_cast<size_t>(image));
                            for (int64_t i = begin; i < end; ++i) {
                              Spread(g, i, dy, sums.data());
                              for (int64_t j = 0; j < image; ++j)
                                dx[i * image + j] = static_cast<T>(sums[j]);
                            }
                          });
    return absl::OkStatus();
  }

 private:
  using A = ArithmeticType<T>;

  static void Spread(const WindowGeometry& g, int64_t image, const T* dy, A* sums) {
    const int64_t n = g.in_channels, pixels = g.in_height * g.in_width;
    std::fill_n(sums, pixels * n, A(0));
    for (int64_t r = image * g.out_height; r < (image + 1) * g.out_height; ++r) {
      ForEachPoolPosition(g, r, [&](int64_t out, int64_t in) {
        const A share = A(1) / static_cast<A>(Inside(g, out));
        const T* from = dy + out * n;
        A* to = sums + (in - image * pixels) * n;
        for (int64_t j = 0; j < n; ++j) to[j] += static_cast<A>(from[j]) * share;
      });
    }
  }

  PoolAttrs attrs_;
};

AttrMap PoolingAttrs(const OpView& op) {
  return CopyAttrs(op, {"ksize", "strides", "padding", "data_format"});
}

absl::StatusOr<Gradients> AvgPoolGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Op1("AvgPoolGrad", {b.Shape(op.input(0)), dy[0]}, PoolingAttrs(op))};
}

absl::StatusOr<Gradients> AvgPoolGradGradient(Builder& b, const OpView& op, const Gradients& dz) {
  return Gradients{Gradient(), b.Op1("AvgPool", {dz[0]}, PoolingAttrs(op))};
}

absl::Status AvgPoolGradShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(PartialShape shape, c.input_as_shape(0));
  if (!shape.known_rank()) shape = PartialShape::UnknownOfRank(4);
  if (shape.rank() != 4) return c.Error(0, "must have 4 elements");
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterAvgPool(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(
      Op("AvgPool")
          .Input("value: T")
          .Output("output: T")
          .Attr("ksize: list(int) >= 4")
          .Attr("strides: list(int) >= 4")
          .Attr("padding: {'SAME', 'VALID'}")
          .Attr("data_format: {'NHWC', 'NCHW'} = 'NHWC'")
          .Attr("T: {half, bfloat16, float, double}")
          .Doc("The mean of each window of an image, channel by channel; padding never counts.")
          .Shape(PoolShape)
          .Gradient(AvgPoolGradient)
          .Cpu<AvgPoolKernel, half, bfloat16, float, double>()));
  return r.Add(
      Op("AvgPoolGrad")
          .Input("orig_input_shape: int32")
          .Input("grad: T")
          .Output("output: T")
          .Attr("ksize: list(int) >= 4")
          .Attr("strides: list(int) >= 4")
          .Attr("padding: {'SAME', 'VALID'}")
          .Attr("data_format: {'NHWC', 'NCHW'} = 'NHWC'")
          .Attr("T: {half, bfloat16, float, double}")
          .Doc("The gradient of AvgPool by its input, which is of the shape orig_input_shape.")
          .Shape(AvgPoolGradShape)
          .Gradient(AvgPoolGradGradient)
          .Cpu<AvgPoolGradKernel, half, bfloat16, float, double>());
}

}  // namespace millrace
