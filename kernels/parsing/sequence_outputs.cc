#include "kernels/parsing/sequence_outputs.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "kernels/parsing/feature_lists.h"
#include "protos/example.pb.h"

namespace millrace {
namespace {

// Sets the outputs from `output` on.
absl::Status SetLists(KernelContext& c, const ListsWanted& wanted, int output,
                      absl::Span<const FeatureLists* const> sequences, bool batched,
                      bool with_lengths) {
  const int sparse = static_cast<int>(wanted.sparse_keys.size());
  for (int k = 0; k < sparse; ++k, ++output) {
    const auto column = FeatureListColumn::Of(sequences, wanted.sparse_keys[k]);
    MR_ASSIGN_OR_RETURN(SparseTensors parts, SparseTensor(column, wanted.sparse_types[k], batched));
    c.set_output(output, std::move(parts.indices));
    c.set_output(output + sparse, std::move(parts.values));
    c.set_output(output + 2 * sparse, std::move(parts.shape));
  }
  output += 2 * sparse;
  const int dense = static_cast<int>(wanted.dense_keys.size());
  for (int k = 0; k < dense; ++k, ++output) {
    const auto column = FeatureListColumn::Of(sequences, wanted.dense_keys[k]);
    MR_ASSIGN_OR_RETURN(PaddedLists lists,
                        DenseLists(column, wanted.dense_types[k], wanted.dense_shapes[k],
                                   wanted.dense_may_miss[k], batched));
    c.set_output(output, std::move(lists.values));
    if (with_lengths) c.set_output(output + dense, std::move(lists.lengths));
  }
  if (with_lengths) output += dense;
  const int ragged = static_cast<int>(wanted.ragged_keys.size());
  for (int k = 0; k < ragged; ++k, ++output) {
    const auto column = FeatureListColumn::Of(sequences, wanted.ragged_keys[k]);
    MR_RETURN_IF_ERROR(column.steps.CheckType(wanted.ragged_types[k]));
    MR_ASSIGN_OR_RETURN(Tensor values, column.steps.Values(wanted.ragged_types[k]));
    MR_ASSIGN_OR_RETURN(Tensor outer, batched ? StepSplits(column, wanted.split_types[k])
                                              : Tensor::Create(wanted.split_types[k], Shape({0})));
    MR_ASSIGN_OR_RETURN(Tensor inner, RowSplits(column.steps, wanted.split_types[k]));
    c.set_output(output, std::move(values));
    c.set_output(output + ragged, std::move(outer));
    c.set_output(output + 2 * ragged, std::move(inner));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status SetSequences(KernelContext& c, const SequencesWanted& wanted, const Tensor& serialized,
                          const Tensor& names, bool with_lengths) {
  if (names.num_elements() != 0 && names.num_elements() != serialized.num_elements()) {
    return absl::InvalidArgumentError(
        absl::StrCat("Expected len(debug_name) == len(serialized), but got: ", names.num_elements(),
                     " vs. ", serialized.num_elements()));
  }
  std::vector<SequenceExample> sequences(static_cast<size_t>(serialized.num_elements()));
  std::vector<const Features*> contexts;
  std::vector<const FeatureLists*> lists;
  for (size_t i = 0; i < sequences.size(); ++i) {
    if (!sequences[i].ParseFromString(serialized.data<std::string>()[i])) {
      return absl::InvalidArgumentError(
          absl::StrCat("Invalid protocol message input, example number ", i));
    }
    contexts.push_back(&sequences[i].context());
    lists.push_back(&sequences[i].feature_lists());
  }
  const bool batched = serialized.rank() > 0;
  MR_ASSIGN_OR_RETURN(const int output, SetFeatures(c, wanted.context, contexts, &names, batched));
  return SetLists(c, wanted.lists, output, lists, batched, with_lengths);
}

}  // namespace millrace
