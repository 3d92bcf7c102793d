#include "kernels/io/summary_values.h"

namespace millrace {
namespace {

template <typename T>
void Append(const Tensor& tensor, std::vector<double>* out) {
  for (const T& v : tensor.flat<T>()) out->push_back(static_cast<double>(v));
}
template <typename T>
void AppendNarrow(const Tensor& tensor, std::vector<double>* out) {
  for (const T& v : tensor.flat<T>()) out->push_back(static_cast<float>(v));
}

}  // namespace

std::vector<double> ElementsAsDoubles(const Tensor& tensor) {
  std::vector<double> out;
  out.reserve(static_cast<size_t>(tensor.num_elements()));
  switch (tensor.dtype()) {
    case DType::kFloat:
      Append<float>(tensor, &out);
      break;
    case DType::kDouble:
      Append<double>(tensor, &out);
      break;
    case DType::kInt8:
      Append<int8_t>(tensor, &out);
      break;
    case DType::kInt16:
      Append<int16_t>(tensor, &out);
      break;
    case DType::kInt32:
      Append<int32_t>(tensor, &out);
      break;
    case DType::kInt64:
      Append<int64_t>(tensor, &out);
      break;
    case DType::kUInt8:
      Append<uint8_t>(tensor, &out);
      break;
    case DType::kUInt16:
      Append<uint16_t>(tensor, &out);
      break;
    case DType::kUInt32:
      Append<uint32_t>(tensor, &out);
      break;
    case DType::kUInt64:
      Append<uint64_t>(tensor, &out);
      break;
    case DType::kHalf:
      AppendNarrow<half>(tensor, &out);
      break;
    case DType::kBFloat16:
      AppendNarrow<bfloat16>(tensor, &out);
      break;
    default:
      break;
  }
  return out;
}

Tensor SerialisedSummary(const Summary& summary) {
  return Tensor::Scalar<std::string>(summary.SerializeAsString());
}

}  // namespace millrace
