// Multinomial, StatelessMultinomial: classes drawn with given log-probabilities.
#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/math/wide.h"
#include "kernels/random/distributions.h"
#include "kernels/random/random_kernels.h"

namespace millrace {
namespace {

// The sums of the probabilities up to each class, times a constant; those that are not finite are
// 0.
std::vector<double> Cumulative(const double* logits, int64_t classes) {
  double most = std::numeric_limits<double>::lowest(), total = 0;
  for (int64_t k = 0; k < classes; ++k) {
    if (std::isfinite(logits[k])) most = std::max(most, logits[k]);
  }
  std::vector<double> sums(static_cast<size_t>(classes));
  for (int64_t k = 0; k < classes; ++k) {
    if (std::isfinite(logits[k])) total += std::exp(logits[k] - most);
    sums[k] = total;
  }
  return sums;
}

// What both forms check.
struct Sizes {
  int64_t batch, classes, samples;

  static absl::StatusOr<Sizes> Of(KernelContext& c) {
    const Tensor &logits = c.input(0), &samples = c.input(1);
    if (logits.rank() != 2) {
      return absl::InvalidArgumentError(
          absl::StrCat("logits should be a matrix, got shape ", logits.shape().ToString()));
    }
    if (samples.rank() != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("num_samples should be a scalar, got shape ", samples.shape().ToString()));
    }
    const Sizes s = {logits.dim(0), logits.dim(1), samples.scalar<int32_t>()};
    if (s.samples < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("num_samples should be nonnegative, got ", s.samples));
    }
    if (s.batch > 0 && s.classes <= 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("num_classes should be positive, got ", s.classes));
    }
    return s;
  }
};

absl::Status Draw(KernelContext& c, const Sizes& sizes, const Philox& gen) {
  MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create({sizes.batch, sizes.samples}));
  Tensor* out;
  MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
  const std::vector<double> logits = LoadWide<double>(c.input(0));
  std::vector<int64_t> drawn;
  drawn.reserve(static_cast<size_t>(shape.num_elements()));
  PhiloxWords words(gen);
  for (int64_t row = 0; row < sizes.batch; ++row) {
    const std::vector<double> sums = Cumulative(&logits[row * sizes.classes], sizes.classes);
    for (int64_t k = 0; k < sizes.samples; ++k) {
      const uint32_t high = words(), low = words();
      const double at = UnitDouble(high, low) * sums.back();
      drawn.push_back(std::upper_bound(sums.begin(), sums.end(), at) - sums.begin());
    }
  }
  StoreWide(drawn, out);
  return absl::OkStatus();
}

class MultinomialKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return gen_.Init(c); }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const Sizes sizes, Sizes::Of(c));
    // As TensorFlow reserves: two words a number, in groups of four.
    const int64_t reserved = sizes.batch * ((sizes.samples + 3) / 4 * 4) * 2;
    return Draw(c, sizes, gen_.ReserveForOutputs(reserved));
  }

 private:
  GuardedPhilox gen_;
};

class StatelessMultinomialKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const Sizes sizes, Sizes::Of(c));
    MR_ASSIGN_OR_RETURN(const Philox gen, PhiloxFromSeed(c.input(2)));
    return Draw(c, sizes, gen);
  }
};

absl::Status MultinomialShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape logits, c.WithRank(0, 2));
  MR_RETURN_IF_ERROR(c.WithRank(1, 0).status());
  const Tensor* samples = c.input_value(1);
  c.set_output(0,
               PartialShape::Of({logits.dim(0), samples == nullptr || samples->scalar<int32_t>() < 0
                                                    ? -1
                                                    : samples->scalar<int32_t>()}));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterMultinomial(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("Multinomial")
                               .Input("logits: T")
                               .Input("num_samples: int32")
                               .Output("output: output_dtype")
                               .Attr("seed: int = 0")
                               .Attr("seed2: int = 0")
                               .Attr("T: {float, double, int32, uint8, int16, int8, int64, "
                                     "bfloat16, uint16, half, uint32, uint64}")
                               .Attr("output_dtype: {int32, int64} = DT_INT64")
                               .Stateful()
                               .Doc("num_samples classes for each row of logits [batch, classes], "
                                    "the logarithms of their probabilities up to a constant.")
                               .Shape(MultinomialShape)
                               .NotDifferentiable()
                               .Cpu<MultinomialKernel>()));
  return r.Add(
      Op("StatelessMultinomial")
          .Input("logits: T")
          .Input("num_samples: int32")
          .Input("seed: Tseed")
          .Output("output: output_dtype")
          .Attr("T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, "
                "uint32, uint64}")
          .Attr("Tseed: {int32, int64} = DT_INT64")
          .Attr("output_dtype: {int32, int64} = DT_INT64")
          .Doc("num_samples classes for each row of logits [batch, classes], as a function "
               "of `seed`.")
          .Shape(MultinomialShape)
          .NotDifferentiable()
          .Cpu<StatelessMultinomialKernel>());
}

}  // namespace millrace
