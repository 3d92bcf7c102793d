// Tensors of float or half as floats, in their own memory where they are of floats.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "core/runtime/kernel.h"
#include "core/tensor/tensor.h"

namespace millrace {

// The elements of a tensor, which must outlive this.
class FloatInput {
 public:
  explicit FloatInput(const Tensor& t);
  const float* data() const { return data_; }

 private:
  std::vector<float> converted_;
  const float* data_;
};

// An output of a kernel, zero at first.
class FloatOutput {
 public:
  absl::Status Allocate(KernelContext& c, int i, const Shape& shape);
  float* data() { return data_; }
  // Rounds what was written to the output's type.
  void Store();

 private:
  Tensor* tensor_ = nullptr;
  std::vector<float> wide_;
  float* data_ = nullptr;
};

}  // namespace millrace
