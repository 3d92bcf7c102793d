// FusedBatchNormGrad, FusedBatchNormGradV2, FusedBatchNormGradV3. With n elements a channel, r =
// 1 / sqrt(variance + epsilon) and h = (x - mean) r,
//   doffset = sum(dy), dscale = sum(dy h),
//   dx = scale r (dy - mean(dy) - h mean(dy h)) when training, else scale r dy.
#include <cmath>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/nn/batch_norm_layout.h"

namespace millrace {
namespace {

template <typename T>
class FusedBatchNormGradKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::string format;
    MR_RETURN_IF_ERROR(c.GetAttr("data_format", &format));
    MR_RETURN_IF_ERROR(c.GetAttr("epsilon", &epsilon_));
    channels_first_ = ChannelsFirst(format);
    return c.GetAttr("is_training", &training_);
  }

  absl::Status Compute(KernelContext& c) override {
    const Tensor &dy = c.input(0), &x = c.input(1);
    if ((x.rank() != 4 && x.rank() != 5) || dy.shape() != x.shape()) {
      return absl::InvalidArgumentError(
          absl::StrCat("x and y_backprop must have one shape of rank 4 or 5, not ",
                       x.shape().ToString(), " and ", dy.shape().ToString()));
    }
    const ChannelView view = ChannelView::Of(x.shape(), channels_first_);
    for (int i = 2; i <= 4; ++i) {
      if (c.input(i).rank() == 1 && c.input(i).dim(0) == view.channels) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("scale, mean and variance must have the shape [", view.channels, "], not ",
                       c.input(i).shape().ToString()));
    }
    Tensor *dx, *dscale, *doffset;
    MR_RETURN_IF_ERROR(c.allocate_output(0, x.shape(), &dx));
    MR_RETURN_IF_ERROR(c.allocate_output(1, Shape({view.channels}), &dscale));
    MR_RETURN_IF_ERROR(c.allocate_output(2, Shape({view.channels}), &doffset));
    for (int i = 3; i <= 4; ++i) c.set_output(i, Tensor::Of<float>(Shape({0}), {}));
    float *s = dscale->mutable_data<float>(), *o = doffset->mutable_data<float>();
    c.pool()->ParallelFor(view.channels, std::max<int64_t>(1, 16384 / (view.count() + 1)),
                          [&](int64_t begin, int64_t end) {
                            for (int64_t k = begin; k < end; ++k)
                              Channel(c, view, k, dx->mutable_data<T>(), &s[k], &o[k]);
                          });
    return absl::OkStatus();
  }

 private:
  void Channel(const KernelContext& c, const ChannelView& view, int64_t k, T* dx, float* dscale,
               float* doffset) const {
    const T *dy = c.input(0).data<T>(), *x = c.input(1).data<T>();
    const double mean = c.input(3).data<float>()[k];
    const double r = 1 / std::sqrt(static_cast<double>(c.input(4).data<float>()[k]) + epsilon_);
    double sum = 0, dot = 0;
    view.ForEach(k, [&](int64_t i) {
      const double d = static_cast<float>(dy[i]);
      sum += d;
      dot += d * (static_cast<float>(x[i]) - mean) * r;
    });
    *dscale = static_cast<float>(dot);
    *doffset = static_cast<float>(sum);
    const double by = c.input(2).data<float>()[k] * r, n = static_cast<double>(view.count());
    view.ForEach(k, [&](int64_t i) {
      double d = static_cast<float>(dy[i]);
      if (training_) d -= sum / n + (static_cast<float>(x[i]) - mean) * r * dot / n;
      dx[i] = static_cast<T>(static_cast<float>(by * d));
    });
  }

  float epsilon_ = 0;
  bool channels_first_ = false, training_ = true;
};

absl::Status BatchNormGradShape(ShapeContext& c) {
  c.set_output(0, c.input(1));
  c.set_output(1, c.input(2));
  c.set_output(2, c.input(2));
  for (int i = 3; i <= 4; ++i) c.set_output(i, PartialShape::Of({0}));
  return absl::OkStatus();
}

// The parts of the gradient's gradient that both modes need, in shapes that broadcast with x.
struct ChannelTerms {
  Builder& b;
  Output axes, shape;  // all but the channels; [.., channels, ..]
  Output count;        // elements a channel

  ChannelTerms(Builder& builder, const OpView& op) : b(builder) {
    const bool first = ChannelsFirst(op.attr<std::string>("data_format"));
    const Output x = op.input(1), rank = b.Rank(x), one = b.Scalar<int32_t>(1);
    const Output channel = first ? one : b.Sub(rank, one);
    axes = b.Op1("ListDiff", {b.Range(b.Scalar<int32_t>(0), rank, one), b.ExpandDims(channel, 0)});
    const Output is_channel = b.Equal(b.Range(b.Scalar<int32_t>(0), rank, one), channel);
    shape = b.Where(is_channel, b.Shape(x), one);
    count = b.Cast(b.Div(b.Cast(b.Size(x), DType::kFloat),
                         b.Cast(b.Gather(b.Shape(x), channel), DType::kFloat)),
                   DType::kFloat);
  }
  Output Spread(Output v) { return b.Reshape(v, shape); }
  Output Sum(Output x) { return b.Sum(x, axes, /*keep_dims=*/true); }
  Output Mean(Output x) { return b.Div(Sum(x), count); }
};

// With g, gs, go the gradients of dx, dscale and doffset, t = dy - mean(dy) - h mean(dy h) and u
// the same of g: by dy, scale r u + gs h + go; by x, gs r t - scale r^2 (h mean(g t) + t mean(g h)
// + u mean(dy h)); by scale, r sum(g t). When not training t is dy, u is g, and by x it is gs r dy.
absl::StatusOr<Gradients> BatchNormGradGradient(Builder& b, const OpView& op,
                                                const Gradients& grads) {
  ChannelTerms k(b, op);
  const DType dtype = b.dtype(op.input(1));
  const auto wide = [&](Output v) { return b.Cast(v, DType::kFloat); };
  const Output dy = wide(op.input(0)), x = wide(op.input(1)), scale = k.Spread(op.input(2));
  const Output g = grads[0].valid() ? wide(grads[0]) : b.ZerosLike(x);
  const Output gs = grads[1].valid() ? k.Spread(grads[1]) : b.ZerosLike(scale);
  const Output go = grads[2].valid() ? k.Spread(grads[2]) : b.ZerosLike(scale);
  const Output r =
      b.Op1("Rsqrt", {b.Add(k.Spread(op.input(4)), b.ScalarLike(x, op.attr<float>("epsilon")))});
  const Output h = b.Mul(b.Sub(x, k.Spread(op.input(3))), r);
  Output t = dy, u = g;
  const bool training = op.attr<bool>("is_training");
  const Output dot = k.Mean(b.Mul(dy, h)), g_dot = k.Mean(b.Mul(g, h));
  if (training) {
    t = b.Sub(b.Sub(dy, k.Mean(dy)), b.Mul(h, dot));
    u = b.Sub(b.Sub(g, k.Mean(g)), b.Mul(h, g_dot));
  }
  const Output by_dy = b.Add(b.Mul(b.Mul(scale, r), u), b.Add(b.Mul(gs, h), go));
  Output by_x = b.Mul(gs, b.Mul(r, t));
  if (training) {
    const Output curved =
        b.AddN(std::vector<Output>{b.Mul(h, k.Mean(b.Mul(g, t))), b.Mul(t, g_dot), b.Mul(u, dot)});
    by_x = b.Sub(by_x, b.Mul(b.Mul(scale, b.Square(r)), curved));
  }
  const Output by_scale = b.ReshapeLike(b.Mul(r, k.Sum(b.Mul(g, t))), op.input(2));
  Gradients result(op.num_inputs());
  result[0] = b.Cast(by_dy, dtype);
  result[1] = b.Cast(by_x, dtype);
  result[2] = by_scale;
  return result;
}

}  // namespace

absl::Status RegisterFusedBatchNormGrad(Registry& r) {
  const char* const kDoc =
      "The gradient of FusedBatchNorm by x, scale and offset; reserve_space_1 and 2 are the mean "
      "and "
      "the variance that were used.";
  MR_RETURN_IF_ERROR(r.Add(Op("FusedBatchNormGrad")
                               .Input("y_backprop: T")
                               .Input("x: T")
                               .Input("scale: T")
                               .Input("reserve_space_1: T")
                               .Input("reserve_space_2: T")
                               .Output("x_backprop: T")
                               .Output("scale_backprop: T")
                               .Output("offset_backprop: T")
                               .Output("reserve_space_3: T")
                               .Output("reserve_space_4: T")
                               .Attr("T: {float}")
                               .Attr("epsilon: float = 1e-04")
                               .Attr("data_format: {'NHWC', 'NCHW'} = 'NHWC'")
                               .Attr("is_training: bool = true")
                               .Doc(kDoc)
                               .Shape(BatchNormGradShape)
                               .Gradient(BatchNormGradGradient)
                               .Cpu<FusedBatchNormGradKernel, float>()));
  MR_RETURN_IF_ERROR(r.Add(Op("FusedBatchNormGradV2")
                               .Input("y_backprop: T")
                               .Input("x: T")
                               .Input("scale: float")
                               .Input("reserve_space_1: U")
                               .Input("reserve_space_2: U")
                               .Output("x_backprop: T")
                               .Output("scale_backprop: U")
                               .Output("offset_backprop: U")
                               .Output("reserve_space_3: U")
                               .Output("reserve_space_4: U")
                               .Attr("T: {half, bfloat16, float}")
                               .Attr("U: {float}")
                               .Attr("epsilon: float = 1e-04")
                               .Attr("data_format: {'NHWC', 'NCHW'} = 'NHWC'")
                               .Attr("is_training: bool = true")
                               .Doc(kDoc)
                               .Shape(BatchNormGradShape)
                               .Gradient(BatchNormGradGradient)
                               .Cpu<FusedBatchNormGradKernel, half, bfloat16, float>()));
  return r.Add(Op("FusedBatchNormGradV3")
                   .Input("y_backprop: T")
                   .Input("x: T")
                   .Input("scale: float")
                   .Input("reserve_space_1: U")
                   .Input("reserve_space_2: U")
                   .Input("reserve_space_3: U")
                   .Output("x_backprop: T")
                   .Output("scale_backprop: U")
                   .Output("offset_backprop: U")
                   .Output("reserve_space_4: U")
                   .Output("reserve_space_5: U")
                   .Attr("T: {half, bfloat16, float}")
                   .Attr("U: {float}")
                   .Attr("epsilon: float = 1e-04")
                   .Attr("data_format: {'NHWC', 'NCHW', 'NDHWC', 'NCDHW'} = 'NHWC'")
                   .Attr("is_training: bool = true")
                   .Doc(kDoc)
                   .Shape(BatchNormGradShape)
                   .Gradient(BatchNormGradGradient)
                   .Cpu<FusedBatchNormGradKernel, half, bfloat16, float>());
}

}  // namespace millrace
