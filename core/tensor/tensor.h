// Tensor: a typed, shaped, row-major block of elements. A value: copies share the buffer (or, for a
// few bytes, hold their own copy inline), so copying is cheap and never copies large data.
#ifndef MILLRACE_CORE_TENSOR_TENSOR_H_
#define MILLRACE_CORE_TENSOR_TENSOR_H_

#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/tensor/allocator.h"
#include "core/tensor/buffer.h"
#include "core/tensor/dtype.h"
#include "core/tensor/resource_handle.h"
#include "core/tensor/shape.h"
#include "core/tensor/variant.h"

namespace millrace {

// Concurrent reads are safe; a tensor object that is written needs one owner. Elements may be
// written only where `can_write()`: the tensor was just created, or holds the only reference to
// memory that is not borrowed.
class Tensor {
 public:
  // Tensors of trivially copyable types of at most this many bytes live inside the object.
  static constexpr size_t kInlineBytes = 16;

  Tensor() = default;  // not initialised: dtype kInvalid
  ~Tensor() {
    if (buffer_ != nullptr) buffer_->Unref();
  }
  Tensor(const Tensor& o) : dtype_(o.dtype_), shape_(o.shape_), buffer_(o.buffer_) {
    std::memcpy(&storage_, &o.storage_, sizeof(storage_));
    if (buffer_ != nullptr) buffer_->Ref();
  }
  Tensor(Tensor&& o) noexcept : dtype_(o.dtype_), shape_(std::move(o.shape_)), buffer_(o.buffer_) {
    std::memcpy(&storage_, &o.storage_, sizeof(storage_));
    o.buffer_ = nullptr;
    o.dtype_ = DType::kInvalid;
  }
  Tensor& operator=(const Tensor& o) {
    if (this != &o) *this = Tensor(o);
    return *this;
  }
  Tensor& operator=(Tensor&& o) noexcept {
    if (this == &o) return *this;
    if (buffer_ != nullptr) buffer_->Unref();
    dtype_ = o.dtype_;
    shape_ = std::move(o.shape_);
    buffer_ = o.buffer_;
    std::memcpy(&storage_, &o.storage_, sizeof(storage_));
    o.buffer_ = nullptr;
    o.dtype_ = DType::kInvalid;
    return *this;
  }

  // Uninitialised elements (default-constructed for string, resource, variant). RESOURCE_EXHAUSTED,
  // naming shape, dtype, bytes and allocator, when the memory is not to be had; INVALID_ARGUMENT
  // when the byte size overflows.
  static absl::StatusOr<Tensor> Create(Allocator* allocator, DType dtype, const Shape& shape);
  static absl::StatusOr<Tensor> Create(DType dtype, const Shape& shape) {
    return Create(CpuAllocator(), dtype, shape);
  }
  static absl::StatusOr<Tensor> CreateZeros(DType dtype, const Shape& shape);

  // Memory of a caller, not copied: valid until `release` runs; never written. INVALID_ARGUMENT if
  // `bytes` is not what shape and dtype need. Small tensors are copied inline and released at once,
  // and so is memory that is not aligned for the dtype. `release` runs exactly once, also when
  // Borrow fails.
  static absl::StatusOr<Tensor> Borrow(DType dtype, const Shape& shape, const void* data,
                                       size_t bytes, absl::AnyInvocable<void()> release);
  // Takes over `buffer`'s reference. REQUIRES: large enough.
  static Tensor FromBuffer(DType dtype, const Shape& shape, Buffer* buffer, size_t offset = 0);

  // For tests, constants and small results. Values are copied. Abort only on out of memory.
  template <typename T>
  static Tensor Scalar(T value) {
    Tensor t = MustCreate(kDTypeOf<T>, Shape());
    static_cast<T*>(t.NewElements())[0] = std::move(value);
    return t;
  }
  static Tensor Scalar(const char* value) { return Scalar(std::string(value)); }
  template <typename T>
  static Tensor Vector(absl::Span<const T> values) {
    return Of<T>(Shape{static_cast<int64_t>(values.size())}, values);
  }
  template <typename T>
  static Tensor Vector(std::initializer_list<T> values) {
    return Vector<T>(absl::MakeConstSpan(values.begin(), values.size()));
  }
  // REQUIRES: values.size() == shape.num_elements().
  template <typename T>
  static Tensor Of(const Shape& shape, absl::Span<const T> values) {
    Tensor t = MustCreate(kDTypeOf<T>, shape);
    T* out = static_cast<T*>(t.NewElements());
    for (size_t i = 0; i < values.size(); ++i) out[i] = values[i];
    return t;
  }
  template <typename T>
  static Tensor Of(const Shape& shape, std::initializer_list<T> values) {
    return Of<T>(shape, absl::MakeConstSpan(values.begin(), values.size()));
  }

  // Becomes uninitialised. Cheaper than an assignment.
  void Reset() {
    if (buffer_ != nullptr) buffer_->Unref();
    buffer_ = nullptr;
    dtype_ = DType::kInvalid;
  }

  bool initialized() const { return dtype_ != DType::kInvalid; }
  DType dtype() const { return dtype_; }
  const Shape& shape() const { return shape_; }
  int rank() const { return shape_.rank(); }
  int64_t dim(int i) const { return shape_.dim(i); }
  int64_t num_elements() const { return shape_.num_elements(); }
  // Bytes of the elements in memory (for strings: of the string objects, not of what they hold).
  size_t bytes() const { return static_cast<size_t>(num_elements()) * DTypeSize(dtype_); }
  // bytes() plus what strings hold outside.
  size_t total_bytes() const;

  const void* raw_data() const {
    return buffer_ != nullptr ? storage_.external : static_cast<const void*>(storage_.bytes);
  }
  // REQUIRES: can_write().
  void* mutable_raw_data() {
    return buffer_ != nullptr ? storage_.external : static_cast<void*>(storage_.bytes);
  }
  // REQUIRES: dtype() is T's (or a quantised type stored as T). Row-major order.
  template <typename T>
  const T* data() const {
    return static_cast<const T*>(raw_data());
  }
  template <typename T>
  T* mutable_data() {
    return static_cast<T*>(mutable_raw_data());
  }
  template <typename T>
  absl::Span<const T> flat() const {
    return absl::MakeConstSpan(data<T>(), static_cast<size_t>(num_elements()));
  }
  template <typename T>
  absl::Span<T> mutable_flat() {
    return absl::MakeSpan(mutable_data<T>(), static_cast<size_t>(num_elements()));
  }
  template <typename T>
  const T& scalar() const {
    return data<T>()[0];
  }

  // True if writing the elements is seen by nobody else.
  bool can_write() const {
    return buffer_ == nullptr || (!buffer_->borrowed() && buffer_->RefCountIsOne());
  }
  bool borrowed() const { return buffer_ != nullptr && buffer_->borrowed(); }
  bool SharesBufferWith(const Tensor& o) const {
    return buffer_ != nullptr && buffer_ == o.buffer_;
  }
  Buffer* buffer() const { return buffer_; }  // null when inline or empty

  // The same elements under another shape. INVALID_ARGUMENT if the element counts differ.
  absl::StatusOr<Tensor> Reshaped(const Shape& shape) const;
  // The same bytes as another dtype and shape. INVALID_ARGUMENT if the byte counts differ or a type
  // is not trivial.
  absl::StatusOr<Tensor> Bitcast(DType dtype, const Shape& shape) const;
  // Rows [begin, end) of the first dimension, sharing the buffer. REQUIRES: rank() >= 1, 0 <= begin
  // <= end <= dim(0).
  Tensor Slice(int64_t begin, int64_t end) const;
  // A copy with memory of its own, on the host. REQUIRES: host-accessible memory.
  absl::StatusOr<Tensor> Clone(Allocator* allocator = CpuAllocator()) const;
  // This tensor if it owns its memory, a clone if the memory is borrowed: what to keep beyond a
  // step.
  absl::StatusOr<Tensor> Owned() const;

  // True if dtype, shape and every element are equal (floats compared bitwise).
  bool BitwiseEquals(const Tensor& o) const;
  // "<float[2,3]: 1 2 3 ...>": dtype, shape and at most `max_elements` elements.
  std::string DebugString(int max_elements = 8) const;

 private:
  static Tensor MustCreate(DType dtype, const Shape& shape);
  // mutable_raw_data(), out of line: where the compiler sees the size of the inline storage, it
  // warns of writes that only happen in a buffer.
  void* NewElements();

  DType dtype_ = DType::kInvalid;
  Shape shape_;
  Buffer* buffer_ = nullptr;  // null: elements are in storage_.bytes (or there are none)
  union {
    void* external;  // first element, inside buffer_
    alignas(16) unsigned char bytes[kInlineBytes];
  } storage_ = {};
};

}  // namespace millrace

#endif  // MILLRACE_CORE_TENSOR_TENSOR_H_
