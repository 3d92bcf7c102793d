// What the ops of connectionist temporal classification share: logits [time, batch, classes] of
// sequences of different lengths, and sums in logarithms.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/tensor/tensor.h"

namespace millrace {

struct CtcSizes {
  int64_t time = 0, batch = 0, classes = 0;

  // INVALID_ARGUMENT unless the inputs are of rank 3 and not empty and `lengths` is a vector;
  // `misfit` unless it has the batch's size and no length exceeds the time.
  static absl::StatusOr<CtcSizes> Create(const Tensor& inputs, const Tensor& lengths,
                                         absl::StatusCode misfit) {
    if (inputs.rank() != 3 || inputs.num_elements() == 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "inputs is not a 3-Tensor with elements, its shape is ", inputs.shape().ToString()));
    }
    if (lengths.rank() != 1) {
      return absl::InvalidArgumentError(absl::StrCat(
          "sequence_length is not a vector, its shape is ", lengths.shape().ToString()));
    }
    const CtcSizes sizes{inputs.dim(0), inputs.dim(1), inputs.dim(2)};
    if (lengths.dim(0) != sizes.batch) {
      return absl::Status(misfit, absl::StrCat("len(sequence_length) != batch_size: ",
                                               lengths.dim(0), " != ", sizes.batch));
    }
    for (int64_t b = 0; b < sizes.batch; ++b) {
      if (lengths.data<int32_t>()[b] <= sizes.time) continue;
      return absl::Status(misfit,
                          absl::StrCat("sequence_length(", b, ") = ", lengths.data<int32_t>()[b],
                                       " exceeds ", sizes.time));
    }
    return sizes;
  }
  // Where the logits of step t of sequence b begin.
  int64_t Row(int64_t t, int64_t b) const { return (t * batch + b) * classes; }
};

template <typename T>
constexpr T LogZero() {
  return -std::numeric_limits<T>::infinity();
}

// log(exp(a) + exp(b)).
template <typename T>
T LogAdd(T a, T b) {
  if (a < b) std::swap(a, b);
  return b == LogZero<T>() ? a : a + std::log1p(std::exp(b - a));
}

}  // namespace millrace
