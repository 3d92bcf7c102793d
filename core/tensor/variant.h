// Variant: the value of a tensor of type variant: any copyable object behind a shared, immutable
// pointer.
#ifndef MILLRACE_CORE_TENSOR_VARIANT_H_
#define MILLRACE_CORE_TENSOR_VARIANT_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace millrace {

class Tensor;

// What is stored in a Variant. Immutable once stored, so copies of a Variant share it; a holder
// that wants to change it uses Variant::MutableOrCopy. type_name() is the registered name that goes
// into a serialised VariantTensorData.
class VariantValue {
 public:
  virtual ~VariantValue() = default;
  virtual absl::string_view type_name() const = 0;
  virtual std::shared_ptr<VariantValue> Clone() const = 0;
  virtual std::string DebugString() const { return std::string(type_name()); }
  // Serialised form: opaque metadata and tensors. False if the value cannot leave the process.
  virtual bool Encode(std::string* /*metadata*/, std::vector<Tensor>* /*tensors*/) const {
    return false;
  }
};

class Variant {
 public:
  Variant() = default;
  explicit Variant(std::shared_ptr<VariantValue> value) : value_(std::move(value)) {}

  bool empty() const { return value_ == nullptr; }
  const VariantValue* value() const { return value_.get(); }

  // Null if empty or of another type. The build has no RTTI dependence: types are compared by
  // type_name().
  template <typename T>
  const T* get() const {
    return value_ && value_->type_name() == T::kTypeName ? static_cast<const T*>(value_.get())
                                                         : nullptr;
  }
  // The stored object, private to this Variant: copied first if it is shared. REQUIRES: get<T>() !=
  // nullptr.
  template <typename T>
  T* MutableOrCopy() {
    if (value_.use_count() != 1) value_ = value_->Clone();
    return static_cast<T*>(value_.get());
  }

 private:
  std::shared_ptr<VariantValue> value_;
};

}  // namespace millrace

#endif  // MILLRACE_CORE_TENSOR_VARIANT_H_
