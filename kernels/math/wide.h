// Elements of any number type in one of a few wide types, for kernels that are written once and
// whose speed lies elsewhere.
#pragma once

#include <complex>
#include <cstdint>
#include <vector>

#include "core/tensor/tensor.h"

namespace millrace {

// The elements of t in order, as W: float, double, int64_t or std::complex<double>. Only W complex
// takes complex elements.
template <typename W>
std::vector<W> LoadWide(const Tensor& t);

// Writes values into a tensor of so many elements; integers wrap, fractions are cut off.
template <typename W>
void StoreWide(const std::vector<W>& values, Tensor* t);

template <typename W>
struct WideTag {
  using type = W;
};

// f(WideTag<W>()) with the W in which arithmetic on `dtype` is done: double, int64_t, or
// std::complex<double>.
template <typename F>
auto DispatchWide(DType dtype, F&& f) {
  if (IsComplex(dtype)) return f(WideTag<std::complex<double>>());
  if (IsFloating(dtype)) return f(WideTag<double>());
  return f(WideTag<int64_t>());
}

}  // namespace millrace
