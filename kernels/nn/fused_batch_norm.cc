// FusedBatchNorm, FusedBatchNormV2, FusedBatchNormV3: y = scale (x - mean) / sqrt(variance +
// epsilon)
// + offset, a channel at a time.
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/nn/batch_norm_layout.h"
#include "kernels/nn/window.h"

namespace millrace {
namespace {

template <typename T>
class FusedBatchNormKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::string format;
    MR_RETURN_IF_ERROR(c.GetAttr("data_format", &format));
    MR_RETURN_IF_ERROR(c.GetAttr("epsilon", &epsilon_));
    MR_RETURN_IF_ERROR(c.GetAttr("exponential_avg_factor", &factor_));
    channels_first_ = ChannelsFirst(format);
    return c.GetAttr("is_training", &training_);
  }

  absl::Status Compute(KernelContext& c) override {
    const Tensor& x = c.input(0);
    if (x.rank() != 4 && x.rank() != 5) {
      return absl::InvalidArgumentError(
          absl::StrCat("input must be 4 or 5-dimensional, not ", x.shape().ToString()));
    }
    const ChannelView view = ChannelView::Of(x.shape(), channels_first_);
    MR_RETURN_IF_ERROR(CheckStatistics(c, view.channels));
    Tensor* y;
    MR_RETURN_IF_ERROR(c.allocate_output(0, x.shape(), &y));
    Tensor* statistics[4];
    for (int i = 0; i < 4; ++i)
      MR_RETURN_IF_ERROR(c.allocate_output(1 + i, Shape({view.channels}), &statistics[i]));
    if (c.num_outputs() > 5) c.set_output(5, Tensor::Scalar<float>(0));
    Outputs out = {y->mutable_data<T>(), statistics[0]->mutable_data<float>(),
                   statistics[1]->mutable_data<float>(), statistics[2]->mutable_data<float>(),
                   statistics[3]->mutable_data<float>()};
    c.pool()->ParallelFor(view.channels, std::max<int64_t>(1, 16384 / (view.count() + 1)),
                          [&](int64_t begin, int64_t end) {
                            for (int64_t k = begin; k < end; ++k) Channel(c, view, k, out);
                          });
    return absl::OkStatus();
  }

 private:
  struct Outputs {
    T* y;
    float *mean, *variance, *saved_mean, *saved_variance;
  };

  // scale, offset, mean and variance have one entry a channel; the last two may be empty where the
  // batch's own are used alone.
  absl::Status CheckStatistics(KernelContext& c, int64_t channels) const {
    static const char* const kNames[] = {"", "scale", "offset", "mean", "variance"};
    for (int i = 1; i <= 4; ++i) {
      const bool may_be_empty = i >= 3 && training_ && factor_ == 1;
      const Tensor& t = c.input(i);
      if (t.rank() == 1 && (t.dim(0) == channels || (may_be_empty && t.dim(0) == 0))) continue;
      return absl::InvalidArgumentError(absl::StrCat(kNames[i], " must have the shape [", channels,
                                                     "], not ", t.shape().ToString()));
    }
    return absl::OkStatus();
  }

  void Channel(const KernelContext& c, const ChannelView& view, int64_t k,
               const Outputs& out) const {
    const T* x = c.input(0).data<T>();
    double mean, variance;
    if (training_) {
      BatchMoments(x, view, k, &mean, &variance);
      out.saved_mean[k] = static_cast<float>(mean);
      out.saved_variance[k] = static_cast<float>(variance);
      const double n = static_cast<double>(view.count());
      const double unbiased = variance * n / (n > 1 ? n - 1 : 1);
      out.mean[k] = Average(c.input(3), k, mean);
      out.variance[k] = Average(c.input(4), k, unbiased);
    } else {
      mean = out.mean[k] = out.saved_mean[k] = c.input(3).data<float>()[k];
      variance = out.variance[k] = out.saved_variance[k] = c.input(4).data<float>()[k];
    }
    const float by =
        static_cast<float>(c.input(1).data<float>()[k] / std::sqrt(variance + epsilon_));
    const float offset = c.input(2).data<float>()[k], center = static_cast<float>(mean);
    view.ForEach(k, [&](int64_t i) {
      out.y[i] = static_cast<T>((static_cast<float>(x[i]) - center) * by + offset);
    });
  }

  static void BatchMoments(const T* x, const ChannelView& view, int64_t k, double* mean,
                           double* variance) {
    if (view.count() == 0) {
      *mean = *variance = std::numeric_limits<double>::quiet_NaN();
      return;
    }
    const double n = static_cast<double>(view.count());
    double sum = 0, squares = 0;
    view.ForEach(k, [&](int64_t i) { sum += static_cast<float>(x[i]); });
    *mean = sum / n;
    view.ForEach(k, [&](int64_t i) {
      const double from_mean = static_cast<float>(x[i]) - *mean;
      squares += from_mean * from_mean;
    });
    *variance = squares / n;
  }

  // The running average with `now` taken into it.
  float Average(const Tensor& running, int64_t k, double now) const {
    if (factor_ == 1) return static_cast<float>(now);
    return static_cast<float>((1 - factor_) * running.data<float>()[k] + factor_ * now);
  }

  float epsilon_ = 0, factor_ = 1;
  bool channels_first_ = false, training_ = true;
};

absl::Status BatchNormShape(ShapeContext& c) {
  std::string format;
  MR_RETURN_IF_ERROR(c.GetAttr("data_format", &format));
  const PartialShape& x = c.input(0);
  if (x.known_rank() && x.rank() != 4 && x.rank() != 5)
    return c.Error(0, absl::StrCat("Shape must be rank 4 or 5, but is ", x.ToString()));
  int64_t channels = PartialShape::kUnknownDim;
  if (x.known_rank()) channels = x.dim(ChannelsFirst(format) ? 1 : x.rank() - 1);
  for (int i = 1; i <= 2; ++i) {
    MR_ASSIGN_OR_RETURN(const PartialShape s, c.WithRank(i, 1));
    const auto merged = ShapeContext::MergeDim(channels, s.dim(0));
    if (!merged.ok()) return c.Error(i, merged.status().message());
    channels = *merged;
  }
  c.set_output(0, x);
  for (int i = 1; i <= 4; ++i) c.set_output(i, PartialShape::Of({channels}));
  if (c.num_outputs() > 5) c.set_output(5, PartialShape());
  return absl::OkStatus();
}

// Of y alone: the other outputs are statistics.
absl::StatusOr<Gradients> BatchNormGradient(Builder& b, const OpView& op, const Gradients& dy,
                                            absl::string_view grad_op) {
  Gradients none(op.num_inputs());
  if (!dy[0].valid()) return none;
  const bool training = op.attr<bool>("is_training");
  std::vector<Output> inputs = {dy[0], op.input(0), op.input(1),
                                training ? op.output(3) : op.input(3),
                                training ? op.output(4) : op.input(4)};
  if (op.num_outputs() > 5) inputs.push_back(op.output(5));
  const Outputs out = b.Op(grad_op, absl::MakeConstSpan(inputs),
                           CopyAttrs(op, {"epsilon", "data_format", "is_training"}));
  if (!b.ok()) return b.status();
  return Gradients{out[0], out[1], out[2], Gradient(), Gradient()};
}

absl::StatusOr<Gradients> BatchNormGradientV1(Builder& b, const OpView& op, const Gradients& dy) {
  return BatchNormGradient(b, op, dy, "FusedBatchNormGrad");
}
absl::StatusOr<Gradients> BatchNormGradientV2(Builder& b, const OpView& op, const Gradients& dy) {
  return BatchNormGradient(b, op, dy, "FusedBatchNormGradV2");
}
absl::StatusOr<Gradients> BatchNormGradientV3(Builder& b, const OpView& op, const Gradients& dy) {
  return BatchNormGradient(b, op, dy, "FusedBatchNormGradV3");
}

}  // namespace

absl::Status RegisterFusedBatchNorm(Registry& r) {
  const char* const kDoc =
      "Normalises each channel of x: y = scale (x - mean) / sqrt(variance + epsilon) + offset, "
      "with "
      "the moments of the batch when training, else those given. batch_mean and batch_variance are "
      "the moments to keep (the variance unbiased), averaged with those given by "
      "exponential_avg_factor.";
  MR_RETURN_IF_ERROR(r.Add(Op("FusedBatchNorm")
                               .Input("x: T")
                               .Input("scale: T")
                               .Input("offset: T")
                               .Input("mean: T")
                               .Input("variance: T")
                               .Output("y: T")
                               .Output("batch_mean: T")
                               .Output("batch_variance: T")
                               .Output("reserve_space_1: T")
                               .Output("reserve_space_2: T")
                               .Attr("T: {float}")
                               .Attr("epsilon: float = 1e-04")
                               .Attr("exponential_avg_factor: float = 1.0")
                               .Attr("data_format: {'NHWC', 'NCHW'} = 'NHWC'")
                               .Attr("is_training: bool = true")
                               .Doc(kDoc)
                               .Shape(BatchNormShape)
                               .Gradient(BatchNormGradientV1)
                               .Cpu<FusedBatchNormKernel, float>()));
  MR_RETURN_IF_ERROR(r.Add(Op("FusedBatchNormV2")
                               .Input("x: T")
                               .Input("scale: U")
                               .Input("offset: U")
                               .Input("mean: U")
                               .Input("variance: U")
                               .Output("y: T")
                               .Output("batch_mean: U")
                               .Output("batch_variance: U")
                               .Output("reserve_space_1: U")
                               .Output("reserve_space_2: U")
                               .Attr("T: {half, bfloat16, float}")
                               .Attr("U: {float}")
                               .Attr("epsilon: float = 1e-04")
                               .Attr("exponential_avg_factor: float = 1.0")
                               .Attr("data_format: {'NHWC', 'NCHW'} = 'NHWC'")
                               .Attr("is_training: bool = true")
                               .Doc(kDoc)
                               .Shape(BatchNormShape)
                               .Gradient(BatchNormGradientV2)
                               .Cpu<FusedBatchNormKernel, half, bfloat16, float>()));
  return r.Add(Op("FusedBatchNormV3")
                   .Input("x: T")
                   .Input("scale: U")
                   .Input("offset: U")
                   .Input("mean: U")
                   .Input("variance: U")
                   .Output("y: T")
                   .Output("batch_mean: U")
                   .Output("batch_variance: U")
                   .Output("reserve_space_1: U")
                   .Output("reserve_space_2: U")
                   .Output("reserve_space_3: U")
                   .Attr("T: {half, bfloat16, float}")
                   .Attr("U: {bfloat16, float}")
                   .Attr("epsilon: float = 1e-04")
                   .Attr("exponential_avg_factor: float = 1.0")
                   .Attr("data_format: {'NHWC', 'NCHW', 'NDHWC', 'NCDHW'} = 'NHWC'")
                   .Attr("is_training: bool = true")
                   .Doc(kDoc)
                   .Shape(BatchNormShape)
                   .Gradient(BatchNormGradientV3)
                   .Cpu<FusedBatchNormKernel, half, bfloat16, float>());
}

}  // namespace millrace
