// QuantizeV2: floats in the integers of a quantised type.
#include <algorithm>
#include <cmath>
#include <limits>

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

// How the floats of one channel become integers.
struct Quantizer {
  std::string mode;
  bool to_even;
  QuantizedRange range;  // its ends as they are given out
  float scale = 0;

  Quantizer(const std::string& how, bool even, bool narrow, const QuantizedRange& wanted)
      : mode(how), to_even(even), range(wanted) {
    const QuantizedType& type = range.type;
    if (mode == "MIN_COMBINED") {
      scale = static_cast<float>((type.highest - type.lowest) / (range.max - range.min));
    } else if (mode == "SCALED") {
      // The larger side fills the integers on its side of 0; the range becomes what they can say.
      const float lowest = static_cast<float>(type.lowest + (narrow ? 1 : 0));
      const float highest = static_cast<float>(type.highest);
      const float none = std::numeric_limits<float>::max();
      scale = std::min(lowest * range.min > 0 ? lowest / range.min : none,
                       highest * range.max > 0 ? highest / range.max : none);
      range.min = lowest / scale;
      range.max = highest / scale;
    }
  }
  double operator()(float x) const {
    if (mode == "MIN_FIRST") return range.FromFloat(x);
    const float inside = std::max(std::min(x, range.max), range.min);
    if (mode == "SCALED")
      return to_even ? std::nearbyint(inside * scale) : std::round(inside * scale);
    const float steps = (inside - range.min) * scale;
    if (!range.type.is_signed) return std::floor(steps + 0.5f);
    return std::round(steps - static_cast<float>(range.type.steps() / 2));
  }
};

class QuantizeV2Kernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::string rounding;
    MR_RETURN_IF_ERROR(c.GetAttr("mode", &mode_));
    MR_RETURN_IF_ERROR(c.GetAttr("round_mode", &rounding));
    MR_RETURN_IF_ERROR(c.GetAttr("narrow_range", &narrow_));
    MR_RETURN_IF_ERROR(c.GetAttr("axis", &axis_));
    MR_RETURN_IF_ERROR(c.GetAttr("ensure_minimum_range", &least_));
    to_even_ = rounding == "HALF_TO_EVEN";
    if (to_even_ && mode_ != "SCALED") {
      return absl::InvalidArgumentError(
          absl::StrCat("Round mode 'HALF_TO_EVEN' only supported for mode 'SCALED', but mode is '",
                       mode_, "'."));
    }
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    const Tensor& in = c.input(0);
    MR_ASSIGN_OR_RETURN(const Channels channels, Channels::Of(in.shape(), axis_));
    std::vector<Quantizer> quantizers;
    const Shape range_shape = axis_ < 0 ? Shape() : Shape({channels.count});
    Tensor *out, *min_out, *max_out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, in.shape(), &out));
    MR_RETURN_IF_ERROR(c.allocate_output(1, range_shape, &min_out));
    MR_RETURN_IF_ERROR(c.allocate_output(2, range_shape, &max_out));
    MR_RETURN_IF_ERROR(channels.CheckEnds(c.input(1), c.input(2)));
    for (int64_t k = 0; k < channels.count; ++k) {
      MR_ASSIGN_OR_RETURN(
          const QuantizedRange range,
          Range(c.input(1).data<float>()[k], c.input(2).data<float>()[k], out->dtype()));
      quantizers.emplace_back(mode_, to_even_, narrow_, range);
      min_out->mutable_data<float>()[k] = quantizers[k].range.min;
      max_out->mutable_data<float>()[k] = quantizers[k].range.max;
    }
    std::vector<double> values(static_cast<size_t>(in.num_elements()));
    const QuantizedType type = QuantizedType::Of(out->dtype());
    for (size_t i = 0; i < values.size(); ++i) {
      const double q = quantizers[channels.At(static_cast<int64_t>(i))](in.data<float>()[i]);
      values[i] = std::max(std::min(q, type.highest), type.lowest);
    }
    StoreWide(values, out);
    return absl::OkStatus();
  }

 private:
  // The range asked for, with 0 inside and its ends apart.
  absl::StatusOr<QuantizedRange> Range(float min, float max, DType dtype) const {
    if (max < min) {
      return absl::InvalidArgumentError(
          absl::StrCat("input_max_range must be larger than input_min_range: ", max, " < ", min));
    }
    QuantizedRange range;
    range.type = QuantizedType::Of(dtype);
    range.min = std::min(0.0f, min);
    const float apart = std::max({1.0f, std::abs(min), std::abs(max)}) * least_;
    range.max = std::max(0.0f, std::max(max, range.min + apart));
    return range;
  }

  std::string mode_;
  bool to_even_ = false, narrow_ = false;
  int64_t axis_ = -1;
  float least_ = 0.01f;
};

}  // namespace

absl::Status RegisterQuantizeV2(Registry& r) {
  return r.Add(
      Op("QuantizeV2")
          .Input("input: float")
          .Input("min_range: float")
          .Input("max_range: float")
          .Output("output: T")
          .Output("output_min: float")
          .Output("output_max: float")
          .Attr("T: {qint8, quint8, qint32, qint16, quint16}")
          .Attr("mode: {'MIN_COMBINED', 'MIN_FIRST', 'SCALED'} = 'MIN_COMBINED'")
          .Attr("round_mode: {'HALF_AWAY_FROM_ZERO', 'HALF_TO_EVEN'} = 'HALF_AWAY_FROM_ZERO'")
          .Attr("narrow_range: bool = false")
          .Attr("axis: int = -1")
          .Attr("ensure_minimum_range: float = 0.01")
          .Doc("Floats between min_range and max_range in the integers of a quantised type, along "
               "`axis` with a range each, and the ranges that the integers really have.")
          .Shape(RangesShape)
          .Cpu<QuantizeV2Kernel>());
}

}  // namespace millrace
