// Dequantize: the floats that the integers of a quantised type stand for.
#include <algorithm>

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

class DequantizeKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("mode", &mode_));
    MR_RETURN_IF_ERROR(c.GetAttr("narrow_range", &narrow_));
    MR_RETURN_IF_ERROR(c.GetAttr("axis", &axis_));
    if (c.output_type(0) != DType::kFloat && mode_ != "MIN_COMBINED") {
      return absl::InvalidArgumentError(
          absl::StrCat("bfloat16 is given in mode MIN_COMBINED only, not in ", mode_));
    }
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    const Tensor& in = c.input(0);
    MR_ASSIGN_OR_RETURN(const Channels channels, Channels::Of(in.shape(), axis_));
    MR_RETURN_IF_ERROR(channels.CheckEnds(c.input(1), c.input(2)));
    std::vector<QuantizedRange> ranges;
    for (int64_t k = 0; k < channels.count; ++k) {
      ranges.push_back({QuantizedType::Of(in.dtype()), c.input(1).data<float>()[k],
                        c.input(2).data<float>()[k]});
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, in.shape(), &out));
    std::vector<double> values = LoadWide<double>(in);
    for (size_t i = 0; i < values.size(); ++i)
      values[i] = ToFloat(ranges[channels.At(static_cast<int64_t>(i))], values[i]);
    StoreWide(values, out);
    return absl::OkStatus();
  }

 private:
  float ToFloat(const QuantizedRange& range, double quantized) const {
    if (mode_ == "MIN_FIRST") return range.ToFloat(quantized);
    const float q = static_cast<float>(quantized);
    const QuantizedType& type = range.type;
    if (mode_ == "MIN_COMBINED") {
      const float half = type.is_signed ? static_cast<float>(type.steps() / 2) : 0;
      const float scale = range.max == range.min
                              ? 0
                              : (range.max - range.min) / (static_cast<float>(type.highest) -
                                                           static_cast<float>(type.lowest));
      return (q + half) * scale + range.min;
    }
    const float lowest = static_cast<float>(type.lowest + (narrow_ ? 1 : 0));
    const float highest = static_cast<float>(type.highest);
    const float by_max = range.max / highest;
    return q * (type.is_signed ? std::max(range.min / lowest, by_max) : by_max);
  }

  std::string mode_;
  bool narrow_ = false;
  int64_t axis_ = -1;
};

}  // namespace

absl::Status RegisterDequantize(Registry& r) {
  return r.Add(Op("Dequantize")
                   .Input("input: T")
                   .Input("min_range: float")
                   .Input("max_range: float")
                   .Output("output: dtype")
                   .Attr("T: {qint8, quint8, qint32, qint16, quint16}")
                   .Attr("mode: {'MIN_COMBINED', 'MIN_FIRST', 'SCALED'} = 'MIN_COMBINED'")
                   .Attr("narrow_range: bool = false")
                   .Attr("axis: int = -1")
                   .Attr("dtype: {bfloat16, float} = DT_FLOAT")
                   .Doc("The floats between min_range and max_range that the integers of a "
                        "quantised type stand for, along `axis` with a range each.")
                   .Shape(RangesShape)
                   .Cpu<DequantizeKernel>());
}

}  // namespace millrace
