// SequenceExample messages, features (the context) and lists of them, as outputs of an op.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/runtime/kernel.h"
#include "kernels/parsing/feature_columns.h"

namespace millrace {

// The lists that an op wants: keys of each kind, and in the same order the types and shapes.
struct ListsWanted {
  std::vector<std::string> sparse_keys, dense_keys, ragged_keys;
  std::vector<DType> sparse_types, dense_types, ragged_types, split_types;
  std::vector<Shape> dense_shapes;
  std::vector<bool> dense_may_miss;
};

struct SequencesWanted {
  FeaturesWanted context;
  ListsWanted lists;
};

// Sets all outputs of an op: the context's, then the lists', of each the sparse ones (indices,
// values, shapes), the dense ones (and the lists' lengths, if with_lengths), and the ragged ones.
// `names` are for messages, and may be empty.
absl::Status SetSequences(KernelContext& c, const SequencesWanted& wanted, const Tensor& serialized,
                          const Tensor& names, bool with_lengths);

}  // namespace millrace
