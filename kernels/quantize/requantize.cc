// Requantize, RequantizationRange, QuantizeDownAndShrinkRange: 32-bit sums in fewer bits.
#include <algorithm>
#include <cmath>

#include "absl/numeric/int128.h"
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

// The part of its range that a tensor uses, with 0 in it.
QuantizedRange UsedRange(const Tensor& t, QuantizedRange range) {
  const std::vector<double> values = LoadWide<double>(t);
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  // Of nothing: the type's ends, as neither is moved.
  const double low = values.empty() ? range.type.highest : *least;
  const double high = values.empty() ? range.type.lowest : *most;
  const QuantizedRange old = range;
  range.min = std::min(0.0f, old.ToFloat(low));
  range.max = old.ToFloat(high);
  return range;
}

// From 32 bits to 8, as TensorFlow rounds: in integers, with 16 bits after the point, of
// constants in single precision.
class FixedPoint {
 public:
  FixedPoint(const QuantizedRange& from, float min, float max) {
    const float range = max - min, from_range = from.max - from.min;
    if (range == 0) return;
    const double middle = (from.min + from.max) / 2.0;
    scale_ = static_cast<float>(255.0 * kOne * from_range / range);
    offset_ = std::trunc(static_cast<float>(middle * (255.0 / range) * kOne)) -
              std::trunc(static_cast<float>(kOne * (min * 255.0) / range));
  }
  // False for ratios of ranges far from those of numbers that are used.
  bool fits() const { return std::abs(scale_) < 0x1p62 && std::abs(offset_) < 0x1p61; }
  double operator()(double quantized) const {
    const absl::int128 product =
        absl::int128(static_cast<int64_t>(quantized)) * static_cast<int64_t>(scale_);
    const absl::int128 fixed = (product >> 32) + static_cast<int64_t>(offset_) + kOne / 2;
    return static_cast<double>(
        std::clamp<absl::int128>(fixed >> 16, absl::int128(0), absl::int128(255)));
  }

 private:
  static constexpr int64_t kOne = 1 << 16;
  double scale_ = 0, offset_ = 0;
};

// The numbers of output 0, of which input 0 is in another range; outputs 1 and 2 are the new one.
absl::Status Requantize(KernelContext& c, const QuantizedRange& from, float min, float max) {
  Tensor* out;
  MR_RETURN_IF_ERROR(c.allocate_output(0, c.input(0).shape(), &out));
  const QuantizedRange to = {QuantizedType::Of(c.output_type(0)), min, max};
  std::vector<double> values = LoadWide<double>(c.input(0));
  const FixedPoint fixed(from, min, max);
  const bool to_bytes =
      c.input(0).dtype() == DType::kQInt32 && out->dtype() == DType::kQUInt8 && fixed.fits();
  for (double& v : values) v = to_bytes ? fixed(v) : to.FromFloat(from.ToFloat(v));
  StoreWide(values, out);
  SetRangeOutputs(c, 1, min, max);
  return absl::OkStatus();
}

class QuantizeDownKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const QuantizedRange range, InputRange(c, 0, 1, 2));
    const QuantizedRange used = UsedRange(c.input(0), range);
    return Requantize(c, range, used.min, used.max);
  }
};

class RequantizationRangeKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const QuantizedRange range, InputRange(c, 0, 1, 2));
    const QuantizedRange used = UsedRange(c.input(0), range);
    SetRangeOutputs(c, 0, used.min, used.max);
    return absl::OkStatus();
  }
};

class RequantizeKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const QuantizedRange range, InputRange(c, 0, 1, 2));
    MR_ASSIGN_OR_RETURN(const float min, RangeEnd(c.input(3), "requested_output_min"));
    MR_ASSIGN_OR_RETURN(const float max, RangeEnd(c.input(4), "requested_output_max"));
    if (min > 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("requested_output_min must be <= 0, but got ", min));
    }
    if (max < min) {
      return absl::InvalidArgumentError(absl::StrCat(
          "requested_output_max must be >= requested_output_min, but got ", max, " and ", min));
    }
    return Requantize(c, range, min, max);
  }
};

absl::Status ScalarRanges(ShapeContext& c) {
  for (int i = 1; i < c.num_inputs(); ++i) MR_RETURN_IF_ERROR(c.WithRank(i, 0).status());
  return ScalarOutputs(c);
}

}  // namespace

absl::Status RegisterRequantize(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("QuantizeDownAndShrinkRange")
                               .Input("input: Tinput")
                               .Input("input_min: float")
                               .Input("input_max: float")
                               .Output("output: out_type")
                               .Output("output_min: float")
                               .Output("output_max: float")
                               .Attr("Tinput: {qint8, quint8, qint32, qint16, quint16}")
                               .Attr("out_type: {qint8, quint8, qint32, qint16, quint16}")
                               .Doc("32-bit sums in a type of fewer bits, whose range is the part "
                                    "that they use of their own.")
                               .Shape(QuantizedUnaryShape)
                               .NotDifferentiable()
                               .Cpu<QuantizeDownKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("RequantizationRange")
                               .Input("input: Tinput")
                               .Input("input_min: float")
                               .Input("input_max: float")
                               .Output("output_min: float")
                               .Output("output_max: float")
                               .Attr("Tinput: {qint8, quint8, qint32, qint16, quint16}")
                               .Doc("The part of its range that a quantised tensor uses.")
                               .Shape(ScalarRanges)
                               .NotDifferentiable()
                               .Cpu<RequantizationRangeKernel>()));
  return r.Add(Op("Requantize")
                   .Input("input: Tinput")
                   .Input("input_min: float")
                   .Input("input_max: float")
                   .Input("requested_output_min: float")
                   .Input("requested_output_max: float")
                   .Output("output: out_type")
                   .Output("output_min: float")
                   .Output("output_max: float")
                   .Attr("Tinput: {qint8, quint8, qint32, qint16, quint16}")
                   .Attr("out_type: {qint8, quint8, qint32, qint16, quint16}")
                   .Doc("32-bit sums in a type of fewer bits, in the range asked for.")
                   .Shape(QuantizedUnaryShape)
                   .NotDifferentiable()
                   .Cpu<RequantizeKernel>());
}

}  // namespace millrace
