// TensorVariant: a tensor as one element of a variant tensor.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/tensor/encoded_variant.h"
#include "core/tensor/tensor.h"
#include "core/tensor/variant.h"

namespace millrace {

class TensorVariant final : public VariantValue {
 public:
  static constexpr absl::string_view kTypeName = "tensorflow::Tensor";

  explicit TensorVariant(Tensor t) : tensor(std::move(t)) {}
  absl::string_view type_name() const override { return kTypeName; }
  std::shared_ptr<VariantValue> Clone() const override {
    return std::make_shared<TensorVariant>(*this);
  }
  bool Encode(std::string* metadata, std::vector<Tensor>* tensors) const override {
    metadata->clear();
    *tensors = {tensor};
    return true;
  }

  const Tensor tensor;
};

// The tensor in a variant, also in one that came from a message; null if it holds something else.
// Lives as long as the variant.
inline const Tensor* TensorIn(const Variant& variant) {
  if (const auto* value = variant.get<TensorVariant>()) return &value->tensor;
  const auto* encoded = variant.get<EncodedVariant>();
  const bool fits = encoded != nullptr && encoded->encoded_type() == TensorVariant::kTypeName &&
                    encoded->tensors().size() == 1;
  return fits ? &encoded->tensors()[0] : nullptr;
}

}  // namespace millrace
