#include "kernels/data/seed_generator.h"

#include "core/base/random_id.h"
#include "core/base/status.h"

namespace millrace {

absl::StatusOr<Seeds> SeedInputs(KernelContext& c, int i) {
  MR_ASSIGN_OR_RETURN(const int64_t seed, Int64Input(c, i, "seed"));
  MR_ASSIGN_OR_RETURN(const int64_t seed2, Int64Input(c, i + 1, "seed2"));
  if (seed == 0 && seed2 == 0) return Seeds{RandomId(), RandomId()};
  return Seeds{static_cast<uint64_t>(seed), static_cast<uint64_t>(seed2)};
}

absl::StatusOr<std::shared_ptr<SeedGenerator>> SeedGeneratorInput(KernelContext& c, int i,
                                                                  Seeds seeds, bool reshuffle) {
  auto found = c.resource<SeedGenerator>(i);
  if (found.ok()) return found;
  if (!absl::IsNotFound(found.status())) return found.status();
  return std::make_shared<SeedGenerator>(seeds, reshuffle);
}

}  // namespace millrace
