// A dataset again and again.
#ifndef MILLRACE_KERNELS_DATA_REPEATS_H_
#define MILLRACE_KERNELS_DATA_REPEATS_H_

#include <memory>
#include <utility>

#include "kernels/data/dataset.h"

namespace millrace {

// `count` times the elements of `input`, with an iterator of its own each time; for ever if
// negative, but not over an input without elements.
class RepeatedDataset final : public Dataset {
 public:
  RepeatedDataset(DatasetPtr input, int64_t count) : input_(std::move(input)), count_(count) {}
  absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext& context) const override;
  int64_t Cardinality() const override;

 private:
  const DatasetPtr input_;
  const int64_t count_;
};

}  // namespace millrace

#endif  // MILLRACE_KERNELS_DATA_REPEATS_H_
