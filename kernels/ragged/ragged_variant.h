// RaggedVariant: a ragged tensor as one element of a variant tensor.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/tensor/tensor.h"
#include "core/tensor/variant.h"

namespace millrace {

class RaggedVariant final : public VariantValue {
 public:
  static constexpr absl::string_view kTypeName = "RaggedTensorVariant";

  absl::string_view type_name() const override { return kTypeName; }
  std::shared_ptr<VariantValue> Clone() const override {
    return std::make_shared<RaggedVariant>(*this);
  }
  bool Encode(std::string* metadata, std::vector<Tensor>* tensors) const override {
    metadata->clear();
    *tensors = splits;
    tensors->push_back(values);
    return true;
  }

  // Of the outermost row.
  int64_t rows() const {
    if (!splits.empty()) return splits[0].num_elements() - 1;
    return values.rank() > 0 ? values.dim(0) : 0;
  }

  std::vector<Tensor> splits;  // the outermost first, each begins with 0
  Tensor values;
};

}  // namespace millrace
