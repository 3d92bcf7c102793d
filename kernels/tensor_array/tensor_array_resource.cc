#include "kernels/tensor_array/tensor_array_resource.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "kernels/array/scatter.h"

namespace millrace {

PartialShape TensorArrayResource::element_shape() const {
  MutexLock lock(mu_);
  return options_.element_shape;
}

int64_t TensorArrayResource::size() const {
  MutexLock lock(mu_);
  return static_cast<int64_t>(slots_.size());
}

absl::Status TensorArrayResource::CheckIndex(int64_t index, const char* verb) const {
  if (index >= 0 && index < static_cast<int64_t>(slots_.size())) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("Tried to ", verb, " index ", index, " but array size is: ", slots_.size()));
}

absl::Status TensorArrayResource::Write(int64_t index, Tensor value) {
  constexpr int64_t kMostSlots = int64_t{1} << 31;
  MR_ASSIGN_OR_RETURN(value, value.Owned());
  MutexLock lock(mu_);
  if (value.dtype() != options_.dtype) {
    return absl::InvalidArgumentError(absl::StrCat(
        "Could not write to TensorArray index ", index, " because the value dtype is ",
        DTypeName(value.dtype()), " but TensorArray dtype is ", DTypeName(options_.dtype)));
  }
  if (options_.dynamic_size && index >= static_cast<int64_t>(slots_.size()) && index < kMostSlots) {
    slots_.resize(static_cast<size_t>(index) + 1);
  }
  MR_RETURN_IF_ERROR(CheckIndex(index, "write to"));
  if (!options_.element_shape.IsCompatibleWith(value.shape())) {
    return absl::InvalidArgumentError(absl::StrCat(
        "Could not write to TensorArray index ", index, " because the value shape is ",
        value.shape().ToString(), " which is incompatible with the TensorArray's element shape: ",
        options_.element_shape.ToString()));
  }
  if (options_.identical_shapes) options_.element_shape = value.shape();
  Slot& slot = slots_[index];
  if (slot.read) {
    return absl::InvalidArgumentError(absl::StrCat("Could not write to TensorArray index ", index,
                                                   " because it has already been read."));
  }
  if (slot.written && !options_.is_gradient) {
    return absl::InvalidArgumentError(absl::StrCat("Could not write to TensorArray index ", index,
                                                   " because it has already been written to."));
  }
  if (!slot.written) {
    slot.shape = value.shape();
    slot.value = std::move(value);
    slot.written = true;
    return absl::OkStatus();
  }
  if (slot.value.shape() != value.shape()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "Could not aggregate to TensorArray index ", index, " because the existing shape is ",
        slot.value.shape().ToString(), " but the new input shape is ", value.shape().ToString()));
  }
  if (!slot.value.can_write()) {
    MR_ASSIGN_OR_RETURN(slot.value, slot.value.Clone());
  }
  const ScatterTargets whole = {{0}, value.num_elements(), value.shape()};
  return Scatter(ScatterOp::kAdd, whole, value, /*allow_scalar=*/false, slot.value);
}

absl::StatusOr<Tensor> TensorArrayResource::Read(int64_t index) {
  MutexLock lock(mu_);
  MR_RETURN_IF_ERROR(CheckIndex(index, "read from"));
  Slot& slot = slots_[index];
  if (slot.read && options_.clear_after_read) {
    return absl::InvalidArgumentError(
        absl::StrCat("Could not read index ", index,
                     " twice because it was cleared after a previous read "
                     "(perhaps try setting clear_after_read = false?)"));
  }
  if (!slot.written) {
    absl::StatusOr<PartialShape> shape = options_.element_shape.MergeWith(slot.shape);
    if (!shape.ok() || !shape->fully_defined()) {
      return absl::InvalidArgumentError(
          absl::StrCat("Could not read from TensorArray index ", index,
                       ". It was not written, and the element shape is not fully defined: ",
                       options_.element_shape.ToString()));
    }
    MR_ASSIGN_OR_RETURN(slot.value, Tensor::CreateZeros(options_.dtype, shape->ToShape()));
    slot.written = true;
  }
  slot.read = true;
  return options_.clear_after_read ? std::move(slot.value) : slot.value;
}

absl::StatusOr<std::shared_ptr<TensorArrayResource>> TensorArrayResource::MakeGradient(
    const Shape& prepend) {
  const auto prepended = [&](const PartialShape& shape) -> absl::StatusOr<PartialShape> {
    if (!shape.known_rank()) return shape;
    DimVector dims(prepend.dims().begin(), prepend.dims().end());
    dims.insert(dims.end(), shape.dims().begin(), shape.dims().end());
    return PartialShape::Create(dims);
  };
  MutexLock lock(mu_);
  options_.dynamic_size = false;
  TensorArrayOptions options = options_;
  MR_ASSIGN_OR_RETURN(options.element_shape, prepended(options_.element_shape));
  options.is_gradient = true;
  options.clear_after_read = true;
  auto gradient = std::make_shared<TensorArrayResource>(std::move(options),
                                                        static_cast<int64_t>(slots_.size()));
  MutexLock gradient_lock(gradient->mu_);
  for (size_t i = 0; i < slots_.size(); ++i) {
    MR_ASSIGN_OR_RETURN(gradient->slots_[i].shape, prepended(slots_[i].shape));
  }
  return gradient;
}

}  // namespace millrace
