// A reference-counted block of memory under one or more tensors.
#ifndef MILLRACE_CORE_TENSOR_BUFFER_H_
#define MILLRACE_CORE_TENSOR_BUFFER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "absl/functional/any_invocable.h"
#include "core/tensor/allocator.h"
#include "core/tensor/dtype.h"

namespace millrace {

// Reference counting is thread-safe. Contents may be written only by a holder of the one reference,
// and never when borrowed() (memory lent by a caller for the duration of a step: copied when it
// must outlive it).
class Buffer {
 public:
  // Uninitialised memory for `bytes` > 0 of a trivially copyable type; null when out of memory.
  static Buffer* New(Allocator* allocator, size_t bytes);
  // Default-constructed elements of string, resource or variant; null when out of memory.
  static Buffer* NewElements(DType dtype, int64_t count);
  // Memory of somebody else, valid until `release` is called (when the last reference goes); never
  // written.
  static Buffer* Borrow(const void* data, size_t bytes, absl::AnyInvocable<void()> release);
  // Takes over memory of somebody else, writable; `release` gives it back.
  static Buffer* Adopt(void* data, size_t bytes, absl::AnyInvocable<void()> release);

  void* data() const { return data_; }
  size_t size() const { return size_; }
  Allocator* allocator() const { return allocator_; }  // null for borrowed and adopted memory
  bool borrowed() const { return borrowed_; }

  void Ref() { refs_.fetch_add(1, std::memory_order_relaxed); }
  void Unref() {
    if (refs_.load(std::memory_order_acquire) == 1 ||
        refs_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      Destroy();
    }
  }
  bool RefCountIsOne() const { return refs_.load(std::memory_order_acquire) == 1; }

 private:
  Buffer() = default;
  ~Buffer() = default;
  void Destroy();

  std::atomic<int64_t> refs_{1};
  void* data_ = nullptr;
  size_t size_ = 0;
  Allocator* allocator_ = nullptr;
  DType element_type_ =
      DType::kInvalid;  // set for non-trivial elements, whose destructors Destroy runs
  bool borrowed_ = false;
  absl::AnyInvocable<void()>* release_ = nullptr;
};

}  // namespace millrace

#endif  // MILLRACE_CORE_TENSOR_BUFFER_H_
