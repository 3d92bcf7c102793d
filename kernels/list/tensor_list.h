// TensorList: the value behind a variant that the TensorList ops make.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/runtime/kernel.h"
#include "core/tensor/dtype.h"
#include "core/tensor/shape.h"
#include "core/tensor/tensor.h"
#include "core/tensor/variant.h"

namespace millrace {

class TensorList final : public VariantValue {
 public:
  static constexpr absl::string_view kTypeName = "tensorflow::TensorList";

  absl::string_view type_name() const override { return kTypeName; }
  std::shared_ptr<VariantValue> Clone() const override {
    return std::make_shared<TensorList>(*this);
  }
  std::string DebugString() const override;
  // TensorFlow's form: which elements are not initialised, dtype, limit and shape as metadata, the
  // others as tensors.
  bool Encode(std::string* metadata, std::vector<Tensor>* tensors) const override;
  // INVALID_ARGUMENT for metadata that Encode does not write.
  static absl::StatusOr<std::shared_ptr<TensorList>> Decode(absl::string_view metadata,
                                                            std::vector<Tensor> tensors);

  DType element_dtype = DType::kInvalid;
  PartialShape element_shape;     // what elements' shapes have in common
  int64_t max_num_elements = -1;  // -1: no limit
  std::vector<Tensor> tensors;    // uninitialised where nothing was set
};

// A list as a scalar variant tensor.
Tensor ListTensor(std::shared_ptr<TensorList> list);

// The list in input i. INVALID_ARGUMENT if it holds no list of `dtype` (of any if kInvalid). A list
// that came from a message is decoded, and then kept alive by *decoded.
absl::StatusOr<const TensorList*> ListInput(const KernelContext& c, int i, DType dtype,
                                            std::shared_ptr<TensorList>* decoded);
// Hands the list in input i on as output o, and gives it to be changed: copied before if somebody
// else has it too.
absl::StatusOr<TensorList*> ForwardList(KernelContext& c, int i, int o, DType dtype);

// A shape as the list ops take it: a vector of sizes, -1 for unknown ones; the scalar -1 for
// unknown rank.
absl::StatusOr<PartialShape> ElementShapeInput(const KernelContext& c, int i);
// The value of a scalar int32 or int64 input. INVALID_ARGUMENT, naming `what`, if it is not one.
absl::StatusOr<int64_t> ScalarInput(const KernelContext& c, int i, absl::string_view what);
// The inverse of ElementShapeInput. INVALID_ARGUMENT if a size does not fit an int32.
absl::StatusOr<Tensor> ElementShapeTensor(const PartialShape& shape, DType dtype);

// INVALID_ARGUMENT if `element` cannot be one of `list`: another dtype, or a shape that does not
// fit.
absl::Status CheckElement(const TensorList& list, const Tensor& element);

// The shape that an element which was never set has: what `wanted`, the list's shape and its other
// elements say. INVALID_ARGUMENT if they disagree or leave a size open.
absl::StatusOr<Shape> UnsetElementShape(const TensorList& list, const PartialShape& wanted);
// Element i, zeros if it was never set. INVALID_ARGUMENT if its shape is not as `wanted`. REQUIRES:
// i in range.
absl::StatusOr<Tensor> Element(const TensorList& list, int64_t i, const PartialShape& wanted);

}  // namespace millrace
