// FixedUnigramCandidateSampler, LearnedUnigramCandidateSampler and
// ThreadUnsafeUnigramCandidateSampler: classes drawn by how often they occur.
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/env.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/random/random_kernels.h"
#include "kernels/sampling/class_sampling.h"

namespace millrace {
namespace {

// Given weights, by Walker's alias method in the form of Vose (A linear algorithm for generating
// random numbers with a given distribution, 1991).
class WeightedLaw final : public ClassLaw {
 public:
  WeightedLaw() = default;
  // REQUIRES: at least one weight; none negative, some positive.
  explicit WeightedLaw(std::vector<float> weights)
      : weights_(std::move(weights)), own_(weights_.size(), 1.0f), other_(weights_.size()) {
    const int n = static_cast<int>(weights_.size());
    double sum = 0;
    for (const float w : weights_) {
      sum += w;
      total_ += w;
    }
    std::vector<double> share;
    std::vector<int> high, low;
    for (int i = 0; i < n; ++i) {
      share.push_back(static_cast<double>(weights_[i] * static_cast<float>(n)) / sum);
      other_[i] = i;
      (share[i] < 1 ? low : high).push_back(i);
    }
    while (!high.empty() && !low.empty()) {
      const int l = low.back(), h = high.back();
      low.pop_back();
      high.pop_back();
      other_[l] = h;
      own_[l] = static_cast<float>(share[l]);
      share[h] -= 1 - share[l];
      (share[h] < 1 ? low : high).push_back(h);
    }
  }

  int64_t possible() const {
    return std::count_if(weights_.begin(), weights_.end(), [](float w) { return w > 0; });
  }
  int64_t Draw(SingleNumbers* random) const override {
    const float u = random->Float();
    const uint32_t k = random->Below(static_cast<uint32_t>(weights_.size()));
    return u < own_[k] ? static_cast<int64_t>(k) : other_[k];
  }
  float Probability(int64_t k) const override { return weights_[k] / total_; }

 private:
  std::vector<float> weights_;
  float total_ = 0;
  std::vector<float> own_;  // how much of a place's share is its own
  std::vector<int> other_;  // whose the rest is
};

class FixedUnigramKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(attrs_.Read(c));
    MR_RETURN_IF_ERROR(gen_.Init(c));
    std::string file;
    std::vector<float> unigrams;
    MR_RETURN_IF_ERROR(c.GetAttr("range_max", &range_));
    MR_RETURN_IF_ERROR(c.GetAttr("vocab_file", &file));
    MR_RETURN_IF_ERROR(c.GetAttr("unigrams", &unigrams));
    if (file.empty() == unigrams.empty()) {
      return absl::InvalidArgumentError(file.empty()
                                            ? "Must provide either vocab_file or unigrams."
                                            : "Must only provide one of vocab_file and unigrams.");
    }
    if (!file.empty()) {
      MR_ASSIGN_OR_RETURN(unigrams, WeightsOf(file));
    }
    MR_ASSIGN_OR_RETURN(std::vector<float> weights, ShardOf(c, unigrams));
    if (static_cast<int64_t>(weights.size()) != range_) {
      return absl::InvalidArgumentError(
          absl::StrCat("range is ", range_, ", must be equal to weights size ", weights.size()));
    }
    const bool usable = std::all_of(weights.begin(), weights.end(),
                                    [](float w) { return w >= 0 && std::isfinite(w); });
    law_ = WeightedLaw(std::move(weights));
    if (!usable || law_.possible() == 0)
      return absl::InvalidArgumentError("unigrams must be finite, not negative, and not all 0");
    return absl::OkStatus();
  }

  absl::Status Compute(KernelContext& c) override {
    return SampleClasses(c, attrs_, law_, range_, law_.possible(), gen_.Reserve(attrs_.blocks()));
  }

 private:
  // The last column of each line of a file of values separated by commas.
  static absl::StatusOr<std::vector<float>> WeightsOf(const std::string& file) {
    MR_ASSIGN_OR_RETURN(const std::string text, DefaultEnv()->ReadFileToString(file));
    std::vector<float> weights;
    for (const absl::string_view line : absl::StrSplit(text, '\n')) {
      if (line.empty()) continue;
      float weight;
      const std::vector<absl::string_view> columns = absl::StrSplit(line, ',');
      if (!absl::SimpleAtof(columns.back(), &weight)) {
        return absl::InvalidArgumentError(
            absl::StrCat("Wrong vocabulary format at line: ", line, " of ", file));
      }
      weights.push_back(weight);
    }
    return weights;
  }

  // The weights of the classes of this shard: 0 for those reserved, then the distorted unigrams.
  static absl::StatusOr<std::vector<float>> ShardOf(const KernelConstruction& c,
                                                    const std::vector<float>& unigrams) {
    float distortion;
    int64_t reserved, shards, shard;
    MR_RETURN_IF_ERROR(c.GetAttr("distortion", &distortion));
    MR_RETURN_IF_ERROR(c.GetAttr("num_reserved_ids", &reserved));
    MR_RETURN_IF_ERROR(c.GetAttr("num_shards", &shards));
    MR_RETURN_IF_ERROR(c.GetAttr("shard", &shard));
    constexpr int64_t kMostReserved = int64_t{1} << 28;
    if (shards < 1 || shard < 0 || shard >= shards || reserved > kMostReserved) {
      return absl::InvalidArgumentError(
          absl::StrCat("shard ", shard, " of ", shards, " with ", reserved, " reserved ids"));
    }
    std::vector<float> weights;
    for (int64_t k = 0; k < reserved; ++k)
      if (k % shards == shard) weights.push_back(0);
    // As TensorFlow, which counts on from the shard's own number of classes.
    int64_t k = static_cast<int64_t>(weights.size());
    for (const float unigram : unigrams)
      if (k++ % shards == shard) weights.push_back(std::pow(unigram, distortion));
    return weights;
  }

  SamplingAttrs attrs_;
  int64_t range_ = 1;
  WeightedLaw law_;
  GuardedPhilox gen_;
};

// By how often each class was a true one so far, and once more.
class LearnedLaw final : public ClassLaw {
 public:
  void Start(int64_t range) {
    total_ = static_cast<uint32_t>(range);
    sums_.assign(static_cast<size_t>(range) + 1, 0);
    // A place sums as many classes as its lowest bit says, each once.
    for (size_t i = 1; i < sums_.size(); ++i) sums_[i] = static_cast<uint32_t>(i & (~i + 1));
  }
  void Add(int64_t k) {
    if (total_ == kMost) return;
    ++total_;
    for (size_t i = static_cast<size_t>(k) + 1; i < sums_.size(); i += i & (~i + 1)) ++sums_[i];
  }

  int64_t Draw(SingleNumbers* random) const override {
    uint32_t left = random->Below(total_);
    size_t at = 0, step = 1;
    while (step * 2 < sums_.size()) step *= 2;
    for (; step > 0; step /= 2) {
      if (at + step >= sums_.size() || sums_[at + step] > left) continue;
      at += step;
      left -= sums_[at];
    }
    return static_cast<int64_t>(at);
  }
  float Probability(int64_t k) const override {
    return static_cast<float>(Below(static_cast<size_t>(k) + 1) - Below(static_cast<size_t>(k))) /
           static_cast<float>(total_);
  }

 private:
  static constexpr uint32_t kMost = 0x7fffffff;  // later occurrences are not counted

  uint32_t Below(size_t k) const {
    uint32_t sum = 0;
    for (; k > 0; k -= k & (~k + 1)) sum += sums_[k];
    return sum;
  }

  uint32_t total_ = 0;
  std::vector<uint32_t> sums_;  // Fenwick's tree, from 1
};

class LearnedUnigramKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(attrs_.Read(c));
    MR_RETURN_IF_ERROR(c.GetAttr("range_max", &range_));
    constexpr int64_t kMostClasses = int64_t{1} << 28;
    if (range_ > kMostClasses) {
      return absl::InvalidArgumentError(
          absl::StrCat("range_max must be at most 2^28, but is ", range_));
    }
    MutexLock lock(mu_);
    law_.Start(range_);
    return gen_.Init(c);
  }
  absl::Status Compute(KernelContext& c) override {
    MutexLock lock(mu_);
    MR_RETURN_IF_ERROR(
        SampleClasses(c, attrs_, law_, range_, range_, gen_.Reserve(attrs_.blocks())));
    for (const int64_t k : c.input(0).flat<int64_t>()) law_.Add(k);
    return absl::OkStatus();
  }

 private:
  SamplingAttrs attrs_;
  int64_t range_ = 1;
  GuardedPhilox gen_;
  Mutex mu_;
  LearnedLaw law_ ABSL_GUARDED_BY(mu_);
};

}  // namespace

absl::Status RegisterUnigramSamplers(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(SamplerOp("FixedUnigramCandidateSampler",
                      {"range_max: int >= 1", "vocab_file: string = ''", "distortion: float = 1.0",
                       "num_reserved_ids: int = 0", "num_shards: int >= 1 = 1",
                       "shard: int >= 0 = 0", "unigrams: list(float) = []"},
                      "num_sampled classes drawn with probabilities proportional to unigrams (or "
                      "the last column of vocab_file) to the power of distortion, after "
                      "num_reserved_ids classes that are never drawn; and how often the true and "
                      "the drawn ones are expected among them.")
                .Cpu<FixedUnigramKernel>()));
  const char* const kLearned =
      "num_sampled classes drawn with probabilities proportional to one more than how often each "
      "was a true class so far, and how often the true and the drawn ones are expected among them.";
  MR_RETURN_IF_ERROR(
      r.Add(SamplerOp("LearnedUnigramCandidateSampler", {"range_max: int >= 1"}, kLearned)
                .Cpu<LearnedUnigramKernel>()));
  return r.Add(SamplerOp("ThreadUnsafeUnigramCandidateSampler", {"range_max: int >= 1"}, kLearned)
                   .Cpu<LearnedUnigramKernel>());
}

}  // namespace millrace
