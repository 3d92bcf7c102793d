// FakeQuantWithMinMaxArgs, FakeQuantWithMinMaxVars, FakeQuantWithMinMaxVarsPerChannel and their
// gradients: numbers rounded to those that num_bits can say between min and max.
#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"

namespace millrace {
namespace {

// Where the range's ends and 0 are among the steps.
struct Steps {
  float low = 0, high = 0, scale = 0, zero = 0;
  bool empty = false;  // min and max are 0: everything is 0

  // [min, max] moved a little, so that 0 is one of the steps.
  Steps(float min, float max, int first, int last) : empty(min == 0 && max == 0) {
    if (empty) return;
    const float lowest = static_cast<float>(first), highest = static_cast<float>(last);
    scale = (max - min) / (highest - lowest);
    const float exact = lowest - min / scale;
    const float at = exact < lowest ? lowest : exact > highest ? highest : std::round(exact);
    low = (lowest - at) * scale;
    high = (highest - at) * scale;
    zero = std::floor(-low / scale + 0.5f);
  }
  float Round(float x) const {
    if (empty) return 0;
    const float inside = std::max(std::min(x, high), low);
    return std::floor((inside - low) / scale - zero + 0.5f) * scale;
  }
};

enum class RangeFrom { kArgs, kVars, kChannels };

// What forward and gradient kernels share: the range, whose inputs come after `data` others.
template <RangeFrom from>
class FakeQuantBase : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    int64_t bits;
    bool narrow;
    MR_RETURN_IF_ERROR(c.GetAttr("num_bits", &bits));
    MR_RETURN_IF_ERROR(c.GetAttr("narrow_range", &narrow));
    if (bits < 2 || bits > 16) {
      return absl::InvalidArgumentError(
          absl::StrCat("num_bits must be between 2 and 16, inclusive, not ", bits));
    }
    first_ = narrow ? 1 : 0;
    last_ = (1 << bits) - 1;
    if (from != RangeFrom::kArgs) return absl::OkStatus();
    MR_RETURN_IF_ERROR(c.GetAttr("min", &min_));
    MR_RETURN_IF_ERROR(c.GetAttr("max", &max_));
    if (min_ < max_) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("min has to be smaller than max, was: ", min_, " >= ", max_));
  }

 protected:
  // The steps of each channel (one channel unless there is a range for each) of `inputs`.
  absl::StatusOr<std::vector<Steps>> AllSteps(KernelContext& c, const Tensor& inputs,
                                              int data) const {
    if (from == RangeFrom::kArgs) return std::vector<Steps>{Steps(min_, max_, first_, last_)};
    const Tensor &min = c.input(data), &max = c.input(data + 1);
    const bool by_channel = from == RangeFrom::kChannels;
    if (by_channel && inputs.rank() < 1)
      return absl::InvalidArgumentError("inputs must have channels");
    const int64_t channels = by_channel ? inputs.dim(inputs.rank() - 1) : 1;
    for (const Tensor* t : {&min, &max}) {
      if (t->rank() == (by_channel ? 1 : 0) && t->num_elements() == channels) continue;
      return absl::InvalidArgumentError(absl::StrCat(
          "min and max must be ", by_channel ? "vectors with an element a channel" : "scalars",
          ", not of shape ", t->shape().ToString()));
    }
    std::vector<Steps> steps;
    for (int64_t k = 0; k < channels; ++k)
      steps.emplace_back(min.data<float>()[k], max.data<float>()[k], first_, last_);
    return steps;
  }

 private:
  int first_ = 0, last_ = 255;
  float min_ = 0, max_ = 0;
};

template <RangeFrom from>
class FakeQuantKernel final : public FakeQuantBase<from> {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& in = c.input(0);
    MR_ASSIGN_OR_RETURN(const std::vector<Steps> steps, this->AllSteps(c, in, 1));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.forward_or_allocate_output({0}, 0, in.shape(), &out));
    const float* x = c.input(0).data<float>();
    for (int64_t i = 0; i < out->num_elements(); ++i)
      out->mutable_data<float>()[i] = steps[i % steps.size()].Round(x[i]);
    return absl::OkStatus();
  }
};

// Inside the range the gradient passes; outside it goes to the end that is nearer.
template <RangeFrom from>
class FakeQuantGradKernel final : public FakeQuantBase<from> {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor &dy = c.input(0), &x = c.input(1);
    if (dy.shape() != x.shape()) {
      return absl::InvalidArgumentError(
          absl::StrCat("gradient and input must be the same size: ", dy.shape().ToString(), " and ",
                       x.shape().ToString()));
    }
    MR_ASSIGN_OR_RETURN(const std::vector<Steps> steps, this->AllSteps(c, x, 2));
    Tensor* dx;
    MR_RETURN_IF_ERROR(c.allocate_output(0, x.shape(), &dx));
    std::vector<double> below(steps.size()), above(steps.size());
    for (int64_t i = 0; i < x.num_elements(); ++i) {
      const size_t k = static_cast<size_t>(i) % steps.size();
      const float v = x.data<float>()[i], d = dy.data<float>()[i];
      const bool is_below = !steps[k].empty && v < steps[k].low;
      const bool is_above = !steps[k].empty && v > steps[k].high;
      dx->mutable_data<float>()[i] = is_below || is_above ? 0 : d;
      if (is_below) below[k] += d;
      if (is_above) above[k] += d;
    }
    if (from == RangeFrom::kArgs) return absl::OkStatus();
    MR_RETURN_IF_ERROR(StoreSums(c, 1, below));
    return StoreSums(c, 2, above);
  }

 private:
  static absl::Status StoreSums(KernelContext& c, int i, const std::vector<double>& sums) {
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(i, c.input(1 + i).shape(), &out));
    for (size_t k = 0; k < sums.size(); ++k)
      out->mutable_data<float>()[k] = static_cast<float>(sums[k]);
    return absl::OkStatus();
  }
};

absl::Status RangeGradShape(ShapeContext& c) {
  c.set_output(0, c.input(1));
  for (int i = 1; i < c.num_outputs(); ++i) c.set_output(i, c.input(1 + i));
  return absl::OkStatus();
}

absl::StatusOr<Gradients> FakeQuantGradient(Builder& b, const OpView& op, const Gradients& dy) {
  AttrMap attrs;
  for (const char* name : {"num_bits"}) attrs.Set(name, op.attr<int64_t>(name));
  attrs.Set("narrow_range", op.attr<bool>("narrow_range"));
  if (op.num_inputs() == 1) {
    attrs.Set("min", op.attr<float>("min"));
    attrs.Set("max", op.attr<float>("max"));
  }
  std::vector<Output> inputs = {dy[0]};
  for (const Output& input : op.inputs()) inputs.push_back(input);
  const Outputs out =
      b.Op(absl::StrCat(op.schema().name, "Gradient"), absl::MakeConstSpan(inputs), attrs);
  if (!b.ok()) return b.status();
  return Gradients(out.begin(), out.end());
}

// The op and its gradient op.
template <RangeFrom from>
absl::Status AddForm(Registry& r, absl::string_view name, absl::string_view range) {
  const auto declare = [](Op& op) -> Op& {
    if (from == RangeFrom::kArgs) return op.Attr("min: float = -6.0").Attr("max: float = 6.0");
    return op.Input("min: float").Input("max: float");
  };
  const auto finish = [](Op& op) -> Op& {
    return op.Attr("num_bits: int = 8").Attr("narrow_range: bool = false");
  };
  Op forward(name), backward(absl::StrCat(name, "Gradient"));
  finish(declare(forward.Input("inputs: float")).Output("outputs: float"))
      .Doc(absl::StrCat("Numbers rounded to the steps that num_bits can say between ", range, "."))
      .Shape(SameAsInput0)
      .Gradient(FakeQuantGradient)
      .template Cpu<FakeQuantKernel<from>>();
  declare(backward.Input("gradients: float").Input("inputs: float"));
  if (from == RangeFrom::kArgs) {
    backward.Output("backprops: float");
  } else {
    backward.Output("backprops_wrt_input: float")
        .Output("backprop_wrt_min: float")
        .Output("backprop_wrt_max: float");
  }
  finish(backward)
      .Doc(absl::StrCat("The gradient of ", name,
                        ": it passes where the input is inside the range, and goes to its ends "
                        "elsewhere."))
      .Shape(RangeGradShape)
      .NotDifferentiable()
      .template Cpu<FakeQuantGradKernel<from>>();
  MR_RETURN_IF_ERROR(r.Add(forward));
  return r.Add(backward);
}

}  // namespace

absl::Status RegisterFakeQuant(Registry& r) {
  MR_RETURN_IF_ERROR(
      AddForm<RangeFrom::kArgs>(r, "FakeQuantWithMinMaxArgs", "the attributes min and max"));
  MR_RETURN_IF_ERROR(
      AddForm<RangeFrom::kVars>(r, "FakeQuantWithMinMaxVars", "the scalars min and max"));
  return AddForm<RangeFrom::kChannels>(r, "FakeQuantWithMinMaxVarsPerChannel",
                                       "min and max of their channel, the last dimension");
}

}  // namespace millrace
