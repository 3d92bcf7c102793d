// Elements stacked to batches.
#ifndef MILLRACE_KERNELS_DATA_BATCHING_H_
#define MILLRACE_KERNELS_DATA_BATCHING_H_

#include <vector>

#include "absl/status/statusor.h"
#include "kernels/data/dataset.h"

namespace millrace {

// One element whose components are those of `elements`, of which there is at least one, stacked.
// INVALID_ARGUMENT where they differ in number, type or shape.
absl::StatusOr<Element> StackElements(std::vector<Element> elements);

// Each batch_size elements of `input` stacked; the last may be smaller, or is dropped.
// REQUIRES: batch_size > 0.
DatasetPtr BatchesOf(DatasetPtr input, int64_t batch_size, bool drop_remainder);

// How many batches there are of n elements, where n may be one of the constants in dataset.h.
int64_t BatchCardinality(int64_t n, int64_t batch_size, bool drop_remainder);

// The scalar input i. INVALID_ARGUMENT unless it is positive.
absl::StatusOr<int64_t> BatchSizeInput(KernelContext& c, int i);

}  // namespace millrace

#endif  // MILLRACE_KERNELS_DATA_BATCHING_H_
