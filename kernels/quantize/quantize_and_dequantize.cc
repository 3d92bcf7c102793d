// QuantizeAndDequantize, V2 to V4, and the gradient op: floats rounded to those that num_bits can
// say.
#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/wide.h"
#include "kernels/quantize/quantized_type.h"

namespace millrace {
namespace {

// The steps of one channel: multiples of `step` between min and max.
template <typename W>
struct Grid {
  W min, max, step = 0, scale = 0;
  bool empty = false;  // min and max are 0: everything is 0

  Grid(W low, W high, bool is_signed, int64_t bits, bool narrow)
      : min(low), max(high), empty(low == 0 && high == 0) {
    if (empty) return;
    const int64_t half = int64_t{1} << (bits - 1);
    const W lowest = is_signed ? static_cast<W>(narrow ? 1 - half : -half) : 0;
    const W highest = static_cast<W>(is_signed ? half - 1 : half - 1 + half);
    const W none = std::numeric_limits<W>::max();
    const W by_min = lowest * min > 0 ? lowest / min : none;
    const W by_max = highest * max > 0 ? highest / max : none;
    if (by_min < by_max) {
      scale = by_min;
      step = min / lowest;
      max = highest * step;
    } else {
      scale = by_max;
      step = max / highest;
      min = lowest * step;
    }
  }
  W Round(W x, bool half_up, bool clamps) const {
    if (empty) return 0;
    if (clamps) x = std::max(std::min(x, max), min);
    return (half_up ? std::floor(x * scale + W(0.5)) : std::nearbyint(x * scale)) * step;
  }
};

// V3 has the number of bits in an input; the first form has the range in attributes.
class QuantizeAndDequantizeKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("signed_input", &signed_));
    MR_RETURN_IF_ERROR(c.GetAttr("range_given", &given_));
    first_form_ = c.num_inputs() == 1;
    if (first_form_) {
      MR_RETURN_IF_ERROR(c.GetAttr("input_min", &min_));
      MR_RETURN_IF_ERROR(c.GetAttr("input_max", &max_));
    } else {
      MR_RETURN_IF_ERROR(c.GetAttr("narrow_range", &narrow_));
      MR_RETURN_IF_ERROR(c.GetAttr("axis", &axis_));
    }
    if (c.num_inputs() == 4) return absl::OkStatus();
    MR_RETURN_IF_ERROR(c.GetAttr("num_bits", &bits_));
    MR_RETURN_IF_ERROR(CheckBits(bits_));
    if (first_form_) return absl::OkStatus();
    std::string rounding;
    MR_RETURN_IF_ERROR(c.GetAttr("round_mode", &rounding));
    half_up_ = rounding == "HALF_UP";
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    return c.input(0).dtype() == DType::kDouble ? Run<double>(c) : Run<float>(c);
  }

 private:
  absl::Status CheckBits(int64_t bits) const {
    if (bits > 0 && bits < (signed_ ? 62 : 63)) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("num_bits is out of range: ", bits, " with ",
                                                   signed_ ? "" : "un", "signed input"));
  }

  template <typename W>
  absl::Status Run(KernelContext& c) const {
    const Tensor& in = c.input(0);
    int64_t bits = bits_;
    if (c.num_inputs() == 4) {
      if (c.input(3).num_elements() != 1)
        return absl::InvalidArgumentError("num_bits must be a scalar");
      bits = c.input(3).data<int32_t>()[0];
      MR_RETURN_IF_ERROR(CheckBits(bits));
    }
    MR_ASSIGN_OR_RETURN(const Channels channels, Channels::Of(in.shape(), axis_));
    std::vector<W> x = LoadWide<W>(in);
    std::vector<W> low(channels.count, W(min_)), high(channels.count, W(max_));
    if (!given_) {
      for (size_t i = 0; i < x.size(); ++i) {
        const auto k = static_cast<size_t>(channels.At(static_cast<int64_t>(i)));
        const bool first = static_cast<int64_t>(i) % (channels.inner * channels.count) ==
                               static_cast<int64_t>(k) * channels.inner &&
                           static_cast<int64_t>(i) < channels.inner * channels.count;
        low[k] = first ? x[i] : std::min(low[k], x[i]);
        high[k] = first ? x[i] : std::max(high[k], x[i]);
      }
    } else if (!first_form_) {
      MR_RETURN_IF_ERROR(channels.CheckEnds(c.input(1), c.input(2)));
      low = LoadWide<W>(c.input(1));
      high = LoadWide<W>(c.input(2));
    }
    std::vector<Grid<W>> grids;
    for (size_t k = 0; k < low.size(); ++k) {
      if (given_ && !(low[k] <= high[k])) {
        return absl::InvalidArgumentError(
            absl::StrCat("Invalid range: input_min ", low[k], " > input_max ", high[k]));
      }
      grids.emplace_back(low[k], high[k], signed_, bits, narrow_);
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, in.shape(), &out));
    std::vector<double> values(x.size());
    for (size_t i = 0; i < x.size(); ++i)
      values[i] = grids[channels.At(static_cast<int64_t>(i))].Round(x[i], half_up_, given_);
    StoreWide(values, out);
    return absl::OkStatus();
  }

  bool signed_ = true, given_ = false, narrow_ = false, half_up_ = false, first_form_ = false;
  int64_t bits_ = 8, axis_ = -1;
  float min_ = 0, max_ = 0;
};

// What is inside the range passes. As in TensorFlow, the ends of the range get zeros.
class QuantizeAndDequantizeGradKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("axis", &axis_); }
  absl::Status Compute(KernelContext& c) override {
    const Tensor &dy = c.input(0), &in = c.input(1);
    if (dy.shape() != in.shape()) {
      return absl::InvalidArgumentError(
          absl::StrCat("gradient and input must be the same size: ", dy.shape().ToString(), " and ",
                       in.shape().ToString()));
    }
    MR_ASSIGN_OR_RETURN(const Channels channels, Channels::Of(in.shape(), axis_));
    MR_RETURN_IF_ERROR(channels.CheckEnds(c.input(2), c.input(3)));
    const std::vector<double> low = LoadWide<double>(c.input(2)),
                              high = LoadWide<double>(c.input(3)), x = LoadWide<double>(in);
    std::vector<double> d = LoadWide<double>(dy);
    for (size_t i = 0; i < x.size(); ++i) {
      const auto k = static_cast<size_t>(channels.At(static_cast<int64_t>(i)));
      if (!(x[i] >= low[k] && x[i] <= high[k])) d[i] = 0;
    }
    const std::vector<double> zeros(low.size());
    const std::vector<double>* gradients[] = {&d, &zeros, &zeros};
    for (int i = 0; i < 3; ++i) {
      Tensor* out;
      MR_RETURN_IF_ERROR(c.allocate_output(i, c.input(i + 1).shape(), &out));
      StoreWide(*gradients[i], out);
    }
    return absl::OkStatus();
  }

 private:
  int64_t axis_ = -1;
};

absl::Status GradShape(ShapeContext& c) {
  for (int i = 0; i < 3; ++i) c.set_output(i, c.input(i + 1));
  return absl::OkStatus();
}

absl::Status BitsShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRankAtMost(3, 1).status());
  return RangesShape(c);
}

// Straight through.
absl::StatusOr<Gradients> PassGradient(Builder& b, const OpView& op, const Gradients& dy) {
  Gradients result(op.num_inputs());
  result[0] = dy[0];
  return result;
}

absl::StatusOr<Gradients> V4Gradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Outputs out =
      b.Op("QuantizeAndDequantizeV4Grad", {dy[0], op.input(0), op.input(1), op.input(2)},
           {{"axis", op.attr<int64_t>("axis")}});
  if (!b.ok()) return b.status();
  return Gradients(out.begin(), out.end());
}

// The map is linear in the gradient, and its own transpose.
absl::StatusOr<Gradients> V4GradGradient(Builder& b, const OpView& op, const Gradients& dy) {
  Gradients result(4);
  if (!dy[0].valid()) return result;
  result[0] = b.Op("QuantizeAndDequantizeV4Grad", {dy[0], op.input(1), op.input(2), op.input(3)},
                   {{"axis", op.attr<int64_t>("axis")}})[0];
  return result;
}

}  // namespace

absl::Status RegisterQuantizeAndDequantize(Registry& r) {
  const char* const kDoc =
      "Floats rounded to those that num_bits can say in the range from input_min to input_max, or "
      "of the input where no range is given, along `axis` with a range each.";
  MR_RETURN_IF_ERROR(r.Add(Op("QuantizeAndDequantize")
                               .Input("input: T")
                               .Output("output: T")
                               .Attr("signed_input: bool = true")
                               .Attr("num_bits: int = 8")
                               .Attr("range_given: bool = false")
                               .Attr("input_min: float = 0.0")
                               .Attr("input_max: float = 0.0")
                               .Attr("T: {bfloat16, half, float, double}")
                               .Doc(kDoc)
                               .Shape(SameAsInput0)
                               .Gradient(PassGradient)
                               .Cpu<QuantizeAndDequantizeKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("QuantizeAndDequantizeV2")
                               .Input("input: T")
                               .Input("input_min: T")
                               .Input("input_max: T")
                               .Output("output: T")
                               .Attr("signed_input: bool = true")
                               .Attr("num_bits: int = 8")
                               .Attr("range_given: bool = false")
                               .Attr("T: {bfloat16, half, float, double}")
                               .Attr("round_mode: {'HALF_TO_EVEN', 'HALF_UP'} = 'HALF_TO_EVEN'")
                               .Attr("narrow_range: bool = false")
                               .Attr("axis: int = -1")
                               .Doc(kDoc)
                               .Shape(RangesShape)
                               .Gradient(PassGradient)
                               .Cpu<QuantizeAndDequantizeKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("QuantizeAndDequantizeV3")
                               .Input("input: T")
                               .Input("input_min: T")
                               .Input("input_max: T")
                               .Input("num_bits: int32")
                               .Output("output: T")
                               .Attr("signed_input: bool = true")
                               .Attr("range_given: bool = true")
                               .Attr("T: {bfloat16, half, float, double}")
                               .Attr("narrow_range: bool = false")
                               .Attr("axis: int = -1")
                               .Doc(kDoc)
                               .Shape(BitsShape)
                               .Gradient(PassGradient)
                               .Cpu<QuantizeAndDequantizeKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("QuantizeAndDequantizeV4")
                               .Input("input: T")
                               .Input("input_min: T")
                               .Input("input_max: T")
                               .Output("output: T")
                               .Attr("signed_input: bool = true")
                               .Attr("num_bits: int = 8")
                               .Attr("range_given: bool = false")
                               .Attr("T: {bfloat16, half, float, double}")
                               .Attr("round_mode: {'HALF_TO_EVEN', 'HALF_UP'} = 'HALF_TO_EVEN'")
                               .Attr("narrow_range: bool = false")
                               .Attr("axis: int = -1")
                               .Doc(kDoc)
                               .Shape(RangesShape)
                               .Gradient(V4Gradient)
                               .Cpu<QuantizeAndDequantizeKernel>()));
  return r.Add(Op("QuantizeAndDequantizeV4Grad")
                   .Input("gradients: T")
                   .Input("input: T")
                   .Input("input_min: T")
                   .Input("input_max: T")
                   .Output("input_backprop: T")
                   .Output("input_min_backprop: T")
                   .Output("input_max_backprop: T")
                   .Attr("T: {bfloat16, half, float, double}")
                   .Attr("axis: int = -1")
                   .Doc("The gradient of QuantizeAndDequantizeV4: it passes where the input is "
                        "inside the range.")
                   .Shape(GradShape)
                   .Gradient(V4GradGradient)
                   .Cpu<QuantizeAndDequantizeGradKernel>());
}

}  // namespace millrace
