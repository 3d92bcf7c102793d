#include "kernels/io/summary_values.h"

#include "core/base/status.h"
#include "core/tensor/tensor_codec.h"

namespace millrace {
namespace {

template <typename T, typename Via = T>
void Append(const Tensor& tensor, int64_t begin, int64_t count, std::vector<double>* out) {
  for (const T& v :
       tensor.flat<T>().subspan(static_cast<size_t>(begin), static_cast<size_t>(count)))
    out->push_back(static_cast<double>(static_cast<Via>(v)));
}

}  // namespace

std::vector<double> ElementsAsDoubles(const Tensor& tensor) {
  return ElementsAsDoubles(tensor, 0, tensor.num_elements());
}

std::vector<double> ElementsAsDoubles(const Tensor& tensor, int64_t begin, int64_t count) {
  std::vector<double> out;
  out.reserve(static_cast<size_t>(count));
  switch (tensor.dtype()) {
    case DType::kFloat:
      Append<float>(tensor, begin, count, &out);
      break;
    case DType::kDouble:
      Append<double>(tensor, begin, count, &out);
      break;
    case DType::kInt8:
      Append<int8_t>(tensor, begin, count, &out);
      break;
    case DType::kInt16:
      Append<int16_t>(tensor, begin, count, &out);
      break;
    case DType::kInt32:
      Append<int32_t>(tensor, begin, count, &out);
      break;
    case DType::kInt64:
      Append<int64_t>(tensor, begin, count, &out);
      break;
    case DType::kUInt8:
      Append<uint8_t>(tensor, begin, count, &out);
      break;
    case DType::kUInt16:
      Append<uint16_t>(tensor, begin, count, &out);
      break;
    case DType::kUInt32:
      Append<uint32_t>(tensor, begin, count, &out);
      break;
    case DType::kUInt64:
      Append<uint64_t>(tensor, begin, count, &out);
      break;
    case DType::kHalf:
      Append<half, float>(tensor, begin, count, &out);
      break;
    case DType::kBFloat16:
      Append<bfloat16, float>(tensor, begin, count, &out);
      break;
    default:
      break;
  }
  return out;
}

absl::StatusOr<Summary> SummaryOfTensor(absl::string_view tag, const Tensor& tensor,
                                        const std::string& metadata) {
  Summary summary;
  Summary::Value* value = summary.add_value();
  value->set_tag(std::string(tag));
  if (!value->mutable_metadata()->ParseFromString(metadata))
    return absl::InvalidArgumentError("the metadata is no SummaryMetadata");
  MR_RETURN_IF_ERROR(TensorToProto(tensor, value->mutable_tensor()));
  return summary;
}

Tensor SerialisedSummary(const Summary& summary) {
  return Tensor::Scalar<std::string>(summary.SerializeAsString());
}

}  // namespace millrace
