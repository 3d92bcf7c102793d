// How a stateless op's seed becomes Philox's key and counter.
#ifndef MILLRACE_KERNELS_RANDOM_STATELESS_KEY_H_
#define MILLRACE_KERNELS_RANDOM_STATELESS_KEY_H_

#include "absl/status/statusor.h"
#include "core/base/philox.h"
#include "core/tensor/tensor.h"

namespace millrace {

// Values of the `alg` inputs and outputs.
inline constexpr int kPhiloxAlgorithm = 1;
inline constexpr int kThreeFryAlgorithm = 2;
inline constexpr int kAutoAlgorithm = 3;

struct PhiloxKeyCounter {
  Philox::Key key;
  Philox::Block counter;
};

// Mixes the two integers of `seed`, so that seeds close to each other give unrelated numbers.
// INVALID_ARGUMENT unless `seed` is an integer vector of two.
absl::StatusOr<PhiloxKeyCounter> ScrambleSeed(const Tensor& seed);

}  // namespace millrace

#endif  // MILLRACE_KERNELS_RANDOM_STATELESS_KEY_H_
