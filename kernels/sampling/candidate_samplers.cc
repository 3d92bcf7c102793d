// LogUniformCandidateSampler, UniformCandidateSampler, AllCandidateSampler, ComputeAccidentalHits.
#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/random/random_kernels.h"
#include "kernels/sampling/class_sampling.h"

namespace millrace {
namespace {

class UniformLaw final : public ClassLaw {
 public:
  explicit UniformLaw(int64_t range) : range_(range) {}
  int64_t Draw(SingleNumbers* random) const override {
    return static_cast<int64_t>(random->LongBelow(static_cast<uint64_t>(range_)));
  }
  float Probability(int64_t) const override {
    return static_cast<float>(1.0 / static_cast<double>(range_));
  }

 private:
  const int64_t range_;
};

// Zipf's: proportional to log((k + 2) / (k + 1)).
class LogUniformLaw final : public ClassLaw {
 public:
  explicit LogUniformLaw(int64_t range)
      : range_(range), log_range_(std::log1p(static_cast<double>(range))) {}
  int64_t Draw(SingleNumbers* random) const override {
    constexpr double kMost = 9.2e18;  // an int64 holds it
    const double k = std::min(std::exp(random->Double() * log_range_), kMost);
    return (static_cast<int64_t>(k) - 1) % range_;
  }
  float Probability(int64_t k) const override {
    const double v = static_cast<double>(k);
    return static_cast<float>(std::log((v + 2) / (v + 1)) / log_range_);
  }

 private:
  const int64_t range_;
  const double log_range_;
};

template <typename Law>
class CandidateSamplerKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(attrs_.Read(c));
    MR_RETURN_IF_ERROR(c.GetAttr("range_max", &range_));
    return gen_.Init(c);
  }
  absl::Status Compute(KernelContext& c) override {
    return SampleClasses(c, attrs_, Law(range_), range_, range_, gen_.Reserve(attrs_.blocks()));
  }

 private:
  SamplingAttrs attrs_;
  int64_t range_ = 1;
  GuardedPhilox gen_;
};

class AllCandidatesKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return attrs_.Read(c); }
  absl::Status Compute(KernelContext& c) override {
    const Tensor& classes = c.input(0);
    MR_RETURN_IF_ERROR(CheckTrueClasses(classes, attrs_.num_true));
    const Shape shapes[] = {Shape({attrs_.num_sampled}), classes.shape(),
                            Shape({attrs_.num_sampled})};
    for (int i = 0; i < 3; ++i) {
      Tensor* out;
      MR_RETURN_IF_ERROR(c.allocate_output(i, shapes[i], &out));
      if (i > 0) {
        std::fill_n(out->mutable_data<float>(), out->num_elements(), 1.0f);
      } else {
        for (int64_t k = 0; k < attrs_.num_sampled; ++k) out->mutable_data<int64_t>()[k] = k;
      }
    }
    for (const int64_t k : classes.flat<int64_t>()) {
      if (k >= 0 && k < attrs_.num_sampled) continue;
      return absl::InvalidArgumentError(absl::StrCat("`true_candidate` out of range [0, ",
                                                     attrs_.num_sampled, "), received ", k));
    }
    return absl::OkStatus();
  }

 private:
  SamplingAttrs attrs_;
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

absl::Status HitsShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(0, 2).status());
  MR_RETURN_IF_ERROR(c.WithRank(1, 1).status());
  for (int i = 0; i < 3; ++i) c.set_output(i, PartialShape::UnknownOfRank(1));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterCandidateSamplers(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(
      SamplerOp("LogUniformCandidateSampler", {"range_max: int >= 1"},
                "num_sampled classes drawn with probability log((k + 2) / (k + 1)) / "
                "log(range_max + 1), and how often the true and the drawn ones are expected among "
                "them.")
          .Cpu<CandidateSamplerKernel<LogUniformLaw>>()));
  MR_RETURN_IF_ERROR(
      r.Add(SamplerOp("UniformCandidateSampler", {"range_max: int >= 1"},
                      "num_sampled classes drawn uniformly, and how often the true and the drawn "
                      "ones are expected among them.")
                .Cpu<CandidateSamplerKernel<UniformLaw>>()));
  MR_RETURN_IF_ERROR(
      r.Add(SamplerOp("AllCandidateSampler", {},
                      "All classes 0, ..., num_sampled - 1, in the form of a sample.")
                .Cpu<AllCandidatesKernel>()));
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
