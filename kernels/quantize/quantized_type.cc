#include "kernels/quantize/quantized_type.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace millrace {

QuantizedType QuantizedType::Of(DType dtype) {
  const auto of = [](auto type) {
    using Limits = std::numeric_limits<decltype(type)>;
    return QuantizedType{static_cast<double>(Limits::lowest()), static_cast<double>(Limits::max()),
                         Limits::is_signed};
  };
  switch (dtype) {
    case DType::kQInt8:
      return of(int8_t{});
    case DType::kQUInt8:
      return of(uint8_t{});
    case DType::kQInt16:
      return of(int16_t{});
    case DType::kQUInt16:
      return of(uint16_t{});
    default:
      return of(int32_t{});
  }
}

float QuantizedRange::ToFloat(double quantized) const {
  if (min == max) return min;
  // In the precision of TensorFlow's every step.
  const double scale = (max - min) * (type.steps() / (type.steps() - 1)) / type.steps();
  const auto single = static_cast<float>(scale);
  const float rounded_min = std::round(min / single) * single;
  return static_cast<float>(rounded_min + (quantized - type.lowest) * scale);
}

double QuantizedRange::FromFloatUnclamped(float real) const {
  if (min == max) return 0;
  const double scale = type.steps() / ((max - min) * (type.steps() / (type.steps() - 1)));
  return std::round(real * scale) - std::round(min * scale) + type.lowest;
}

double QuantizedRange::FromFloat(float real) const {
  return std::clamp(FromFloatUnclamped(real), type.lowest, type.highest);
}

float QuantizedRange::Level() const {
  return static_cast<float>((static_cast<double>(max) - min) / (type.highest - type.lowest));
}

QuantizedRange ProductRange(const QuantizedRange& a, const QuantizedRange& b, DType out) {
  const QuantizedType type = QuantizedType::Of(out);
  const float level = a.Level() * b.Level();
  return {type, level * static_cast<float>(type.lowest), level * static_cast<float>(type.highest)};
}

absl::StatusOr<float> RangeEnd(const Tensor& t, absl::string_view what) {
  if (t.num_elements() == 1) return t.data<float>()[0];
  return absl::InvalidArgumentError(
      absl::StrCat("`", what, "` must have one element but has shape ", t.shape().ToString()));
}

absl::StatusOr<QuantizedRange> InputRange(KernelContext& c, int i, int min, int max) {
  QuantizedRange range;
  range.type = QuantizedType::Of(c.input(i).dtype());
  MR_ASSIGN_OR_RETURN(range.min, RangeEnd(c.input(min), absl::StrCat("input ", min)));
  MR_ASSIGN_OR_RETURN(range.max, RangeEnd(c.input(max), absl::StrCat("input ", max)));
  return range;
}

void SetRangeOutputs(KernelContext& c, int first, float min, float max) {
  c.set_output(first, Tensor::Scalar<float>(min));
  c.set_output(first + 1, Tensor::Scalar<float>(max));
}

absl::StatusOr<Channels> Channels::Of(const Shape& shape, int64_t axis) {
  Channels channels;
  if (axis < 0) return channels;
  if (axis >= shape.rank()) {
    return absl::InvalidArgumentError(
        absl::StrCat("axis ", axis, " is outside a tensor of shape ", shape.ToString()));
  }
  channels.count = shape.dim(static_cast<int>(axis));
  for (int d = static_cast<int>(axis) + 1; d < shape.rank(); ++d) channels.inner *= shape.dim(d);
  return channels;
}

absl::Status Channels::CheckEnds(const Tensor& min, const Tensor& max) const {
  for (const Tensor* end : {&min, &max}) {
    if (end->num_elements() == count) continue;
    return absl::InvalidArgumentError(absl::StrCat("the ends of the range must have ", count,
                                                   " elements, not the shape ",
                                                   end->shape().ToString()));
  }
  return absl::OkStatus();
}

absl::Status RangesShape(ShapeContext& c) {
  int64_t axis;
  MR_RETURN_IF_ERROR(c.GetAttr("axis", &axis));
  const int least = axis < 0 ? 0 : static_cast<int>(std::min<int64_t>(axis, Shape::kMaxRank) + 1);
  MR_ASSIGN_OR_RETURN(const PartialShape in, c.WithRankAtLeast(0, least));
  PartialShape ends = axis < 0 ? PartialShape::Scalar() : PartialShape::UnknownOfRank(1);
  if (axis >= 0 && in.known_rank()) ends = PartialShape::Of({in.dim(static_cast<int>(axis))});
  for (int i = 1; i <= 2; ++i) {
    const absl::StatusOr<PartialShape> merged = ends.MergeWith(c.input(i));
    if (!merged.ok()) return c.Error(i, merged.status().message());
    if (i < c.num_outputs()) c.set_output(i, *merged);
  }
  c.set_output(0, in);
  return absl::OkStatus();
}

absl::Status QuantizedUnaryShape(ShapeContext& c) {
  for (int i = 1; i < c.num_inputs(); ++i) MR_RETURN_IF_ERROR(c.WithRank(i, 0).status());
  c.set_output(0, c.input(0));
  for (int i = 1; i < c.num_outputs(); ++i) c.set_output(i, PartialShape::Scalar());
  return absl::OkStatus();
}

}  // namespace millrace
