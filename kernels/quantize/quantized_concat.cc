// QuantizedConcat: quantised tensors joined along a dimension, in a range that holds all of theirs.
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/concat.h"
#include "kernels/array/int_args.h"
#include "kernels/math/wide.h"
#include "kernels/quantize/quantized_converter.h"
#include "kernels/quantize/quantized_type.h"

namespace millrace {
namespace {

// With 0 in it; of a signed type as far below 0 as above.
QuantizedRange RangeOfAll(const std::vector<QuantizedRange>& ranges) {
  QuantizedRange all = ranges[0];
  for (const QuantizedRange& range : ranges) {
    all.min = std::min({all.min, range.min, 0.0f});
    all.max = std::max(all.max, range.max);
  }
  if (!all.type.is_signed) return all;
  all.max = std::max(std::abs(all.min), std::abs(all.max));
  all.min = -all.max;
  return all;
}

// (concat_dim, N values, N minima, N maxima)
class QuantizedConcatKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    const DType type = c.input_type(1);
    if (IsQuantized(type)) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(DTypeName(type), " is not a quantised type"));
  }
  absl::Status Compute(KernelContext& c) override {
    const int n = (c.num_inputs() - 1) / 3;
    MR_ASSIGN_OR_RETURN(const int64_t raw_axis, IntArg(c.input(0), "concat_dim"));
    MR_ASSIGN_OR_RETURN(const int axis, AxisArg(raw_axis, c.input(1).rank(), "concat_dim"));
    std::vector<QuantizedRange> ranges;
    for (int i = 1; i <= n; ++i) {
      MR_ASSIGN_OR_RETURN(const QuantizedRange range, InputRange(c, i, i + n, i + 2 * n));
      ranges.push_back(range);
    }
    MR_ASSIGN_OR_RETURN(const Shape shape, JoinedShape(c, 1, n, axis));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    const QuantizedRange all = RangeOfAll(ranges);
    SetRangeOutputs(c, 1, all.min, all.max);
    if (shape.num_elements() == 0) return absl::OkStatus();
    int64_t outer = 1;
    for (int d = 0; d < axis; ++d) outer *= shape.dim(d);
    std::vector<double> joined(static_cast<size_t>(shape.num_elements()));
    auto row = joined.begin();
    for (int i = 0; i < n; ++i) {
      std::vector<double> values = LoadWide<double>(c.input(1 + i));
      const QuantizedRange& range = ranges[static_cast<size_t>(i)];
      if (range.min != all.min || range.max != all.max)
        std::transform(values.begin(), values.end(), values.begin(),
                       QuantizedConverter(range, all));
      const int64_t width = c.input(1 + i).num_elements() / outer;
      for (int64_t o = 0; o < outer; ++o) {
        std::copy_n(values.begin() + o * width, width, row + o * (shape.num_elements() / outer));
      }
      row += width;
    }
    StoreWide(joined, out);
    return absl::OkStatus();
  }
};

absl::Status QuantizedConcatShape(ShapeContext& c) {
  const int n = (c.num_inputs() - 1) / 3;
  MR_RETURN_IF_ERROR(SetJoinedShape(c, /*axis=*/0, /*first=*/1, n));
  for (int i = 1 + n; i < c.num_inputs(); ++i) MR_RETURN_IF_ERROR(c.WithRank(i, 0).status());
  for (int i = 1; i < 3; ++i) c.set_output(i, PartialShape::Scalar());
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterQuantizedConcat(Registry& r) {
  return r.Add(Op("QuantizedConcat")
                   .Input("concat_dim: int32")
                   .Input("values: N * T")
                   .Input("input_mins: N * float")
                   .Input("input_maxes: N * float")
                   .Output("output: T")
                   .Output("output_min: float")
                   .Output("output_max: float")
                   .Attr("N: int >= 2")
                   .Attr("T: type")
                   .Doc("Quantised tensors joined along dimension concat_dim, and a range for all "
                        "of them.")
                   .Shape(QuantizedConcatShape)
                   .NotDifferentiable()
                   .Cpu<QuantizedConcatKernel>());
}

}  // namespace millrace
