// SeedGenerator: the seeds of one iterator over a random dataset after the other.
#ifndef MILLRACE_KERNELS_DATA_SEED_GENERATOR_H_
#define MILLRACE_KERNELS_DATA_SEED_GENERATOR_H_

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "core/base/mutex.h"
#include "core/base/philox.h"
#include "core/runtime/resource.h"
#include "kernels/data/dataset.h"

namespace millrace {

struct Seeds {
  uint64_t seed = 0, seed2 = 0;
};

// One 32-bit number after the other.
class Words {
 public:
  explicit Words(Seeds s) : gen_(s.seed, s.seed2) {}
  uint32_t operator()() {
    if (next_ == block_.size()) {
      block_ = gen_();
      next_ = 0;
    }
    return block_[next_++];
  }

 private:
  Philox gen_;
  Philox::Block block_ = {};
  size_t next_ = 4;
};

// Thread-safe.
class SeedGenerator final : public Resource {
 public:
  static constexpr char kTypeName[] = "SeedGenerator";
  absl::string_view type_name() const override { return kTypeName; }

  // `reshuffle`: Next gives other seeds each time.
  SeedGenerator(Seeds seeds, bool reshuffle)
      : seeds_(seeds), reshuffle_(reshuffle), words_(seeds) {}
  Seeds Next() {
    if (!reshuffle_) return seeds_;
    MutexLock lock(mu_);
    const uint64_t seed = words_();
    return {seed, words_()};
  }

 private:
  const Seeds seeds_;
  const bool reshuffle_;
  Mutex mu_;
  Words words_ ABSL_GUARDED_BY(mu_);
};

// The seeds in scalar inputs i and i + 1; random ones if both are zero.
absl::StatusOr<Seeds> SeedInputs(KernelContext& c, int i);

// The generator in input i, or a new one of the seeds where the handle names none: graphs without
// resources of their own pass a dummy.
absl::StatusOr<std::shared_ptr<SeedGenerator>> SeedGeneratorInput(KernelContext& c, int i,
                                                                  Seeds seeds, bool reshuffle);

}  // namespace millrace

#endif  // MILLRACE_KERNELS_DATA_SEED_GENERATOR_H_
