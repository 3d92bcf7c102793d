// TensorMap: the value behind a variant that the TensorMap ops make.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/runtime/kernel.h"
#include "core/tensor/tensor.h"
#include "core/tensor/variant.h"

namespace millrace {

// Values by keys; a key is equal to another if dtype, shape and bytes are.
class TensorMap final : public VariantValue {
 public:
  static constexpr absl::string_view kTypeName = "tensorflow::TensorMap";

  absl::string_view type_name() const override { return kTypeName; }
  std::shared_ptr<VariantValue> Clone() const override {
    return std::make_shared<TensorMap>(*this);
  }
  std::string DebugString() const override;
  // Keys and values in turns, without metadata.
  bool Encode(std::string* metadata, std::vector<Tensor>* tensors) const override;
  // INVALID_ARGUMENT for a key without a value, or that cannot be one.
  static absl::StatusOr<std::shared_ptr<TensorMap>> Decode(const std::vector<Tensor>& tensors);

  struct Entry {
    Tensor key, value;
  };
  // The entry's place in `entries`. INVALID_ARGUMENT for a key of resources or variants.
  static absl::StatusOr<std::string> Place(const Tensor& key);

  std::map<std::string, Entry> entries;
};

// The map in input i. INVALID_ARGUMENT if it holds none. One that came from a message is decoded,
// and then kept alive by *decoded.
absl::StatusOr<const TensorMap*> MapInput(const KernelContext& c, int i,
                                          std::shared_ptr<TensorMap>* decoded);
// Hands the map in input 0 on as output 0, and gives it to be changed: copied before if somebody
// else has it too.
absl::StatusOr<TensorMap*> ForwardMap(KernelContext& c);

}  // namespace millrace
