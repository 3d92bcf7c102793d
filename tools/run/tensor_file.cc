#include "tools/run/tensor_file.h"

#include <nlohmann/json.hpp>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/env.h"
#include "core/base/status.h"
#include "core/io/npy.h"

namespace millrace {
namespace {

absl::StatusOr<Tensor> TensorFromJson(const std::string& text) {
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("shape") || !json.contains("data") ||
      !json["shape"].is_array() || !json["data"].is_array()) {
    return absl::InvalidArgumentError("not a string tensor: {\"shape\": [...], \"data\": [...]}");
  }
  DimVector dims;
  for (const auto& size : json["shape"]) {
    if (!size.is_number_integer()) return absl::InvalidArgumentError("a dimension is no integer");
    dims.push_back(size.get<int64_t>());
  }
  MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create(dims));
  if (static_cast<uint64_t>(shape.num_elements()) != json["data"].size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "its shape ", shape.ToString(), " is not that of ", json["data"].size(), " strings"));
  }
  MR_ASSIGN_OR_RETURN(Tensor tensor, Tensor::Create(DType::kString, shape));
  std::string* out = tensor.mutable_data<std::string>();
  for (const auto& item : json["data"]) {
    if (!item.is_string() || !absl::Base64Unescape(item.get<std::string>(), out++)) {
      return absl::InvalidArgumentError("an element is not base64");
    }
  }
  return tensor;
}

std::string TensorToJson(const Tensor& tensor) {
  nlohmann::json json;
  json["shape"] = nlohmann::json::array();
  for (int64_t size : tensor.shape().dims()) json["shape"].push_back(size);
  json["data"] = nlohmann::json::array();
  for (const std::string& s : tensor.flat<std::string>()) {
    json["data"].push_back(absl::Base64Escape(s));
  }
  return json.dump() + "\n";
}

}  // namespace

absl::StatusOr<Tensor> ReadTensorFile(const std::string& path) {
  MR_ASSIGN_OR_RETURN(const std::string bytes, DefaultEnv()->ReadFileToString(path));
  auto tensor = absl::EndsWith(path, ".json") ? TensorFromJson(bytes) : TensorFromNpy(bytes);
  if (!tensor.ok()) return Annotate(tensor.status(), path);
  return tensor;
}

absl::Status WriteTensorFile(const std::string& path, const Tensor& tensor) {
  const bool strings = tensor.dtype() == DType::kString;
  const char* ending = strings ? ".json" : ".npy";
  if (!absl::EndsWith(path, ending)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "A ", DTypeName(tensor.dtype()), " tensor goes to a ", ending, " file, not to ", path));
  }
  if (strings) return DefaultEnv()->WriteStringToFile(path, TensorToJson(tensor));
  MR_ASSIGN_OR_RETURN(const std::string bytes, TensorToNpy(tensor));
  return DefaultEnv()->WriteStringToFile(path, bytes);
}

}  // namespace millrace
