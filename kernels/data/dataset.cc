#include "kernels/data/dataset.h"

#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace millrace {

Tensor DatasetTensor(DatasetPtr dataset) {
  return Tensor::Scalar<Variant>(Variant(std::make_shared<DatasetVariant>(std::move(dataset))));
}

absl::StatusOr<DatasetPtr> DatasetFrom(const Tensor& t) {
  if (t.dtype() != DType::kVariant || t.rank() != 0) {
    return absl::InvalidArgumentError(absl::StrCat("a dataset is a scalar variant, got ",
                                                   DTypeName(t.dtype()), " of shape ",
                                                   t.shape().ToString()));
  }
  const DatasetVariant* variant = t.scalar<Variant>().get<DatasetVariant>();
  if (variant == nullptr) return absl::InvalidArgumentError("the variant does not hold a dataset");
  return variant->dataset();
}

absl::StatusOr<int64_t> Int64Input(KernelContext& c, int i, absl::string_view name) {
  const Tensor& t = c.input(i);
  if (t.rank() != 0 || t.dtype() != DType::kInt64) {
    return absl::InvalidArgumentError(absl::StrCat(name, " must be an int64 scalar, got ",
                                                   DTypeName(t.dtype()), " of shape ",
                                                   t.shape().ToString()));
  }
  return t.scalar<int64_t>();
}

absl::StatusOr<bool> BoolInput(KernelContext& c, int i, absl::string_view name) {
  const Tensor& t = c.input(i);
  if (t.rank() != 0 || t.dtype() != DType::kBool) {
    return absl::InvalidArgumentError(absl::StrCat(name, " must be a bool scalar, got ",
                                                   DTypeName(t.dtype()), " of shape ",
                                                   t.shape().ToString()));
  }
  return t.scalar<bool>();
}

absl::StatusOr<Element> OwnedInputs(KernelContext& c, int first) {
  Element out;
  for (int i = first; i < c.num_inputs(); ++i) {
    MR_ASSIGN_OR_RETURN(Tensor t, c.input(i).Owned());
    out.push_back(std::move(t));
  }
  return out;
}

absl::Status DatasetKernel::Compute(KernelContext& c) {
  MR_ASSIGN_OR_RETURN(DatasetPtr dataset, Make(c));
  c.set_output(0, DatasetTensor(std::move(dataset)));
  return absl::OkStatus();
}

}  // namespace millrace
