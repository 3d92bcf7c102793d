// What the Fourier transforms of tensors share.
#pragma once

#include <complex>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/runtime/kernel.h"
#include "core/tensor/tensor.h"
#include "kernels/fft/transform.h"

namespace millrace {

// A block of complex numbers while it is transformed.
struct SpectralField {
  using Complex = FourierTransform::Complex;
  Shape shape;
  std::vector<Complex> values;

  explicit SpectralField(const Shape& s)
      : shape(s), values(static_cast<size_t>(s.num_elements())) {}
  // The part of `t` that both shapes have, zeros elsewhere. REQUIRES: one rank of at least 1.
  static SpectralField Fitted(const Tensor& t, const Shape& shape);

  void Transform(KernelContext& c, int axis, bool inverse);
};

// n elements of a tensor of float, double or a complex type, from element `at` on.
void LoadSpectrum(const Tensor& t, int64_t at, int64_t n, FourierTransform::Complex* to);
void StoreSpectrum(const FourierTransform::Complex* from, int64_t at, int64_t n, Tensor* t);

absl::Status CheckSpectralRank(const Tensor& t, int rank);
// 1, 2 or 3, by the op's name.
int TransformRank(absl::string_view op);
// "", "2D" or "3D".
std::string TransformSuffix(const OpSchema& op);
// The number of elements of one transform in a tensor like x, in `dtype`.
Output TransformSize(Builder& b, const OpView& op, Output x, DType dtype);

}  // namespace millrace
