#include "kernels/state/optimizer_kernel.h"

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "kernels/array/elements.h"
#include "kernels/array/int_args.h"
#include "kernels/state/variable_access.h"

namespace millrace {
namespace {

constexpr int64_t kElementsPerShard = 1 << 14;

absl::StatusOr<double> ScalarInput(KernelContext& c, int i) {
  const Tensor& t = c.input(i);
  if (t.rank() != 0 && t.num_elements() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("input ", i, " must be a scalar, got shape ", t.shape().ToString()));
  }
  switch (t.dtype()) {
    case DType::kHalf:
      return static_cast<float>(t.scalar<half>());
    case DType::kBFloat16:
      return static_cast<float>(t.scalar<bfloat16>());
    case DType::kFloat:
      return t.scalar<float>();
    case DType::kDouble:
      return t.scalar<double>();
    case DType::kInt64:
      return static_cast<double>(t.scalar<int64_t>());
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("input ", i, " cannot be of type ", DTypeName(t.dtype())));
  }
}

absl::Status ShapeMismatch(absl::string_view what, const Shape& a, const Shape& b) {
  return absl::InvalidArgumentError(absl::StrCat(
      "variable and ", what, " do not have the same shape: ", a.ToString(), " ", b.ToString()));
}

absl::Status ReadFlag(KernelConstruction& c, absl::string_view name, bool* flag) {
  return c.attrs().Has(name) ? c.GetAttr(name, flag) : absl::OkStatus();
}

}  // namespace

absl::Status OptimizerKernel::Init(KernelConstruction& c) {
  MR_RETURN_IF_ERROR(ReadFlag(c, "use_nesterov", &flags_.use_nesterov));
  MR_RETURN_IF_ERROR(ReadFlag(c, "update_slots", &flags_.update_slots));
  return ReadFlag(c, "multiply_linear_by_lr", &flags_.multiply_linear_by_lr);
}

absl::Status OptimizerKernel::Compute(KernelContext& c) {
  OptimizerScalars scalars;
  for (int i = slots_; i < c.num_inputs(); ++i) {
    if (i == grad_ || (sparse_ && i == grad_ + 1)) continue;
    MR_ASSIGN_OR_RETURN(const double value, ScalarInput(c, i));
    scalars.push_back(value);
  }
  {
    LockedVariables variables;
    MR_RETURN_IF_ERROR(variables.Lock(c, slots_, dtype_));
    MR_RETURN_IF_ERROR(CheckShapes(c, variables));
    if (sparse_) {
      MR_RETURN_IF_ERROR(UpdateRows(c, scalars, variables));
    } else {
      UpdateDense(c, scalars, variables);
    }
  }
  ForwardRef(c);
  return absl::OkStatus();
}

absl::Status OptimizerKernel::CheckShapes(KernelContext& c, LockedVariables& variables) const {
  const Shape& shape = variables[0].shape();
  for (int i = 1; i < slots_; ++i) {
    if (variables[i].shape() != shape) {
      return ShapeMismatch(absl::StrCat("slot ", i), shape, variables[i].shape());
    }
  }
  const Shape& grad = c.input(grad_).shape();
  if (!sparse_) return grad == shape ? absl::OkStatus() : ShapeMismatch("gradient", shape, grad);
  const Tensor& indices = c.input(grad_ + 1);
  if (shape.rank() < 1)
    return absl::InvalidArgumentError("variable must be at least 1 dimensional");
  if (indices.rank() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("indices must be one-dimensional, got shape ", indices.shape().ToString()));
  }
  Shape rows = shape;
  MR_RETURN_IF_ERROR(rows.SetDim(0, indices.num_elements()));
  if (grad != rows) {
    return absl::InvalidArgumentError(absl::StrCat("gradient must be of shape ", rows.ToString(),
                                                   " for ", indices.num_elements(),
                                                   " rows of the variable, got ", grad.ToString()));
  }
  return absl::OkStatus();
}

void OptimizerKernel::UpdateDense(KernelContext& c, const OptimizerScalars& scalars,
                                  LockedVariables& variables) const {
  const int64_t width = static_cast<int64_t>(DTypeSize(dtype_));
  std::array<char*, kMaxSlots> base = {};
  for (int i = 0; i < slots_; ++i) base[i] = static_cast<char*>(variables[i].mutable_raw_data());
  const char* grad = static_cast<const char*>(c.input(grad_).raw_data());
  c.pool()->ParallelFor(variables[0].num_elements(), kElementsPerShard,
                        [&](int64_t begin, int64_t end) {
                          std::array<void*, kMaxSlots> slots = {};
                          for (int i = 0; i < slots_; ++i) slots[i] = base[i] + begin * width;
                          Update(scalars, flags_, slots.data(), grad + begin * width, end - begin);
                        });
}

// One after the other: an index may come twice.
absl::Status OptimizerKernel::UpdateRows(KernelContext& c, const OptimizerScalars& scalars,
                                         LockedVariables& variables) const {
  const int64_t rows = variables[0].dim(0);
  MR_ASSIGN_OR_RETURN(const DimVector indices, IntVectorArg(c.input(grad_ + 1), "indices"));
  for (size_t i = 0; i < indices.size(); ++i) {
    if (indices[i] < 0 || indices[i] >= rows) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Index ", indices[i], " at offset ", i, " in indices is out of range [0, ", rows, ")"));
    }
  }
  if (rows == 0) return absl::OkStatus();
  const int64_t row = variables[0].num_elements() / rows;
  for (size_t i = 0; i < indices.size(); ++i) {
    std::array<void*, kMaxSlots> slots = {};
    for (int s = 0; s < slots_; ++s) slots[s] = MutableElementAt(variables[s], indices[i] * row);
    Update(scalars, flags_, slots.data(), ElementAt(c.input(grad_), static_cast<int64_t>(i) * row),
           row);
  }
  return absl::OkStatus();
}

absl::Status OptimizerShape(ShapeContext& c) {
  if (c.num_outputs() > 0) c.set_output(0, c.input(0));
  return absl::OkStatus();
}

}  // namespace millrace
