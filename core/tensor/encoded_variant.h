// The value of a variant that came from a message: type name, metadata and tensors as they were
// sent.
#ifndef MILLRACE_CORE_TENSOR_ENCODED_VARIANT_H_
#define MILLRACE_CORE_TENSOR_ENCODED_VARIANT_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/tensor/tensor.h"
#include "core/tensor/variant.h"

namespace millrace {

// An op that knows `encoded_type` makes its own value of it; everybody else passes it on, and it is
// written again as it was read. Its type_name() is its own, so that a message can never pose as a
// value of another C++ type.
class EncodedVariant final : public VariantValue {
 public:
  static constexpr absl::string_view kTypeName = "millrace::EncodedVariant";

  EncodedVariant(std::string encoded_type, std::string metadata, std::vector<Tensor> tensors)
      : encoded_type_(std::move(encoded_type)),
        metadata_(std::move(metadata)),
        tensors_(std::move(tensors)) {}

  absl::string_view type_name() const override { return kTypeName; }
  std::shared_ptr<VariantValue> Clone() const override {
    return std::make_shared<EncodedVariant>(*this);
  }
  std::string DebugString() const override { return "encoded " + encoded_type_; }
  bool Encode(std::string* metadata, std::vector<Tensor>* tensors) const override {
    *metadata = metadata_;
    *tensors = tensors_;
    return true;
  }

  const std::string& encoded_type() const { return encoded_type_; }
  const std::string& metadata() const { return metadata_; }
  const std::vector<Tensor>& tensors() const { return tensors_; }

 private:
  std::string encoded_type_;
  std::string metadata_;
  std::vector<Tensor> tensors_;
};

}  // namespace millrace

#endif  // MILLRACE_CORE_TENSOR_ENCODED_VARIANT_H_
