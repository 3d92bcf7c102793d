// OptionalValue: tensors that may be there or not, in a variant.
#ifndef MILLRACE_KERNELS_DATA_OPTIONAL_VALUE_H_
#define MILLRACE_KERNELS_DATA_OPTIONAL_VALUE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/tensor/tensor.h"
#include "core/tensor/variant.h"

namespace millrace {

class OptionalValue final : public VariantValue {
 public:
  static constexpr absl::string_view kTypeName = "tensorflow::data::Optional";

  absl::string_view type_name() const override { return kTypeName; }
  std::shared_ptr<VariantValue> Clone() const override {
    return std::make_shared<OptionalValue>(*this);
  }
  std::string DebugString() const override {
    return has_value ? absl::StrCat("Optional of ", components.size(), " tensors") : "no Optional";
  }

  bool has_value = false;
  std::vector<Tensor> components;
};

inline Tensor OptionalTensor(std::shared_ptr<OptionalValue> value) {
  return Tensor::Scalar<Variant>(Variant(std::move(value)));
}

}  // namespace millrace

#endif  // MILLRACE_KERNELS_DATA_OPTIONAL_VALUE_H_
