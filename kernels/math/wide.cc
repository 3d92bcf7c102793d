#include "kernels/math/wide.h"

#include <type_traits>

namespace millrace {
namespace {

template <typename T>
struct ElementTag {
  using type = T;
};

// f(ElementTag<T>()) for the type of elements of that dtype.
template <typename F>
void VisitNumber(DType dtype, F f) {
  switch (dtype) {
    case DType::kFloat:
      return f(ElementTag<float>());
    case DType::kDouble:
      return f(ElementTag<double>());
    case DType::kHalf:
      return f(ElementTag<half>());
    case DType::kBFloat16:
      return f(ElementTag<bfloat16>());
    case DType::kBool:
      return f(ElementTag<bool>());
    case DType::kInt8:
    case DType::kQInt8:
      return f(ElementTag<int8_t>());
    case DType::kUInt8:
    case DType::kQUInt8:
      return f(ElementTag<uint8_t>());
    case DType::kInt16:
    case DType::kQInt16:
      return f(ElementTag<int16_t>());
    case DType::kUInt16:
    case DType::kQUInt16:
      return f(ElementTag<uint16_t>());
    case DType::kInt32:
    case DType::kQInt32:
      return f(ElementTag<int32_t>());
    case DType::kUInt32:
      return f(ElementTag<uint32_t>());
    case DType::kUInt64:
      return f(ElementTag<uint64_t>());
    case DType::kInt64:
      return f(ElementTag<int64_t>());
    case DType::kComplex64:
      return f(ElementTag<std::complex<float>>());
    case DType::kComplex128:
      return f(ElementTag<std::complex<double>>());
    default:
      return;
  }
}

template <typename T>
inline constexpr bool kIsComplexElement =
    std::is_same_v<T, std::complex<float>> || std::is_same_v<T, std::complex<double>>;
template <typename T>
inline constexpr bool kIsNarrowElement = std::is_same_v<T, half> || std::is_same_v<T, bfloat16>;

template <typename To, typename From>
To Convert(const From& v) {
  if constexpr (kIsComplexElement<From> && !kIsComplexElement<To>) {
    return static_cast<To>(0.0f);  // excluded by LoadWide's and StoreWide's contracts
  } else if constexpr (kIsNarrowElement<From>) {
    return static_cast<To>(static_cast<float>(v));
  } else if constexpr (kIsNarrowElement<To>) {
    return static_cast<To>(static_cast<float>(v));
  } else if constexpr (kIsComplexElement<To> && !kIsComplexElement<From>) {
    return To(static_cast<typename To::value_type>(v));
  } else {
    return static_cast<To>(v);
  }
}

}  // namespace

template <typename W>
std::vector<W> LoadWide(const Tensor& t) {
  std::vector<W> values(static_cast<size_t>(t.num_elements()));
  VisitNumber(t.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* from = static_cast<const T*>(t.raw_data());
    for (size_t i = 0; i < values.size(); ++i) values[i] = Convert<W>(from[i]);
  });
  return values;
}

template <typename W>
void StoreWide(const std::vector<W>& values, Tensor* t) {
  VisitNumber(t->dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* to = static_cast<T*>(t->mutable_raw_data());
    for (size_t i = 0; i < values.size(); ++i) to[i] = Convert<T>(values[i]);
  });
}

template std::vector<float> LoadWide(const Tensor& t);
template std::vector<double> LoadWide(const Tensor& t);
template std::vector<int64_t> LoadWide(const Tensor& t);
template std::vector<std::complex<double>> LoadWide(const Tensor& t);
template void StoreWide(const std::vector<double>& values, Tensor* t);
template void StoreWide(const std::vector<int64_t>& values, Tensor* t);
template void StoreWide(const std::vector<std::complex<double>>& values, Tensor* t);

}  // namespace millrace
