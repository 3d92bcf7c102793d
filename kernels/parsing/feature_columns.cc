#include "kernels/parsing/feature_columns.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace millrace {
namespace {

DType TypeOf(const Feature& f) {
  switch (f.kind_case()) {
    case Feature::kFloatList:
      return DType::kFloat;
    case Feature::kInt64List:
      return DType::kInt64;
    default:
      return DType::kString;
  }
}

int64_t LengthOf(const Feature& f) {
  switch (f.kind_case()) {
    case Feature::kFloatList:
      return f.float_list().value_size();
    case Feature::kInt64List:
      return f.int64_list().value_size();
    default:
      return f.bytes_list().value_size();
  }
}

// Writes the values from element `at` on.
void CopyValues(const Feature& f, Tensor* out, int64_t at) {
  switch (f.kind_case()) {
    case Feature::kFloatList:
      std::copy(f.float_list().value().begin(), f.float_list().value().end(),
                out->mutable_data<float>() + at);
      break;
    case Feature::kInt64List:
      std::copy(f.int64_list().value().begin(), f.int64_list().value().end(),
                out->mutable_data<int64_t>() + at);
      break;
    default:
      std::copy(f.bytes_list().value().begin(), f.bytes_list().value().end(),
                out->mutable_data<std::string>() + at);
  }
}

// Element i of `from`, which may have one only, at [begin, end) of `to`.
template <typename T>
void FillFrom(const Tensor& from, Tensor* to, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i)
    to->mutable_data<T>()[i] = from.data<T>()[from.num_elements() == 1 ? 0 : i - begin];
}

void Fill(const Tensor& from, Tensor* to, int64_t begin, int64_t end) {
  switch (to->dtype()) {
    case DType::kFloat:
      return FillFrom<float>(from, to, begin, end);
    case DType::kInt64:
      return FillFrom<int64_t>(from, to, begin, end);
    default:
      return FillFrom<std::string>(from, to, begin, end);
  }
}

}  // namespace

FeatureColumn FeatureColumn::Of(absl::Span<const Features* const> examples, const std::string& key,
                                const Tensor* names) {
  FeatureColumn column;
  column.key = key;
  column.names = names;
  for (const Features* features : examples) {
    const auto at = features->feature().find(key);
    const bool there =
        at != features->feature().end() && at->second.kind_case() != Feature::KIND_NOT_SET;
    column.features.push_back(there ? &at->second : nullptr);
  }
  return column;
}

std::string FeatureColumn::Describe(size_t i) const {
  const bool named = names != nullptr && static_cast<int64_t>(i) < names->num_elements();
  return absl::StrCat("Name: ", named ? names->data<std::string>()[i] : "<unknown>",
                      ", Key: ", key);
}

absl::Status FeatureColumn::CheckType(DType dtype) const {
  for (size_t i = 0; i < features.size(); ++i) {
    if (features[i] == nullptr || TypeOf(*features[i]) == dtype) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        Describe(i), ".  Data types don't match. Data type: ", DTypeName(TypeOf(*features[i])),
        " but expected type: ", DTypeName(dtype)));
  }
  return absl::OkStatus();
}

int64_t FeatureColumn::Length(size_t i) const {
  return features[i] == nullptr ? 0 : LengthOf(*features[i]);
}

int64_t FeatureColumn::TotalLength() const {
  int64_t total = 0;
  for (size_t i = 0; i < features.size(); ++i) total += Length(i);
  return total;
}

absl::StatusOr<Tensor> FeatureColumn::Values(DType dtype) const {
  MR_ASSIGN_OR_RETURN(Tensor out, Tensor::Create(dtype, Shape({TotalLength()})));
  int64_t at = 0;
  for (const Feature* f : features) {
    if (f == nullptr) continue;
    CopyValues(*f, &out, at);
    at += LengthOf(*f);
  }
  return out;
}

absl::Status DenseSpec::Check(const std::string& key) const {
  if (!shape.known_rank())
    return absl::InvalidArgumentError(absl::StrCat("dense shape of '", key, "' is unknown"));
  for (int d = padded() ? 1 : 0; d < shape.rank(); ++d) {
    if (shape.dim(d) >= 0) continue;
    return absl::InvalidArgumentError(absl::StrCat("dense shape of '", key,
                                                   "' has an unknown "
                                                   "dimension that is not the first: ",
                                                   shape.ToString()));
  }
  if (otherwise.dtype() != dtype) {
    return absl::InvalidArgumentError(absl::StrCat("the default of '", key, "' is ",
                                                   DTypeName(otherwise.dtype()), ", not ",
                                                   DTypeName(dtype)));
  }
  if (padded()) {
    if (otherwise.num_elements() == 1) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("the default of '", key,
                                                   "', which is padded, must have one element, "
                                                   "not the shape ",
                                                   otherwise.shape().ToString()));
  }
  if (otherwise.num_elements() == 0 || shape.IsCompatibleWith(otherwise.shape()))
    return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("the default of '", key, "' has the shape ",
                                                 otherwise.shape().ToString(), ", not ",
                                                 shape.ToString()));
}

absl::StatusOr<Tensor> DenseTensor(const FeatureColumn& column, const DenseSpec& spec,
                                   bool batched) {
  MR_RETURN_IF_ERROR(spec.Check(column.key));
  MR_RETURN_IF_ERROR(column.CheckType(spec.dtype));
  DimVector dims(spec.shape.dims().begin(), spec.shape.dims().end());
  if (spec.padded()) {
    dims[0] = 1;
    MR_ASSIGN_OR_RETURN(const Shape row, Shape::Create(dims));
    const int64_t stride = std::max<int64_t>(row.num_elements(), 1);
    int64_t longest = 0;
    for (size_t i = 0; i < column.features.size(); ++i) {
      longest = std::max(longest, column.Length(i) / stride);
      if (column.Length(i) % stride == 0) continue;
      return absl::InvalidArgumentError(
          absl::StrCat(column.Describe(i), ".  Number of ", DTypeName(spec.dtype),
                       " values is not a multiple of stride length. Saw ", column.Length(i),
                       " values but output shape is: ", spec.shape.ToString()));
    }
    dims[0] = longest;
  }
  MR_ASSIGN_OR_RETURN(const Shape one, Shape::Create(dims));
  const int64_t size = one.num_elements();
  if (batched) dims.insert(dims.begin(), static_cast<int64_t>(column.features.size()));
  MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create(dims));
  MR_ASSIGN_OR_RETURN(Tensor out, Tensor::Create(spec.dtype, shape));
  for (size_t i = 0; i < column.features.size(); ++i) {
    const int64_t begin = static_cast<int64_t>(i) * size, length = column.Length(i);
    const bool there = column.features[i] != nullptr;
    if (!there && !spec.padded() && spec.otherwise.num_elements() == 0 && size > 0) {
      return absl::InvalidArgumentError(absl::StrCat(column.Describe(i),
                                                     " (data type: ", DTypeName(spec.dtype),
                                                     ") is required but could not be found."));
    }
    if (there && !spec.padded() && length != size) {
      return absl::InvalidArgumentError(absl::StrCat(
          column.Describe(i), ".  Number of ", DTypeName(spec.dtype),
          " values != expected.  Values size: ", length, " but output shape: ", one.ToString()));
    }
    if (there) CopyValues(*column.features[i], &out, begin);
    if (length < size) Fill(spec.otherwise, &out, begin + length, begin + size);
  }
  return out;
}

absl::StatusOr<SparseTensors> SparseTensor(const FeatureColumn& column, DType dtype, bool batched) {
  MR_RETURN_IF_ERROR(column.CheckType(dtype));
  SparseTensors out;
  MR_ASSIGN_OR_RETURN(out.values, column.Values(dtype));
  MR_ASSIGN_OR_RETURN(
      out.indices, Tensor::Create(DType::kInt64, Shape({column.TotalLength(), batched ? 2 : 1})));
  int64_t* at = out.indices.mutable_data<int64_t>();
  int64_t longest = 0;
  for (size_t i = 0; i < column.features.size(); ++i) {
    longest = std::max(longest, column.Length(i));
    for (int64_t k = 0; k < column.Length(i); ++k) {
      if (batched) *at++ = static_cast<int64_t>(i);
      *at++ = k;
    }
  }
  const int64_t batch = static_cast<int64_t>(column.features.size());
  out.shape =
      batched ? Tensor::Vector<int64_t>({batch, longest}) : Tensor::Vector<int64_t>({longest});
  return out;
}

absl::StatusOr<Tensor> RowSplits(const FeatureColumn& column, DType dtype) {
  const int64_t batch = static_cast<int64_t>(column.features.size());
  MR_ASSIGN_OR_RETURN(Tensor out, Tensor::Create(dtype, Shape({batch + 1})));
  int64_t end = 0;
  for (int64_t i = 0; i <= batch; ++i) {
    if (dtype == DType::kInt32) {
      out.mutable_data<int32_t>()[i] = static_cast<int32_t>(end);
    } else {
      out.mutable_data<int64_t>()[i] = end;
    }
    if (i < batch) end += column.Length(static_cast<size_t>(i));
  }
  return out;
}

absl::StatusOr<int> SetFeatures(KernelContext& c, const FeaturesWanted& wanted,
                                absl::Span<const Features* const> examples, const Tensor* names,
                                bool batched) {
  const int sparse = static_cast<int>(wanted.sparse_keys.size());
  for (int k = 0; k < sparse; ++k) {
    const auto column = FeatureColumn::Of(examples, wanted.sparse_keys[k], names);
    MR_ASSIGN_OR_RETURN(SparseTensors parts, SparseTensor(column, wanted.sparse_types[k], batched));
    c.set_output(k, std::move(parts.indices));
    c.set_output(k + sparse, std::move(parts.values));
    c.set_output(k + 2 * sparse, std::move(parts.shape));
  }
  int output = 3 * sparse;
  for (size_t k = 0; k < wanted.dense_keys.size(); ++k) {
    const auto column = FeatureColumn::Of(examples, wanted.dense_keys[k], names);
    MR_ASSIGN_OR_RETURN(Tensor values, DenseTensor(column, wanted.dense[k], batched));
    c.set_output(output++, std::move(values));
  }
  const int ragged = static_cast<int>(wanted.ragged_keys.size());
  for (int k = 0; k < ragged; ++k, ++output) {
    const auto column = FeatureColumn::Of(examples, wanted.ragged_keys[k], names);
    MR_RETURN_IF_ERROR(column.CheckType(wanted.ragged_types[k]));
    MR_ASSIGN_OR_RETURN(Tensor values, column.Values(wanted.ragged_types[k]));
    MR_ASSIGN_OR_RETURN(Tensor splits, batched ? RowSplits(column, wanted.split_types[k])
                                               : Tensor::Create(wanted.split_types[k], Shape({0})));
    c.set_output(output, std::move(values));
    c.set_output(output + ragged, std::move(splits));
  }
  return output + ragged;
}

}  // namespace millrace
