#include "kernels/random/random_kernels.h"

#include "absl/strings/str_cat.h"
#include "core/base/random_id.h"
#include "kernels/random/stateless_key.h"

namespace millrace {

absl::Status GuardedPhilox::Init(KernelConstruction& c) {
  int64_t seed, seed2;
  MR_RETURN_IF_ERROR(c.GetAttr("seed", &seed));
  MR_RETURN_IF_ERROR(c.GetAttr("seed2", &seed2));
  if (seed == 0 && seed2 == 0) {
    seed = static_cast<int64_t>(RandomId());
    seed2 = static_cast<int64_t>(RandomId());
  }
  MutexLock lock(mu_);
  gen_ = Philox(static_cast<uint64_t>(seed), static_cast<uint64_t>(seed2));
  return absl::OkStatus();
}

Philox GuardedPhilox::Reserve(uint64_t blocks) {
  MutexLock lock(mu_);
  const Philox result = gen_;
  gen_.Skip(blocks);
  return result;
}

absl::StatusOr<Philox> PhiloxFromSeed(const Tensor& seed) {
  MR_ASSIGN_OR_RETURN(const PhiloxKeyCounter k, ScrambleSeed(seed));
  return Philox(k.counter, k.key);
}

absl::StatusOr<Philox> PhiloxFromKey(const Tensor& key, const Tensor& counter, const Tensor& alg) {
  MR_ASSIGN_OR_RETURN(const int64_t algorithm, IntArg(alg, "alg"));
  if (algorithm != kPhiloxAlgorithm && algorithm != kAutoAlgorithm) {
    return absl::UnimplementedError(absl::StrCat("random algorithm ", algorithm, "; only Philox (",
                                                 kPhiloxAlgorithm, ") is here"));
  }
  if (key.shape() != Shape({1})) {
    return absl::InvalidArgumentError(
        absl::StrCat("key must have shape [1], got ", key.shape().ToString()));
  }
  if (counter.rank() != 1 || counter.dim(0) < 2) {
    return absl::InvalidArgumentError(absl::StrCat(
        "counter must be a vector of at least 2 elements, got ", counter.shape().ToString()));
  }
  const uint64_t k = key.data<uint64_t>()[0], low = counter.data<uint64_t>()[0],
                 high = counter.data<uint64_t>()[1];
  const auto word = [](uint64_t v, int i) { return static_cast<uint32_t>(v >> (32 * i)); };
  return Philox({word(low, 0), word(low, 1), word(high, 0), word(high, 1)},
                {word(k, 0), word(k, 1)});
}

absl::Status RandomShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(0, 1).status());
  MR_ASSIGN_OR_RETURN(PartialShape shape, c.input_as_shape(0));
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}

absl::Status StatelessShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape seed, c.WithRank(1, 1));
  if (absl::StatusOr<int64_t> size = ShapeContext::MergeDim(seed.dim(0), 2); !size.ok()) {
    return c.Error(1, size.status().message());
  }
  return RandomShape(c);
}

absl::Status StatelessV2Shape(ShapeContext& c) {
  for (int i = 1; i <= 2; ++i) MR_RETURN_IF_ERROR(c.WithRank(i, 1).status());
  MR_RETURN_IF_ERROR(c.WithRank(3, 0).status());
  return RandomShape(c);
}

}  // namespace millrace
