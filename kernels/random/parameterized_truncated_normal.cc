// ParameterizedTruncatedNormal and its stateless form: normal numbers within bounds (Robert,
// Simulation of truncated normal variables, 1995).
#include <algorithm>
#include <array>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/math/broadcast.h"
#include "kernels/math/wide.h"
#include "kernels/random/draws.h"
#include "kernels/random/random_kernels.h"

namespace millrace {
namespace {

constexpr int kMostRejections = 1000;

// The law of (x - mean) / deviation, and how to draw from it. Each operation is rounded to T, as in
// TensorFlow's kernels.
template <typename T>
class TruncatedLaw {
 public:
  using Wide = std::conditional_t<kIsWide<T>, double, float>;

  // INVALID_ARGUMENT unless deviation > 0, low < high and one of them is finite.
  static absl::StatusOr<TruncatedLaw> Create(Wide mean, Wide deviation, Wide low, Wide high) {
    if (!(deviation > 0 && low < high && (std::isfinite(low) || std::isfinite(high)))) {
      return absl::InvalidArgumentError(absl::StrCat("Invalid parameters: stddev ", deviation,
                                                     ", minval ", low, ", maxval ", high));
    }
    // The finite bound becomes the lower one, or both positive.
    if ((std::isinf(low) && low < 0) || high < mean) {
      std::swap(low, high);
      deviation = -deviation;
    }
    TruncatedLaw law;
    law.mean_ = mean;
    law.deviation_ = deviation;
    law.low_ = R(R(low - mean) / deviation);
    law.high_ = R(R(high - mean) / deviation);
    law.width_ = R(law.high_ - law.low_);
    const Wide least = R(1.3f), a = law.low_;
    const Wide root = R(std::sqrt(R(R(a * a) + 4)));
    const Wide cutoff =
        R(R(2 * R(std::exp(R(Wide(0.5) + R(R(a * R(a - root)) / 4))))) / R(a + root));
    if ((law.low_ < -least && law.high_ >= 0) || (law.high_ > least && law.low_ <= 0)) {
      law.way_ = Way::kNormal;
    } else {
      law.way_ = law.width_ < cutoff ? Way::kUniform : Way::kExponential;
    }
    return law;
  }

  // Calls emit(number) with one after the other while it returns true.
  template <typename Emit>
  void Draw(Philox* gen, Emit emit) const {
    switch (way_) {
      case Way::kNormal:
        return DrawByNormal(gen, emit);
      case Way::kUniform:
        return DrawByUniform(gen, emit);
      case Way::kExponential:
        return DrawByExponential(gen, emit);
    }
  }

 private:
  enum class Way { kNormal, kUniform, kExponential };
  static constexpr int kGroup = UniformDistribution<T>::kGroup;

  static Wide R(Wide x) { return static_cast<Wide>(static_cast<T>(x)); }
  Wide Scaled(Wide z) const { return R(R(z * deviation_) + mean_); }

  template <typename Dist>
  static std::array<Wide, kGroup> Next(Philox* gen) {
    T values[kGroup];
    Dist()(*gen, values);
    gen->Skip(1);
    std::array<Wide, kGroup> wide;
    for (int i = 0; i < kGroup; ++i) wide[i] = static_cast<Wide>(values[i]);
    return wide;
  }

  // At least a tenth of all normal numbers are within the bounds.
  template <typename Emit>
  void DrawByNormal(Philox* gen, Emit emit) const {
    for (;;) {
      for (const Wide z : Next<NormalDistribution<T>>(gen)) {
        if (z >= low_ && z <= high_ && !emit(Scaled(z))) return;
      }
    }
  }

  template <typename Emit>
  void DrawByUniform(Philox* gen, Emit emit) const {
    const Wide lead = low_ < 0 ? 0 : R(low_ * low_);
    for (int rejected = 0;;) {
      const auto place = Next<UniformDistribution<T>>(gen), u = Next<UniformDistribution<T>>(gen);
      for (int i = 0; i < kGroup; ++i) {
        const Wide z = R(R(place[i] * width_) + low_);
        const Wide g = R(R(lead - R(z * z)) / 2);
        if (u[i] > R(std::exp(g)) && ++rejected < kMostRejections) continue;
        if (!emit(Scaled(z))) return;
        rejected = 0;
      }
    }
  }

  // Numbers beyond the lower bound with the exponential law that is accepted most often.
  template <typename Emit>
  void DrawByExponential(Philox* gen, Emit emit) const {
    const Wide alpha = R(R(low_ + R(std::sqrt(R(R(low_ * low_) + 4)))) / 2);
    for (int rejected = 0;;) {
      const auto u = Next<UniformDistribution<T>>(gen);
      for (int i = 0; i < kGroup; i += 2) {
        const Wide z = R(R(-R(std::log(u[i])) / alpha) + low_);
        const Wide x = low_ < alpha ? R(alpha - z) : R(low_ - alpha);
        const Wide g = R(std::exp(R(R(-x * x) / 2)));
        if (!(u[i + 1] <= g && z < high_) && ++rejected < kMostRejections) continue;
        if (!emit(Scaled(z))) return;
        rejected = 0;
      }
    }
  }

  Wide mean_ = 0, deviation_ = 1;  // negative where low and high have changed places
  Wide low_ = 0, high_ = 0, width_ = 0;
  Way way_ = Way::kNormal;
};

// (shape, seed, means, stddevs, minvals, maxvals), which broadcast.
template <typename T>
class StatelessBoundedNormalKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const Shape shape, ShapeArg(c.input(0), "shape"));
    MR_ASSIGN_OR_RETURN(const Philox gen, PhiloxFromSeed(c.input(1)));
    const auto of = [&](int i) { return &c.input(i).shape(); };
    MR_ASSIGN_OR_RETURN(const Broadcast law, Broadcast::Create({of(2), of(3)}));
    MR_ASSIGN_OR_RETURN(const Broadcast all, Broadcast::Create({&law.output(), of(4), of(5)}));
    std::vector<double> values[4];
    for (int i = 0; i < 4; ++i) {
      MR_ASSIGN_OR_RETURN(values[i], SpreadTo(c.input(2 + i), all.output()));
    }
    using Wide = typename TruncatedLaw<T>::Wide;
    std::vector<TruncatedLaw<T>> laws;
    for (size_t p = 0; p < values[0].size(); ++p) {
      MR_ASSIGN_OR_RETURN(TruncatedLaw<T> each,
                          TruncatedLaw<T>::Create(
                              static_cast<Wide>(values[0][p]), static_cast<Wide>(values[1][p]),
                              static_cast<Wide>(values[2][p]), static_cast<Wide>(values[3][p])));
      laws.push_back(each);
    }
    return FillInOrder(c, gen, shape, all.output(),
                       [&](int64_t p, Philox* from, int64_t samples, double* to) {
                         laws[p].Draw(from, [&](double v) {
                           *to++ = v;
                           return --samples > 0;
                         });
                       });
  }
};

// (shape, means, stdevs, minvals, maxvals): each a number, or one for each index of dimension 0.
template <typename T>
class BoundedNormalKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return gen_.Init(c); }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const Shape shape, ShapeArg(c.input(0), "shape"));
    if (shape.rank() == 0) return absl::InvalidArgumentError("Shape tensor must not be empty");
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    const int64_t total = shape.num_elements();
    int64_t rows = 1;
    std::vector<double> values[4];
    for (int i = 0; i < 4; ++i) {
      const Tensor& t = c.input(1 + i);
      if (t.rank() > 1 || (t.num_elements() != 1 && t.num_elements() != shape.dim(0))) {
        return absl::InvalidArgumentError(
            absl::StrCat("the parameters must be scalars or have length 1 or shape[0], ",
                         shape.dim(0), ", not shape ", t.shape().ToString()));
      }
      values[i] = LoadWide<double>(t);
      if (t.num_elements() != 1) rows = shape.dim(0);
    }
    if (total == 0) return absl::OkStatus();
    // As TensorFlow reserves: in batches of 100 where all have one law.
    const uint64_t batches = static_cast<uint64_t>(rows > 1 ? rows : (total + 99) / 100);
    const uint64_t samples = static_cast<uint64_t>(rows > 1 ? total / rows : 100);
    Philox gen = gen_.Reserve(batches * 2 * kMostRejections * (samples + 3) / 4);
    T* to = out->mutable_data<T>();
    for (int64_t row = 0; row < rows; ++row) {
      const auto of = [&](int i) {
        return static_cast<typename TruncatedLaw<T>::Wide>(
            values[i][values[i].size() == 1 ? 0 : row]);
      };
      MR_ASSIGN_OR_RETURN(const auto law, TruncatedLaw<T>::Create(of(0), of(1), of(2), of(3)));
      // One after the other: how many numbers each takes is not known before. Each batch starts
      // with new numbers.
      const int64_t end_of_row = total / rows;
      for (int64_t begin = 0; begin < end_of_row; begin += static_cast<int64_t>(samples)) {
        int64_t left = std::min<int64_t>(static_cast<int64_t>(samples), end_of_row - begin);
        law.Draw(&gen, [&](double v) {
          *to++ = static_cast<T>(static_cast<typename TruncatedLaw<T>::Wide>(v));
          return --left > 0;
        });
      }
    }
    return absl::OkStatus();
  }

 private:
  GuardedPhilox gen_;
};

}  // namespace

absl::Status RegisterParameterizedTruncatedNormal(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("ParameterizedTruncatedNormal")
                               .Input("shape: T")
                               .Input("means: dtype")
                               .Input("stdevs: dtype")
                               .Input("minvals: dtype")
                               .Input("maxvals: dtype")
                               .Output("output: dtype")
                               .Attr("seed: int = 0")
                               .Attr("seed2: int = 0")
                               .Attr("dtype: {half, bfloat16, float, double}")
                               .Attr("T: {int32, int64}")
                               .Stateful()
                               .Doc("Normal random numbers of that mean and standard deviation, "
                                    "drawn again until they are between minvals and maxvals; the "
                                    "parameters are one for all, or one an index of dimension 0.")
                               .Shape(RandomShape)
                               .NotDifferentiable()
                               .CpuFor<BoundedNormalKernel, half, float, double>("dtype")));
  return r.Add(Op("StatelessParameterizedTruncatedNormal")
                   .Input("shape: S")
                   .Input("seed: Tseed")
                   .Input("means: dtype")
                   .Input("stddevs: dtype")
                   .Input("minvals: dtype")
                   .Input("maxvals: dtype")
                   .Output("output: dtype")
                   .Attr("S: {int32, int64}")
                   .Attr("Tseed: {int32, int64} = DT_INT64")
                   .Attr("dtype: {half, float, double}")
                   .Doc("Normal random numbers of that mean and standard deviation, drawn again "
                        "until they are between minvals and maxvals, as a function of `seed`; "
                        "`shape`, of the output, ends with that of the parameters.")
                   .Shape(StatelessShape)
                   .NotDifferentiable()
                   .CpuFor<StatelessBoundedNormalKernel, half, float, double>("dtype"));
}

}  // namespace millrace
