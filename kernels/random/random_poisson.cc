// RandomPoisson, RandomPoissonV2, StatelessRandomPoisson.
#include <cmath>
#include <limits>

#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/random/draws.h"
#include "kernels/random/random_kernels.h"

namespace millrace {
namespace {

double LogGamma(double x) {
  int sign;
  return lgamma_r(x, &sign);
}

// For small rates the count of uniform factors until their product is below exp(-rate) (Knuth); for
// others Hormann's transformed rejection (The transformed rejection method for generating Poisson
// random variables, 1993), with the names of that paper.
double DrawPoisson(double rate, Philox gen) {
  Draws<UniformDistribution<double>> uniform(&gen);
  if (!(rate < std::numeric_limits<double>::infinity())) return rate;
  if (rate < 10) {
    const double least = std::exp(-rate);
    double product = uniform(), count = 0;
    for (; product > least; ++count) product *= uniform();
    return count;
  }
  const double b = 0.931 + 2.53 * std::sqrt(rate), a = -0.059 + 0.02483 * b;
  const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
  for (;;) {
    const double u = uniform() - 0.5, v = uniform();
    const double us = 0.5 - std::abs(u);
    const double k = std::floor((2 * a / us + b) * u + rate + 0.43);
    if (us >= 0.07 && v <= 0.9277 - 3.6224 / (b - 2)) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const double s = std::log(v * inverse_alpha / (a / (us * us) + b));
    if (s <= -rate + k * std::log(rate) - LogGamma(k + 1)) return k;
  }
}

using RandomPoissonKernel = SamplesKernel<DrawPoisson>;

class StatelessPoissonKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const Shape shape, ShapeArg(c.input(0), "shape"));
    MR_ASSIGN_OR_RETURN(const Philox gen, PhiloxFromSeed(c.input(1)));
    return FillByParameter(c, gen, shape, c.input(2), DrawPoisson);
  }
};

}  // namespace

absl::Status RegisterRandomPoisson(Registry& r) {
  const char* const kDoc =
      "Random numbers of the Poisson distribution, `shape` of them for each element of rate.";
  MR_RETURN_IF_ERROR(r.Add(Op("RandomPoisson")
                               .Input("shape: S")
                               .Input("rate: dtype")
                               .Output("output: dtype")
                               .Attr("seed: int = 0")
                               .Attr("seed2: int = 0")
                               .Attr("S: {int32, int64}")
                               .Attr("dtype: {half, float, double}")
                               .Stateful()
                               .Doc(kDoc)
                               .Shape(SamplesOfParametersShape)
                               .NotDifferentiable()
                               .Cpu<RandomPoissonKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("RandomPoissonV2")
                               .Input("shape: S")
                               .Input("rate: R")
                               .Output("output: dtype")
                               .Attr("seed: int = 0")
                               .Attr("seed2: int = 0")
                               .Attr("S: {int32, int64}")
                               .Attr("R: {half, float, double, int32, int64} = DT_DOUBLE")
                               .Attr("dtype: {half, float, double, int32, int64} = DT_INT64")
                               .Stateful()
                               .Doc(kDoc)
                               .Shape(SamplesOfParametersShape)
                               .NotDifferentiable()
                               .Cpu<RandomPoissonKernel>()));
  return r.Add(Op("StatelessRandomPoisson")
                   .Input("shape: T")
                   .Input("seed: Tseed")
                   .Input("lam: Rtype")
                   .Output("output: dtype")
                   .Attr("Rtype: {half, float, double, int32, int64}")
                   .Attr("dtype: {half, float, double, int32, int64}")
                   .Attr("T: {int32, int64}")
                   .Attr("Tseed: {int32, int64} = DT_INT64")
                   .Doc("Random numbers of the Poisson distribution, as a function of `seed`; "
                        "`shape`, of the output, ends with lam's.")
                   .Shape(StatelessShape)
                   .NotDifferentiable()
                   .Cpu<StatelessPoissonKernel>());
}

}  // namespace millrace
