#include "kernels/parsing/feature_lists.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "kernels/array/elements.h"
#include "kernels/math/integer_at.h"

namespace millrace {

FeatureListColumn FeatureListColumn::Of(absl::Span<const FeatureLists* const> sequences,
                                        const std::string& key) {
  FeatureListColumn column;
  column.steps.key = key;
  for (const FeatureLists* sequence : sequences) {
    const auto at = sequence->feature_list().find(key);
    const bool there = at != sequence->feature_list().end();
    column.lists.push_back(there ? &at->second : nullptr);
    if (!there) continue;
    for (const Feature& step : at->second.feature()) {
      const bool empty = step.kind_case() == Feature::KIND_NOT_SET;
      column.steps.features.push_back(empty ? nullptr : &step);
    }
  }
  return column;
}

absl::StatusOr<SparseTensors> SparseTensor(const FeatureListColumn& column, DType dtype,
                                           bool batched) {
  MR_RETURN_IF_ERROR(column.steps.CheckType(dtype));
  SparseTensors out;
  MR_ASSIGN_OR_RETURN(out.values, column.steps.Values(dtype));
  MR_ASSIGN_OR_RETURN(
      out.indices,
      Tensor::Create(DType::kInt64, Shape({out.values.num_elements(), batched ? 3 : 2})));
  int64_t* at = out.indices.mutable_data<int64_t>();
  int64_t most_steps = 0, longest = 0;
  size_t step = 0;
  for (size_t i = 0; i < column.lists.size(); ++i) {
    most_steps = std::max(most_steps, column.Length(i));
    for (int64_t t = 0; t < column.Length(i); ++t, ++step) {
      longest = std::max(longest, column.steps.Length(step));
      for (int64_t k = 0; k < column.steps.Length(step); ++k) {
        if (batched) *at++ = static_cast<int64_t>(i);
        *at++ = t;
        *at++ = k;
      }
    }
  }
  const int64_t batch = static_cast<int64_t>(column.lists.size());
  out.shape = batched ? Tensor::Vector<int64_t>({batch, most_steps, longest})
                      : Tensor::Vector<int64_t>({most_steps, longest});
  return out;
}

absl::StatusOr<PaddedLists> DenseLists(const FeatureListColumn& column, DType dtype,
                                       const Shape& shape, bool may_miss, bool batched) {
  MR_RETURN_IF_ERROR(column.steps.CheckType(dtype));
  const int64_t size = shape.num_elements(), batch = static_cast<int64_t>(column.lists.size());
  int64_t most_steps = 0;
  for (size_t i = 0; i < column.lists.size(); ++i) {
    most_steps = std::max(most_steps, column.Length(i));
    if (column.lists[i] != nullptr || may_miss) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "Feature list '", column.steps.key, "' is required but could not be found in sequence ", i,
        ".  Did you mean to include it in feature_list_dense_missing_assumed_empty?"));
  }
  for (size_t step = 0; step < column.steps.features.size(); ++step) {
    if (column.steps.Length(step) == size) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("Key: ", column.steps.key, ", Index: ", step,
                     ".  Number of values != expected.  values size: ", column.steps.Length(step),
                     " but output shape: ", shape.ToString()));
  }
  DimVector dims = {most_steps};
  if (batched) dims.insert(dims.begin(), batch);
  dims.insert(dims.end(), shape.dims().begin(), shape.dims().end());
  MR_ASSIGN_OR_RETURN(const Shape padded, Shape::Create(dims));
  PaddedLists out;
  MR_ASSIGN_OR_RETURN(out.values, Tensor::CreateZeros(dtype, padded));
  MR_ASSIGN_OR_RETURN(const Tensor values, column.steps.Values(dtype));
  MR_ASSIGN_OR_RETURN(out.lengths,
                      Tensor::Create(DType::kInt64, batched ? Shape({batch}) : Shape()));
  int64_t from = 0;
  for (int64_t i = 0; i < batch; ++i) {
    const int64_t n = column.Length(static_cast<size_t>(i)) * size;
    out.lengths.mutable_data<int64_t>()[i] = column.Length(static_cast<size_t>(i));
    CopyElements(dtype, ElementAt(values, from),
                 MutableElementAt(out.values, i * most_steps * size), n);
    from += n;
  }
  return out;
}

absl::StatusOr<Tensor> StepSplits(const FeatureListColumn& column, DType dtype) {
  const int64_t batch = static_cast<int64_t>(column.lists.size());
  MR_ASSIGN_OR_RETURN(Tensor out, Tensor::Create(dtype, Shape({batch + 1})));
  int64_t end = 0;
  for (int64_t i = 0; i <= batch; ++i) {
    SetIntegerAt(&out, i, end);
    if (i < batch) end += column.Length(static_cast<size_t>(i));
  }
  return out;
}

}  // namespace millrace
