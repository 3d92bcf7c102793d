// RequantizePerChannel, RequantizationRangePerChannel: 32-bit sums whose channels have ranges of
// their own in 8 bits. The ranges are taken as if they lay evenly about 0.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/wide.h"
#include "kernels/quantize/quantized_type.h"

namespace millrace {
namespace {

// How far from 0 the range of each channel, the last dimension of input 0, goes. INVALID_ARGUMENT
// unless inputs 1 and 2 have an element a channel.
absl::StatusOr<std::vector<float>> ChannelReach(const KernelContext& c) {
  const Tensor &in = c.input(0), &min = c.input(1), &max = c.input(2);
  const int64_t channels = max.num_elements();
  if (in.rank() < 1 || in.dim(in.rank() - 1) != channels || min.num_elements() != channels) {
    return absl::InvalidArgumentError(
        absl::StrCat("input_min and input_max must have an element a channel of the input, ",
                     in.shape().ToString(), ", not the shapes ", min.shape().ToString(), " and ",
                     max.shape().ToString()));
  }
  std::vector<float> reach;
  for (int64_t i = 0; i < channels; ++i)
    reach.push_back(std::max(std::abs(min.data<float>()[i]), std::abs(max.data<float>()[i])));
  return reach;
}

constexpr float kSteps = 2147483648.0f;  // of 32 bits, on one side of 0

class RangePerChannelKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("clip_value_max", &most_); }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const std::vector<float> reach, ChannelReach(c));
    const std::vector<int64_t> values = LoadWide<int64_t>(c.input(0));
    std::vector<int64_t> largest(reach.size());
    bool negative = false;
    for (size_t i = 0; i < values.size(); ++i) {
      int64_t& most = largest[i % reach.size()];
      most = std::max(most, std::abs(values[i]));
      negative |= values[i] < 0;
    }
    float used = std::numeric_limits<float>::min();
    for (size_t k = 0; k < reach.size(); ++k)
      used = std::max(used, reach[k] * static_cast<float>(largest[k]) / kSteps);
    used = std::min(used, most_);
    SetRangeOutputs(c, 0, negative ? -used : 0.0f, used);
    return absl::OkStatus();
  }

 private:
  float most_ = 0;
};

class RequantizePerChannelKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const std::vector<float> reach, ChannelReach(c));
    MR_ASSIGN_OR_RETURN(const float min, RangeEnd(c.input(3), "requested_output_min"));
    MR_ASSIGN_OR_RETURN(const float max, RangeEnd(c.input(4), "requested_output_max"));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, c.input(0).shape(), &out));
    const QuantizedType type = QuantizedType::Of(out->dtype());
    const float wanted = std::max(std::abs(min), std::abs(max));
    const float steps = static_cast<float>(type.highest);
    std::vector<double> values = LoadWide<double>(c.input(0));
    for (size_t i = 0; i < values.size(); ++i) {
      const float scale = steps * (reach[i % reach.size()] / wanted / kSteps);
      const double scaled = std::nearbyint(static_cast<float>(values[i]) * scale);
      values[i] = std::isnan(scaled) ? 0 : std::clamp(scaled, type.lowest, type.highest);
    }
    StoreWide(values, out);
    SetRangeOutputs(c, 1, min, max);
    return absl::OkStatus();
  }
};

absl::Status PerChannelShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRankAtMost(1, 1).status());
  MR_RETURN_IF_ERROR(c.WithRankAtMost(2, 1).status());
  for (int i = 0; i < c.num_outputs(); ++i) c.set_output(i, PartialShape::Scalar());
  if (c.num_outputs() == 3) c.set_output(0, c.input(0));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterRequantizePerChannel(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("RequantizationRangePerChannel")
                .Input("input: T")
                .Input("input_min: float")
                .Input("input_max: float")
                .Output("output_min: float")
                .Output("output_max: float")
                .Attr("T: {qint8, quint8, qint32, qint16, quint16} = DT_QINT32")
                .Attr("clip_value_max: float")
                .Doc("The range that all channels of a quantised tensor use, at most "
                     "clip_value_max.")
                .Shape(PerChannelShape)
                .NotDifferentiable()
                .Cpu<RangePerChannelKernel>()));
  return r.Add(Op("RequantizePerChannel")
                   .Input("input: T")
                   .Input("input_min: float")
                   .Input("input_max: float")
                   .Input("requested_output_min: float")
                   .Input("requested_output_max: float")
                   .Output("output: out_type")
                   .Output("output_min: float")
                   .Output("output_max: float")
                   .Attr("T: {qint8, quint8, qint32, qint16, quint16} = DT_QINT32")
                   .Attr("out_type: {qint8, quint8, qint32, qint16, quint16} = DT_QUINT8")
                   .Doc("Sums whose channels have ranges of their own in the range asked for.")
                   .Shape(PerChannelShape)
                   .NotDifferentiable()
                   .Cpu<RequantizePerChannelKernel>());
}

}  // namespace millrace
