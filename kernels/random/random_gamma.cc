// RandomGamma, its stateless forms, and RandomGammaGrad.
#include <cmath>

#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "kernels/math/binary.h"
#include "kernels/math/special_functions.h"
#include "kernels/random/draws.h"
#include "kernels/random/random_kernels.h"

namespace millrace {
namespace {

// Marsaglia and Tsang, A simple method for generating gamma variables, 2000; for alpha < 1 with
// alpha + 1 and a power of a uniform number.
double DrawGamma(double alpha, Philox gen) {
  Draws<UniformDistribution<double>> uniform(&gen);
  if (alpha == 1) return -std::log1p(-uniform());
  Draws<NormalDistribution<double>> normal(&gen);
  const double d = alpha + (alpha < 1 ? 2.0 / 3 : -1.0 / 3), c = 1.0 / 3 / std::sqrt(d);
  for (;;) {
    const double x = normal(), root = 1 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root, u = uniform();
    const bool inside = u < 1 - 0.0331 * (x * x) * (x * x);  // most of the time
    if (!inside && !(std::log(u) < 0.5 * x * x + d * (1 - v + std::log(v)))) continue;
    return alpha < 1 ? d * v * std::pow(uniform(), 1 / alpha) : d * v;
  }
}

using RandomGammaKernel = SamplesKernel<DrawGamma>;

// (shape, seed, alpha) or (shape, key, counter, alg, alpha).
template <bool kKey>
class StatelessGammaKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const Shape shape, ShapeArg(c.input(0), "shape"));
    MR_ASSIGN_OR_RETURN(const Philox gen, kKey ? PhiloxFromKey(c.input(1), c.input(2), c.input(3))
                                               : PhiloxFromSeed(c.input(1)));
    return FillByParameter(c, gen, shape, c.input(kKey ? 4 : 2), DrawGamma);
  }
};

// d sample / d alpha at the sample's place in the distribution: minus the derivative of the
// distribution function by alpha over the density.
struct GammaSlope {
  template <typename T>
  static T Do(T alpha, T sample) {
    const T log_density = (alpha - 1) * std::log(sample) - sample - special::Lgamma(alpha);
    return -special::IgammaDerA(alpha, sample) / std::exp(log_density);
  }
};

// The samples have further dimensions before those of alpha.
Output AlphaGradient(Builder& b, Output alpha, Output sample, Output dy) {
  const Output slope = b.Op1("RandomGammaGrad", {alpha, sample});
  const Output lead = b.Sub(b.Rank(sample), b.Rank(alpha));
  const Output axes = b.Range(b.Scalar<int32_t>(0), lead, b.Scalar<int32_t>(1));
  return b.Sum(b.Mul(dy, slope), axes);
}

absl::StatusOr<Gradients> GammaGradient(Builder& b, const OpView& op, const Gradients& dy) {
  Gradients result(op.num_inputs());
  const int alpha = op.num_inputs() - 1;
  result[alpha] = AlphaGradient(b, op.input(alpha), op.output(0), dy[0]);
  return result;
}

}  // namespace

absl::Status RegisterRandomGamma(Registry& r) {
  const char* const kDoc =
      "Random numbers of the gamma distribution with shape alpha and scale 1, as a function of the "
      "seed; `shape`, of the output, ends with alpha's.";
  MR_RETURN_IF_ERROR(r.Add(Op("RandomGamma")
                               .Input("shape: S")
                               .Input("alpha: T")
                               .Output("output: T")
                               .Attr("seed: int = 0")
                               .Attr("seed2: int = 0")
                               .Attr("S: {int32, int64}")
                               .Attr("T: {half, float, double}")
                               .Stateful()
                               .Doc("Random numbers of the gamma distribution with shape alpha and "
                                    "scale 1, `shape` of them for each element of alpha.")
                               .Shape(SamplesOfParametersShape)
                               .Gradient(GammaGradient)
                               .Cpu<RandomGammaKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("StatelessRandomGammaV2")
                               .Input("shape: T")
                               .Input("seed: Tseed")
                               .Input("alpha: dtype")
                               .Output("output: dtype")
                               .Attr("dtype: {half, float, double}")
                               .Attr("T: {int32, int64}")
                               .Attr("Tseed: {int32, int64} = DT_INT64")
                               .Doc(kDoc)
                               .Shape(StatelessShape)
                               .Gradient(GammaGradient)
                               .Cpu<StatelessGammaKernel<false>>()));
  MR_RETURN_IF_ERROR(r.Add(Op("StatelessRandomGammaV3")
                               .Input("shape: shape_dtype")
                               .Input("key: uint64")
                               .Input("counter: uint64")
                               .Input("alg: int32")
                               .Input("alpha: dtype")
                               .Output("output: dtype")
                               .Attr("dtype: {half, float, double}")
                               .Attr("shape_dtype: {int32, int64} = DT_INT32")
                               .Doc(kDoc)
                               .Shape(StatelessV2Shape)
                               .Gradient(GammaGradient)
                               .Cpu<StatelessGammaKernel<true>>()));
  return r.Add(WithBinary<GammaSlope, Types<float, double>>(
      Op("RandomGammaGrad")
          .Input("alpha: T")
          .Input("sample: T")
          .Output("output: T")
          .Attr("T: {float, double}")
          .Doc("The derivative of a sample of the gamma distribution by alpha.")
          .Shape(BroadcastInputs)));
}

}  // namespace millrace
