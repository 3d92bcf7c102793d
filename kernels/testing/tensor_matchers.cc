#include "kernels/testing/tensor_matchers.h"

#include <cmath>
#include <complex>
#include <string>

namespace millrace {
namespace {

bool Near(double got, double wanted, double rtol, double atol) {
  if (std::isnan(wanted)) return std::isnan(got);
  if (std::isinf(wanted) || std::isinf(got)) return got == wanted;
  return std::abs(got - wanted) <= atol + rtol * std::abs(wanted);
}

template <typename T>
bool NearElements(const T& got, const T& wanted, double rtol, double atol) {
  if constexpr (std::is_same_v<T, std::complex<float>> || std::is_same_v<T, std::complex<double>>) {
    if (std::isfinite(std::abs(wanted)))
      return std::abs(got - wanted) <= atol + rtol * std::abs(wanted);
    return Near(got.real(), wanted.real(), rtol, atol) &&
           Near(got.imag(), wanted.imag(), rtol, atol);
  } else if constexpr (std::is_convertible_v<T, double> && !std::is_integral_v<T>) {
    return Near(static_cast<double>(got), static_cast<double>(wanted), rtol, atol);
  } else {
    return got == wanted;
  }
}

template <typename T>
testing::AssertionResult CompareAs(const Tensor& got, const Tensor& wanted, double rtol,
                                   double atol) {
  for (int64_t i = 0; i < wanted.num_elements(); ++i) {
    if (NearElements(got.data<T>()[i], wanted.data<T>()[i], rtol, atol)) continue;
    return testing::AssertionFailure()
           << "differs at element " << i << " of " << wanted.num_elements() << "\n  got    "
           << got.DebugString(64) << "\n  wanted " << wanted.DebugString(64);
  }
  return testing::AssertionSuccess();
}

testing::AssertionResult Compare(const Tensor& got, const Tensor& wanted, double rtol,
                                 double atol) {
  if (got.dtype() != wanted.dtype() || got.shape() != wanted.shape()) {
    return testing::AssertionFailure()
           << "got " << got.DebugString() << ", wanted " << wanted.DebugString();
  }
  switch (wanted.dtype()) {
    case DType::kFloat:
      return CompareAs<float>(got, wanted, rtol, atol);
    case DType::kDouble:
      return CompareAs<double>(got, wanted, rtol, atol);
    case DType::kHalf:
      return CompareAs<half>(got, wanted, rtol, atol);
    case DType::kBFloat16:
      return CompareAs<bfloat16>(got, wanted, rtol, atol);
    case DType::kComplex64:
      return CompareAs<std::complex<float>>(got, wanted, rtol, atol);
    case DType::kComplex128:
      return CompareAs<std::complex<double>>(got, wanted, rtol, atol);
    case DType::kString:
      return CompareAs<std::string>(got, wanted, rtol, atol);
    default:
      if (got.BitwiseEquals(wanted)) return testing::AssertionSuccess();
      return testing::AssertionFailure()
             << "got " << got.DebugString(64) << ", wanted " << wanted.DebugString(64);
  }
}

}  // namespace

testing::AssertionResult TensorsEqual(const Tensor& got, const Tensor& wanted) {
  return Compare(got, wanted, 0, 0);
}

testing::AssertionResult TensorsNear(const Tensor& got, const Tensor& wanted, double rtol,
                                     double atol) {
  return Compare(got, wanted, rtol, atol);
}

testing::AssertionResult OutputsNear(const absl::StatusOr<std::vector<Tensor>>& got,
                                     const std::vector<Tensor>& wanted, double rtol, double atol) {
  if (!got.ok()) return testing::AssertionFailure() << got.status();
  if (got->size() != wanted.size()) {
    return testing::AssertionFailure() << got->size() << " outputs, wanted " << wanted.size();
  }
  for (size_t i = 0; i < wanted.size(); ++i) {
    const testing::AssertionResult same = TensorsNear((*got)[i], wanted[i], rtol, atol);
    if (!same) return testing::AssertionFailure() << "output " << i << " " << same.message();
  }
  return testing::AssertionSuccess();
}

}  // namespace millrace
