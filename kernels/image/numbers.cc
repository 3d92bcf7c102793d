#include "kernels/image/numbers.h"

#include <cstdint>

namespace millrace {
namespace {

// Calls fn with a pointer to t's elements, by dtype.
template <typename F>
void Visit(DType dtype, F fn) {
  switch (dtype) {
    case DType::kFloat:
      return fn(float());
    case DType::kDouble:
      return fn(double());
    case DType::kHalf:
      return fn(half());
    case DType::kBFloat16:
      return fn(bfloat16());
    case DType::kInt8:
      return fn(int8_t());
    case DType::kUInt8:
      return fn(uint8_t());
    case DType::kInt16:
      return fn(int16_t());
    case DType::kUInt16:
      return fn(uint16_t());
    case DType::kInt32:
      return fn(int32_t());
    case DType::kUInt32:
      return fn(uint32_t());
    case DType::kUInt64:
      return fn(uint64_t());
    default:
      return fn(int64_t());
  }
}

template <typename Wide>
std::vector<Wide> To(const Tensor& t) {
  std::vector<Wide> values(static_cast<size_t>(t.num_elements()));
  Visit(t.dtype(), [&](auto tag) {
    const auto* from = t.data<decltype(tag)>();
    for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<Wide>(from[i]);
  });
  return values;
}

}  // namespace

std::vector<float> ToFloats(const Tensor& t) { return To<float>(t); }
std::vector<double> ToDoubles(const Tensor& t) { return To<double>(t); }

void FromDoubles(const std::vector<double>& values, Tensor* t) {
  Visit(t->dtype(), [&](auto tag) {
    using T = decltype(tag);
    T* to = t->mutable_data<T>();
    for (size_t i = 0; i < values.size(); ++i) {
      if constexpr (std::is_same_v<T, half> || std::is_same_v<T, bfloat16>) {
        to[i] = static_cast<T>(static_cast<float>(values[i]));
      } else {
        to[i] = static_cast<T>(values[i]);
      }
    }
  });
}

}  // namespace millrace
