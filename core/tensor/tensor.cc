#include "core/tensor/tensor.h"

#include <cstdio>
#include <cstdlib>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/checked_math.h"

namespace millrace {
namespace {

// Bytes of the elements; INVALID_ARGUMENT for a type that a tensor cannot hold, or an overflow.
absl::StatusOr<size_t> BytesOf(DType dtype, const Shape& shape) {
  if (IsRef(dtype) || DTypeSize(dtype) == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("A tensor cannot have elements of type ", DTypeName(dtype)));
  }
  int64_t bytes;
  if (!CheckedMul(shape.num_elements(), static_cast<int64_t>(DTypeSize(dtype)), &bytes)) {
    return absl::InvalidArgumentError(absl::StrCat("The size in bytes of a ", DTypeName(dtype),
                                                   " tensor of shape ", shape.ToString(),
                                                   " does not fit in 64 bits (overflow)"));
  }
  return static_cast<size_t>(bytes);
}

absl::Status OutOfMemory(DType dtype, const Shape& shape, size_t bytes,
                         absl::string_view allocator) {
  return absl::ResourceExhaustedError(
      absl::StrCat("Out of memory: a ", DTypeName(dtype), " tensor of shape ", shape.ToString(),
                   " needs ", bytes, " bytes that allocator '", allocator, "' does not have"));
}

// Bytes that an element of `dtype` must be aligned to.
size_t AlignmentOf(DType dtype) {
  return IsComplex(dtype) ? DTypeSize(dtype) / 2 : DTypeSize(dtype);
}

bool IsAlignedFor(DType dtype, const void* data) {
  return reinterpret_cast<uintptr_t>(data) % AlignmentOf(dtype) == 0;
}

template <typename T>
void CopyElements(const Tensor& from, Tensor* to) {
  const T* in = from.data<T>();
  T* out = to->mutable_data<T>();
  for (int64_t i = 0; i < from.num_elements(); ++i) out[i] = in[i];
}

bool Same(const std::string& a, const std::string& b) { return a == b; }

bool Same(const Variant& a, const Variant& b) { return a.value() == b.value(); }

bool Same(const ResourceHandle& a, const ResourceHandle& b) {
  if (a.device != b.device || a.container != b.container || a.name != b.name ||
      a.type_name != b.type_name || a.incarnation != b.incarnation ||
      a.dtypes_and_shapes.size() != b.dtypes_and_shapes.size()) {
    return false;
  }
  for (size_t i = 0; i < a.dtypes_and_shapes.size(); ++i) {
    const auto& x = a.dtypes_and_shapes[i];
    const auto& y = b.dtypes_and_shapes[i];
    if (x.dtype != y.dtype || x.shape != y.shape) return false;
  }
  return true;
}

template <typename T>
bool AllSame(const Tensor& a, const Tensor& b) {
  for (int64_t i = 0; i < a.num_elements(); ++i) {
    if (!Same(a.data<T>()[i], b.data<T>()[i])) return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<Tensor> Tensor::Create(Allocator* allocator, DType dtype, const Shape& shape) {
  absl::StatusOr<size_t> bytes = BytesOf(dtype, shape);
  if (!bytes.ok()) return bytes.status();
  Tensor t;
  t.dtype_ = dtype;
  t.shape_ = shape;
  if (*bytes == 0) return t;
  const bool trivial = IsTriviallyCopyable(dtype);
  if (trivial && *bytes <= kInlineBytes && allocator->host_accessible()) return t;
  t.buffer_ =
      trivial ? Buffer::New(allocator, *bytes) : Buffer::NewElements(dtype, shape.num_elements());
  if (t.buffer_ == nullptr) {
    return OutOfMemory(dtype, shape, *bytes, (trivial ? allocator : CpuAllocator())->name());
  }
  t.storage_.external = t.buffer_->data();
  return t;
}

absl::StatusOr<Tensor> Tensor::CreateZeros(DType dtype, const Shape& shape) {
  absl::StatusOr<Tensor> t = Create(dtype, shape);
  if (t.ok() && IsTriviallyCopyable(dtype) && t->bytes() > 0) {
    std::memset(t->mutable_raw_data(), 0, t->bytes());
  }
  return t;
}

absl::StatusOr<Tensor> Tensor::Borrow(DType dtype, const Shape& shape, const void* data,
                                      size_t bytes, absl::AnyInvocable<void()> release) {
  absl::Status status;
  absl::StatusOr<size_t> needed = BytesOf(dtype, shape);
  if (!needed.ok()) {
    status = needed.status();
  } else if (!IsTriviallyCopyable(dtype)) {
    status = absl::InvalidArgumentError(
        absl::StrCat("Memory of ", DTypeName(dtype), " elements cannot be borrowed"));
  } else if (*needed != bytes) {
    status = absl::InvalidArgumentError(absl::StrCat("A ", DTypeName(dtype), " tensor of shape ",
                                                     shape.ToString(), " needs ", *needed,
                                                     " bytes, but ", bytes, " are given"));
  }
  if (status.ok() && bytes > kInlineBytes && IsAlignedFor(dtype, data)) {
    Buffer* buffer = Buffer::Borrow(data, bytes, std::move(release));
    if (buffer == nullptr) return OutOfMemory(dtype, shape, sizeof(Buffer), "cpu");
    return FromBuffer(dtype, shape, buffer);
  }
  absl::StatusOr<Tensor> copy = status.ok() ? Create(dtype, shape) : status;
  if (copy.ok() && bytes > 0) std::memcpy(copy->mutable_raw_data(), data, bytes);
  if (release) release();
  return copy;
}

Tensor Tensor::FromBuffer(DType dtype, const Shape& shape, Buffer* buffer, size_t offset) {
  Tensor t;
  t.dtype_ = dtype;
  t.shape_ = shape;
  t.buffer_ = buffer;
  if (buffer != nullptr) t.storage_.external = static_cast<char*>(buffer->data()) + offset;
  return t;
}

Tensor Tensor::MustCreate(DType dtype, const Shape& shape) {
  absl::StatusOr<Tensor> t = Create(dtype, shape);
  if (!t.ok()) {
    std::fprintf(stderr, "%s\n", t.status().ToString().c_str());
    std::abort();
  }
  return *std::move(t);
}

void* Tensor::NewElements() { return mutable_raw_data(); }

size_t Tensor::total_bytes() const {
  size_t total = bytes();
  if (dtype_ != DType::kString) return total;
  for (const std::string& s : flat<std::string>()) {
    const char* object = reinterpret_cast<const char*>(&s);
    const bool outside = s.data() < object || s.data() >= object + sizeof(s);
    if (outside) total += s.capacity() + 1;
  }
  return total;
}

absl::StatusOr<Tensor> Tensor::Reshaped(const Shape& shape) const {
  if (shape.num_elements() != num_elements()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "Cannot reshape a tensor of shape ", shape_.ToString(), " (", num_elements(),
        " elements) to shape ", shape.ToString(), " (", shape.num_elements(), " elements)"));
  }
  Tensor t(*this);
  t.shape_ = shape;
  return t;
}

absl::StatusOr<Tensor> Tensor::Bitcast(DType dtype, const Shape& shape) const {
  absl::StatusOr<size_t> needed = BytesOf(dtype, shape);
  if (!needed.ok()) return needed.status();
  if (!IsTriviallyCopyable(dtype) || !IsTriviallyCopyable(dtype_) || *needed != bytes()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "Cannot take the bytes of a ", DTypeName(dtype_), " tensor of shape ", shape_.ToString(),
        " as a ", DTypeName(dtype), " tensor of shape ", shape.ToString()));
  }
  Tensor t(*this);
  if (!IsAlignedFor(dtype, t.raw_data())) {
    absl::StatusOr<Tensor> aligned = Clone();
    if (!aligned.ok()) return aligned.status();
    t = *std::move(aligned);
  }
  t.dtype_ = dtype;
  t.shape_ = shape;
  return t;
}

Tensor Tensor::Slice(int64_t begin, int64_t end) const {
  // A shape with a dimension made smaller is valid, since the whole was.
  DimVector dims(shape_.dims().begin(), shape_.dims().end());
  const int64_t row_elements = dims[0] == 0 ? 0 : num_elements() / dims[0];
  const size_t offset =
      static_cast<size_t>(begin) * static_cast<size_t>(row_elements) * DTypeSize(dtype_);
  dims[0] = end - begin;
  Tensor t;
  t.dtype_ = dtype_;
  t.shape_ = Shape(absl::MakeConstSpan(dims));
  if (t.bytes() == 0) return t;
  if (buffer_ != nullptr) {
    t.buffer_ = buffer_;
    buffer_->Ref();
    t.storage_.external = static_cast<char*>(storage_.external) + offset;
  } else {
    std::memcpy(t.storage_.bytes, storage_.bytes + offset, t.bytes());
  }
  return t;
}

absl::StatusOr<Tensor> Tensor::Clone(Allocator* allocator) const {
  if (!initialized()) return Tensor();
  absl::StatusOr<Tensor> t = Create(allocator, dtype_, shape_);
  if (!t.ok() || num_elements() == 0) return t;
  switch (dtype_) {
    case DType::kString:
      CopyElements<std::string>(*this, &*t);
      break;
    case DType::kResource:
      CopyElements<ResourceHandle>(*this, &*t);
      break;
    case DType::kVariant:
      CopyElements<Variant>(*this, &*t);
      break;
    default:
      std::memcpy(t->mutable_raw_data(), raw_data(), bytes());
  }
  return t;
}

absl::StatusOr<Tensor> Tensor::Owned() const {
  if (!borrowed()) return *this;
  return Clone();
}

bool Tensor::BitwiseEquals(const Tensor& o) const {
  if (dtype_ != o.dtype_ || shape_ != o.shape_) return false;
  switch (dtype_) {
    case DType::kString:
      return AllSame<std::string>(*this, o);
    case DType::kResource:
      return AllSame<ResourceHandle>(*this, o);
    case DType::kVariant:
      return AllSame<Variant>(*this, o);
    default:
      return bytes() == 0 || std::memcmp(raw_data(), o.raw_data(), bytes()) == 0;
  }
}

}  // namespace millrace
