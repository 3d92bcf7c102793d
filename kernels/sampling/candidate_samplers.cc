// LogUniformCandidateSampler, UniformCandidateSampler, AllCandidateSampler, ComputeAccidentalHits.
#include <cmath>
#include <limits>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "core/base/mutex.h"
#include "core/base/philox.h"
#include "core/base/random_id.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"

namespace millrace {
namespace {

enum class Law { kUniform, kLogUniform, kAll };

// A distribution of the classes 0, ..., range - 1.
struct ClassLaw {
  Law law;
  int64_t range;

  double Probability(int64_t k) const {
    if (law == Law::kUniform) return 1.0 / static_cast<double>(range);
    // Zipf's: proportional to log((k + 2) / (k + 1)).
    const double v = static_cast<double>(k);
    return std::log((v + 2) / (v + 1)) / std::log1p(static_cast<double>(range));
  }
  // The class at u in [0, 1).
  int64_t At(double u) const {
    const double n = static_cast<double>(range);
    const int64_t k = law == Law::kUniform ? static_cast<int64_t>(u * n)
                                           : static_cast<int64_t>(std::exp(u * std::log1p(n))) - 1;
    return std::min(std::max<int64_t>(k, 0), range - 1);
  }
};

absl::Status CheckTrueClasses(const Tensor& classes, int64_t num_true) {
  if (classes.rank() == 2 && classes.dim(1) == num_true) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("true_classes must be a matrix with num_true = ", num_true, " columns, not ",
                   classes.shape().ToString()));
}

template <Law law>
class CandidateSamplerKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("num_true", &num_true_));
    MR_RETURN_IF_ERROR(c.GetAttr("num_sampled", &num_sampled_));
    MR_RETURN_IF_ERROR(c.GetAttr("unique", &unique_));
    range_ = num_sampled_;
    if (law != Law::kAll) MR_RETURN_IF_ERROR(c.GetAttr("range_max", &range_));
    int64_t seed, seed2;
    MR_RETURN_IF_ERROR(c.GetAttr("seed", &seed));
    MR_RETURN_IF_ERROR(c.GetAttr("seed2", &seed2));
    MutexLock lock(mu_);
    random_ = seed == 0 && seed2 == 0
                  ? Philox(RandomId(), RandomId())
                  : Philox(static_cast<uint64_t>(seed), static_cast<uint64_t>(seed2));
    return absl::OkStatus();
  }

  absl::Status Compute(KernelContext& c) override {
    const Tensor& classes = c.input(0);
    MR_RETURN_IF_ERROR(CheckTrueClasses(classes, num_true_));
    if (unique_ && num_sampled_ > range_)
      return absl::InvalidArgumentError("Sampler's range is too small.");
    for (const int64_t k : classes.flat<int64_t>()) {
      if (k >= 0 && k < range_) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("`true_candidate` out of range [0, ", range_, "), received ", k));
    }
    Tensor *sampled, *true_count, *sampled_count;
    MR_RETURN_IF_ERROR(c.allocate_output(0, Shape({num_sampled_}), &sampled));
    MR_RETURN_IF_ERROR(c.allocate_output(1, classes.shape(), &true_count));
    MR_RETURN_IF_ERROR(c.allocate_output(2, Shape({num_sampled_}), &sampled_count));
    const int64_t tries = Draw(sampled->mutable_data<int64_t>());
    for (int64_t i = 0; i < classes.num_elements(); ++i)
      true_count->mutable_data<float>()[i] = Expected(classes.data<int64_t>()[i], tries);
    for (int64_t i = 0; i < num_sampled_; ++i)
      sampled_count->mutable_data<float>()[i] = Expected(sampled->data<int64_t>()[i], tries);
    return absl::OkStatus();
  }

 private:
  // Fills `classes`, and says how many draws it took.
  int64_t Draw(int64_t* classes) {
    if (law == Law::kAll) {
      for (int64_t i = 0; i < num_sampled_; ++i) classes[i] = i;
      return num_sampled_;
    }
    const ClassLaw distribution = {law, range_};
    absl::flat_hash_set<int64_t> seen;
    MutexLock lock(mu_);
    int64_t tries = 0;
    for (int64_t n = 0; n < num_sampled_; ++tries) {
      const auto bits = random_();
      const uint64_t word = uint64_t{bits[0]} << 32 | bits[1];
      const int64_t k = distribution.At(static_cast<double>(word >> 11) * 0x1p-53);
      if (!unique_ || seen.insert(k).second) classes[n++] = k;
    }
    return tries;
  }

  // How often a class is among the samples: with repetition the mean number of times, without it
  // the probability to be among them after so many draws.
  float Expected(int64_t k, int64_t tries) const {
    if (law == Law::kAll) return 1;
    const double p = ClassLaw{law, range_}.Probability(k);
    if (tries == num_sampled_) return static_cast<float>(p * static_cast<double>(num_sampled_));
    return static_cast<float>(-std::expm1(static_cast<double>(tries) * std::log1p(-p)));
  }

  int64_t num_true_ = 1, num_sampled_ = 1, range_ = 1;
  bool unique_ = false;
  Mutex mu_;
  Philox random_ ABSL_GUARDED_BY(mu_);
};

// Samples that are a true class of an example: the example, the sample's place, and a weight that
// takes it out of a softmax.
class AccidentalHitsKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("num_true", &num_true_); }
  absl::Status Compute(KernelContext& c) override {
    const Tensor &classes = c.input(0), &sampled = c.input(1);
    MR_RETURN_IF_ERROR(CheckTrueClasses(classes, num_true_));
    if (sampled.rank() != 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("sampled_candidates must be a vector, which is typically an output from "
                       "CandidateSampler, not of shape ",
                       sampled.shape().ToString()));
    }
    absl::flat_hash_map<int64_t, int64_t> place;
    for (int64_t i = 0; i < sampled.dim(0); ++i) place[sampled.data<int64_t>()[i]] = i;
    std::vector<int32_t> examples;
    std::vector<int64_t> places;
    for (int64_t i = 0; i < classes.num_elements(); ++i) {
      const auto hit = place.find(classes.data<int64_t>()[i]);
      if (hit == place.end()) continue;
      examples.push_back(static_cast<int32_t>(i / num_true_));
      places.push_back(hit->second);
    }
    const std::vector<float> weights(places.size(), std::numeric_limits<float>::lowest());
    c.set_output(0, Tensor::Vector<int32_t>(examples));
    c.set_output(1, Tensor::Vector<int64_t>(places));
    c.set_output(2, Tensor::Vector<float>(weights));
    return absl::OkStatus();
  }

 private:
  int64_t num_true_ = 1;
};

absl::Status SamplerShape(ShapeContext& c) {
  int64_t n, num_true;
  MR_RETURN_IF_ERROR(c.GetAttr("num_sampled", &n));
  MR_RETURN_IF_ERROR(c.GetAttr("num_true", &num_true));
  MR_ASSIGN_OR_RETURN(const PartialShape classes, c.WithRank(0, 2));
  c.set_output(0, PartialShape::Of({n}));
  c.set_output(1, PartialShape::Of({classes.dim(0), num_true}));
  c.set_output(2, PartialShape::Of({n}));
  return absl::OkStatus();
}

absl::Status HitsShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(0, 2).status());
  MR_RETURN_IF_ERROR(c.WithRank(1, 1).status());
  for (int i = 0; i < 3; ++i) c.set_output(i, PartialShape::UnknownOfRank(1));
  return absl::OkStatus();
}

template <Law law>
absl::Status AddSampler(Registry& r, const char* name, absl::string_view doc) {
  Op op(name);
  op.Input("true_classes: int64")
      .Output("sampled_candidates: int64")
      .Output("true_expected_count: float")
      .Output("sampled_expected_count: float")
      .Attr("num_true: int >= 1")
      .Attr("num_sampled: int >= 1")
      .Attr("unique: bool");
  if (law != Law::kAll) op.Attr("range_max: int >= 1");
  return r.Add(op.Attr("seed: int = 0")
                   .Attr("seed2: int = 0")
                   .Stateful()
                   .Doc(doc)
                   .Shape(SamplerShape)
                   .NotDifferentiable()
                   .template Cpu<CandidateSamplerKernel<law>>());
}

}  // namespace

absl::Status RegisterCandidateSamplers(Registry& r) {
  MR_RETURN_IF_ERROR(AddSampler<Law::kLogUniform>(
      r, "LogUniformCandidateSampler",
      "num_sampled classes drawn with probability log((k + 2) / (k + 1)) / log(range_max + 1), and "
      "how often the true and the drawn ones are expected among them."));
  MR_RETURN_IF_ERROR(AddSampler<Law::kUniform>(
      r, "UniformCandidateSampler",
      "num_sampled classes drawn uniformly, and how often the true and the drawn ones are expected "
      "among them."));
  MR_RETURN_IF_ERROR(AddSampler<Law::kAll>(
      r, "AllCandidateSampler", "All classes 0, ..., num_sampled - 1, in the form of a sample."));
  return r.Add(Op("ComputeAccidentalHits")
                   .Input("true_classes: int64")
                   .Input("sampled_candidates: int64")
                   .Output("indices: int32")
                   .Output("ids: int64")
                   .Output("weights: float")
                   .Attr("num_true: int")
                   .Attr("seed: int = 0")
                   .Attr("seed2: int = 0")
                   .Doc("Where sampled candidates are true classes: the example, the candidate's "
                        "place, and the "
                        "lowest float as a weight.")
                   .Shape(HitsShape)
                   .NotDifferentiable()
                   .Cpu<AccidentalHitsKernel>());
}

}  // namespace millrace
