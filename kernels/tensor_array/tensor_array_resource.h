// TensorArrayResource: tensors by number, written and read once or more within a step (the arrays
// of v1 loops).
#ifndef MILLRACE_KERNELS_TENSOR_ARRAY_TENSOR_ARRAY_RESOURCE_H_
#define MILLRACE_KERNELS_TENSOR_ARRAY_TENSOR_ARRAY_RESOURCE_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/mutex.h"
#include "core/runtime/resource.h"
#include "core/tensor/tensor.h"

namespace millrace {

struct TensorArrayOptions {
  DType dtype = DType::kInvalid;
  PartialShape element_shape;
  bool dynamic_size = false;      // grows when written beyond its end
  bool clear_after_read = true;   // an element is read once
  bool identical_shapes = false;  // the first element's shape is all others'
  bool is_gradient = false;       // a second write adds; what was not written reads as zeros
};

// Thread-safe.
class TensorArrayResource final : public Resource {
 public:
  static constexpr char kTypeName[] = "TensorArray";
  absl::string_view type_name() const override { return kTypeName; }

  TensorArrayResource(TensorArrayOptions options, int64_t size)
      : options_(std::move(options)), slots_(static_cast<size_t>(size)) {}

  DType dtype() const { return options_.dtype; }
  PartialShape element_shape() const;
  int64_t size() const;
  // All of these: INVALID_ARGUMENT, naming the index, for one out of range, written or read when it
  // must not be, or a wrong dtype or shape.
  absl::Status Write(int64_t index, Tensor value);
  absl::StatusOr<Tensor> Read(int64_t index);
  // An array for the gradients of this one, with the shapes that its elements have; from now on
  // this one does not grow. Each element's shape is preceded by `prepend`.
  absl::StatusOr<std::shared_ptr<TensorArrayResource>> MakeGradient(const Shape& prepend);

 private:
  struct Slot {
    Tensor value;  // uninitialised: not written, or cleared
    PartialShape shape;
    bool written = false, read = false;
  };

  absl::Status CheckIndex(int64_t index, const char* verb) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  mutable Mutex mu_;
  TensorArrayOptions options_;  // element_shape and dynamic_size change under mu_
  std::vector<Slot> slots_ ABSL_GUARDED_BY(mu_);
};

}  // namespace millrace

#endif  // MILLRACE_KERNELS_TENSOR_ARRAY_TENSOR_ARRAY_RESOURCE_H_
