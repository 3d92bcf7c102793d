#include "kernels/random/stateless_key.h"

#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace millrace {
namespace {

absl::StatusOr<uint64_t> SeedWord(const Tensor& seed, int i) {
  switch (seed.dtype()) {
    case DType::kInt32:
      return static_cast<uint64_t>(static_cast<int64_t>(seed.data<int32_t>()[i]));
    case DType::kUInt32:
      return seed.data<uint32_t>()[i];
    case DType::kInt64:
      return static_cast<uint64_t>(seed.data<int64_t>()[i]);
    case DType::kUInt64:
      return seed.data<uint64_t>()[i];
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("seed must be integers, not ", DTypeName(seed.dtype())));
  }
}

}  // namespace

absl::StatusOr<PhiloxKeyCounter> ScrambleSeed(const Tensor& seed) {
  if (seed.shape() != Shape({2})) {
    return absl::InvalidArgumentError(
        absl::StrCat("seed must have shape [2], not ", seed.shape().ToString()));
  }
  MR_ASSIGN_OR_RETURN(const uint64_t a, SeedWord(seed, 0));
  MR_ASSIGN_OR_RETURN(const uint64_t b, SeedWord(seed, 1));
  // TensorFlow's constants: seeds are numbers that users of its graphs have stored.
  const Philox::Key key = {0x3ec8f720u, 0x02461e29u};
  const Philox::Block mix =
      Philox::Compute({static_cast<uint32_t>(a), static_cast<uint32_t>(a >> 32),
                       static_cast<uint32_t>(b), static_cast<uint32_t>(b >> 32)},
                      key);
  return PhiloxKeyCounter{{mix[0], mix[1]}, {0, 0, mix[2], mix[3]}};
}

}  // namespace millrace
