// StatelessRandomBinomial, StatefulRandomBinomial.
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/math/broadcast.h"
#include "kernels/random/draws.h"
#include "kernels/random/random_kernels.h"
#include "kernels/random/variable_generator.h"

namespace millrace {
namespace {

using Uniform = Draws<UniformDistribution<double>>;

// The number of geometric waiting times that fit into `count` trials (Devroye, Non-uniform random
// variate generation, 1986).
double ByWaiting(double count, double prob, Uniform* uniform) {
  const double scale = std::log1p(-prob);
  double trials = 0, successes = -1;
  do {
    trials += std::ceil(std::log((*uniform)()) / scale);
    ++successes;
  } while (trials <= count);
  return successes;
}

// What Stirling's formula leaves of log(k!).
double StirlingTail(double k) {
  constexpr double kFirst[] = {0.0810614667953272,  0.0413406959554092, 0.0276779256849983,
                               0.02079067210376509, 0.0166446911898211, 0.0138761288230707,
                               0.0118967099458917,  0.0104112652619720, 0.00925546218271273,
                               0.00833056343336287};
  if (k <= 9) return kFirst[static_cast<int>(k)];
  const double square = (k + 1) * (k + 1);
  return (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / (k + 1);
}

// Hormann's transformed rejection (The generation of binomial random variates, 1993), with the
// names of that paper.
double ByRejection(double count, double prob, Uniform* uniform) {
  const double spq = std::sqrt(count * prob * (1 - prob));
  const double b = 1.15 + 2.53 * spq, a = -0.0873 + 0.0248 * b + 0.01 * prob;
  const double c = count * prob + 0.5, v_r = 0.92 - 4.2 / b, r = prob / (1 - prob);
  const double alpha = (2.83 + 5.1 / b) * spq, m = std::floor((count + 1) * prob);
  for (;;) {
    const double u = (*uniform)() - 0.5, v = (*uniform)();
    const double us = 0.5 - std::abs(u);
    const double k = std::floor((2 * a / us + b) * u + c);
    if (us >= 0.07 && v <= v_r) return k;
    if (k < 0 || k > count) continue;
    const double bound = (m + 0.5) * std::log((m + 1) / (r * (count - m + 1))) +
                         (count + 1) * std::log((count - m + 1) / (count - k + 1)) +
                         (k + 0.5) * std::log(r * (count - k + 1) / (k + 1)) + StirlingTail(m) +
                         StirlingTail(count - m) - StirlingTail(k) - StirlingTail(count - k);
    if (std::log(v * alpha / (a / (us * us) + b)) <= bound) return k;
  }
}

// `value` rounded to the type of the parameters, in which TensorFlow calculates with them.
double RoundedTo(DType dtype, double value) {
  if (dtype == DType::kDouble) return value;
  const float single = static_cast<float>(value);
  return dtype == DType::kHalf ? static_cast<float>(half(single)) : single;
}

// Number i of those drawn from a generator.
double DrawBinomial(DType dtype, double count, double prob, Philox gen, int64_t i) {
  if (!std::isfinite(count) || std::isnan(prob)) return std::numeric_limits<double>::quiet_NaN();
  if (count <= 0 || prob <= 0) return 0;
  const bool flip = prob > 0.5;
  const double p = flip ? RoundedTo(dtype, 1 - prob) : prob;
  if (p <= 0) return count;
  const bool many = RoundedTo(dtype, count * p) >= 10;
  gen.Skip(static_cast<uint64_t>(i) * (many ? 256 : 42));  // as TensorFlow
  Uniform uniform(&gen);
  const double k = many ? ByRejection(count, p, &uniform) : ByWaiting(count, p, &uniform);
  return flip ? count - k : k;
}

// (shape, seed, counts, probs) or (resource, algorithm, shape, counts, probs).
template <bool kStateful>
class BinomialKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    constexpr int kCounts = kStateful ? 3 : 2;
    MR_ASSIGN_OR_RETURN(const Shape shape, ShapeArg(c.input(kStateful ? 2 : 0), "shape"));
    const Shape &counts_shape = c.input(kCounts).shape(),
                &probs_shape = c.input(kCounts + 1).shape();
    MR_ASSIGN_OR_RETURN(const Broadcast both, Broadcast::Create({&counts_shape, &probs_shape}));
    const Shape parameters_shape = both.output();
    MR_ASSIGN_OR_RETURN(const auto counts, SpreadTo(c.input(kCounts), parameters_shape));
    MR_ASSIGN_OR_RETURN(const auto probs, SpreadTo(c.input(kCounts + 1), parameters_shape));
    Philox gen;
    if (kStateful) {
      // As far as TensorFlow moves on.
      const uint64_t parameters = static_cast<uint64_t>(parameters_shape.num_elements());
      const uint64_t samples =
          parameters == 0 ? 0 : static_cast<uint64_t>(shape.num_elements()) / parameters;
      MR_ASSIGN_OR_RETURN(gen, TakeFromVariable(c, parameters * 2 * 100 * (samples + 3) / 4 * 256));
    } else {
      MR_ASSIGN_OR_RETURN(gen, PhiloxFromSeed(c.input(1)));
    }
    const DType dtype = c.input(kCounts).dtype();
    return FillSamples(c, shape, parameters_shape, [&](int64_t p, int64_t i) {
      return DrawBinomial(dtype, counts[p], probs[p], gen, i);
    });
  }
};

}  // namespace

absl::Status RegisterRandomBinomial(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("StatefulRandomBinomial")
                .Input("resource: resource")
                .Input("algorithm: int64")
                .Input("shape: S")
                .Input("counts: T")
                .Input("probs: T")
                .Output("output: dtype")
                .Attr("S: {int32, int64}")
                .Attr("T: {half, float, double, int32, int64} = DT_DOUBLE")
                .Attr("dtype: {half, float, double, int32, int64} = DT_INT64")
                .Stateful()
                .Doc("How many of `counts` trials succeed with probability `probs`, by the "
                     "generator in a variable; `shape`, of the output, ends with that of the "
                     "parameters.")
                .Shape(VariableRandomShape)
                .NotDifferentiable()
                .Cpu<BinomialKernel<true>>()));
  return r.Add(Op("StatelessRandomBinomial")
                   .Input("shape: S")
                   .Input("seed: Tseed")
                   .Input("counts: T")
                   .Input("probs: T")
                   .Output("output: dtype")
                   .Attr("S: {int32, int64}")
                   .Attr("Tseed: {int32, int64} = DT_INT64")
                   .Attr("T: {half, float, double, int32, int64} = DT_DOUBLE")
                   .Attr("dtype: {half, float, double, int32, int64} = DT_INT64")
                   .Doc("How many of `counts` trials succeed with probability `probs`, as a "
                        "function of `seed`; `shape`, of the output, ends with that of the "
                        "parameters.")
                   .Shape(StatelessShape)
                   .NotDifferentiable()
                   .Cpu<BinomialKernel<false>>());
}

}  // namespace millrace
