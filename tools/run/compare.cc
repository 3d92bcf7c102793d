#include "tools/run/compare.h"

#include <cmath>
#include <complex>
#include <cstring>
#include <limits>

#include "absl/strings/str_cat.h"

namespace millrace {
namespace {

bool CloseReal(double got, double expected, double rtol, double atol) {
  if (std::isnan(expected)) return std::isnan(got);
  if (std::isinf(expected) || std::isinf(got)) return got == expected;
  return std::abs(got - expected) <= atol + rtol * std::abs(expected);
}

template <typename T>
bool Close(const T& got, const T& expected, double rtol, double atol) {
  return CloseReal(static_cast<double>(static_cast<float>(got)),
                   static_cast<double>(static_cast<float>(expected)), rtol, atol);
}
template <>
bool Close(const double& got, const double& expected, double rtol, double atol) {
  return CloseReal(got, expected, rtol, atol);
}
template <typename R>
bool CloseComplex(std::complex<R> got, std::complex<R> expected, double rtol, double atol) {
  const std::complex<double> a(got), b(expected);
  if (std::isfinite(a.real()) && std::isfinite(a.imag()) && std::isfinite(b.real()) &&
      std::isfinite(b.imag())) {
    return std::abs(a - b) <= atol + rtol * std::abs(b);
  }
  return CloseReal(a.real(), b.real(), rtol, atol) && CloseReal(a.imag(), b.imag(), rtol, atol);
}
template <>
bool Close(const std::complex<float>& got, const std::complex<float>& expected, double rtol,
           double atol) {
  return CloseComplex(got, expected, rtol, atol);
}
template <>
bool Close(const std::complex<double>& got, const std::complex<double>& expected, double rtol,
           double atol) {
  return CloseComplex(got, expected, rtol, atol);
}

// The index of the first element that differs, or -1.
template <typename T>
int64_t FirstFar(const Tensor& got, const Tensor& expected, double rtol, double atol) {
  for (int64_t i = 0; i < got.num_elements(); ++i) {
    if (!Close(got.data<T>()[i], expected.data<T>()[i], rtol, atol)) return i;
  }
  return -1;
}

int64_t FirstDifferent(const Tensor& got, const Tensor& expected, double rtol, double atol) {
  switch (got.dtype()) {
    case DType::kHalf:
      return FirstFar<half>(got, expected, rtol, atol);
    case DType::kBFloat16:
      return FirstFar<bfloat16>(got, expected, rtol, atol);
    case DType::kFloat:
      return FirstFar<float>(got, expected, rtol, atol);
    case DType::kDouble:
      return FirstFar<double>(got, expected, rtol, atol);
    case DType::kComplex64:
      return FirstFar<std::complex<float>>(got, expected, rtol, atol);
    case DType::kComplex128:
      return FirstFar<std::complex<double>>(got, expected, rtol, atol);
    case DType::kString:
      for (int64_t i = 0; i < got.num_elements(); ++i) {
        if (got.data<std::string>()[i] != expected.data<std::string>()[i]) return i;
      }
      return -1;
    default: {
      const size_t size = DTypeSize(got.dtype());
      const char* a = static_cast<const char*>(got.raw_data());
      const char* b = static_cast<const char*>(expected.raw_data());
      for (int64_t i = 0; i < got.num_elements(); ++i) {
        if (std::memcmp(a + i * size, b + i * size, size) != 0) return i;
      }
      return -1;
    }
  }
}

// One element, for people.
std::string Element(const Tensor& t, int64_t i) {
  auto flat = t.Reshaped(Shape{t.num_elements()});
  return flat.ok() ? flat->Slice(i, i + 1).DebugString() : flat.status().ToString();
}

}  // namespace

std::string Difference(const Tensor& got, const Tensor& expected, double rtol, double atol) {
  if (!got.initialized()) return "nothing came back";
  if (got.dtype() != expected.dtype() || got.shape() != expected.shape()) {
    return absl::StrCat("got ", DTypeName(got.dtype()), got.shape().ToString(), ", expected ",
                        DTypeName(expected.dtype()), expected.shape().ToString());
  }
  const int64_t i = FirstDifferent(got, expected, rtol, atol);
  if (i < 0) return "";
  return absl::StrCat("element ", i, " is ", Element(got, i), ", expected ", Element(expected, i));
}

}  // namespace millrace
