// Candidate sampling: classes drawn by a law, and how often each is expected among them. Bit for
// bit as TensorFlow's kernels draw.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "core/base/philox.h"
#include "core/graph/op_schema.h"
#include "core/runtime/kernel.h"
#include "kernels/random/single_numbers.h"

namespace millrace {

// A distribution of the classes 0, ..., range - 1.
class ClassLaw {
 public:
  virtual ~ClassLaw() = default;
  virtual int64_t Draw(SingleNumbers* random) const = 0;
  virtual float Probability(int64_t k) const = 0;
};

// The attributes num_true, num_sampled and unique of a sampler.
struct SamplingAttrs {
  int64_t num_true = 1, num_sampled = 1;
  bool unique = false;

  absl::Status Read(KernelConstruction& c);
  // How many blocks of numbers a sample is given, as TensorFlow reserves.
  uint64_t blocks() const { return static_cast<uint64_t>(num_sampled) * 512; }
};

// INVALID_ARGUMENT unless the classes are a matrix with num_true columns.
absl::Status CheckTrueClasses(const Tensor& classes, int64_t num_true);

// The outputs of a sampler whose input 0 are the true classes: the sample, and how often the true
// classes and the sampled ones are expected in it. `possible` classes have a probability above 0.
// INVALID_ARGUMENT for true classes out of the range, or fewer possible classes than are to be
// drawn without repetition.
absl::Status SampleClasses(KernelContext& c, const SamplingAttrs& attrs, const ClassLaw& law,
                           int64_t range, int64_t possible, Philox gen);

// The schema of a sampler; `attrs` are its own between unique and seed.
Op SamplerOp(absl::string_view name, std::initializer_list<absl::string_view> attrs,
             absl::string_view doc);

}  // namespace millrace
