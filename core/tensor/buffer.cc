#include "core/tensor/buffer.h"

#include <memory>
#include <new>
#include <string>
#include <utility>

#include "core/base/checked_math.h"
#include "core/tensor/resource_handle.h"
#include "core/tensor/variant.h"

namespace millrace {
namespace {

// A small buffer and its memory are one block: the header takes the first kAlignment bytes.
constexpr size_t kHeaderBytes = Allocator::kAlignment;
constexpr size_t kLargestJoined = size_t{32} << 10;
static_assert(sizeof(Buffer) <= kHeaderBytes, "the header fits before aligned data");

template <typename T>
void ConstructAll(void* data, size_t bytes) {
  std::uninitialized_value_construct_n(static_cast<T*>(data), bytes / sizeof(T));
}

template <typename T>
void DestroyAll(void* data, size_t bytes) {
  std::destroy_n(static_cast<T*>(data), bytes / sizeof(T));
}

}  // namespace

Buffer* Buffer::New(Allocator* allocator, size_t bytes) {
  Allocator* const cpu = CpuAllocator();
  if (allocator == cpu && bytes <= kLargestJoined) {
    void* block = cpu->Allocate(kHeaderBytes + bytes);
    if (block == nullptr) return nullptr;
    Buffer* b = new (block) Buffer();
    b->data_ = static_cast<char*>(block) + kHeaderBytes;
    b->size_ = bytes;
    b->allocator_ = allocator;
    return b;
  }
  void* header = cpu->Allocate(sizeof(Buffer));
  if (header == nullptr) return nullptr;
  void* data = allocator->Allocate(bytes);
  if (data == nullptr) {
    cpu->Deallocate(header, sizeof(Buffer));
    return nullptr;
  }
  Buffer* b = new (header) Buffer();
  b->data_ = data;
  b->size_ = bytes;
  b->allocator_ = allocator;
  return b;
}

Buffer* Buffer::NewElements(DType dtype, int64_t count) {
  int64_t bytes;
  if (count <= 0 || !CheckedMul(count, static_cast<int64_t>(DTypeSize(dtype)), &bytes)) {
    return nullptr;
  }
  Buffer* b = New(CpuAllocator(), static_cast<size_t>(bytes));
  if (b == nullptr) return nullptr;
  b->element_type_ = dtype;
  switch (dtype) {
    case DType::kString:
      ConstructAll<std::string>(b->data_, b->size_);
      break;
    case DType::kResource:
      ConstructAll<ResourceHandle>(b->data_, b->size_);
      break;
    case DType::kVariant:
      ConstructAll<Variant>(b->data_, b->size_);
      break;
    default:
      break;
  }
  return b;
}

Buffer* Buffer::Borrow(const void* data, size_t bytes, absl::AnyInvocable<void()> release) {
  Buffer* b = Adopt(const_cast<void*>(data), bytes, std::move(release));
  if (b != nullptr) b->borrowed_ = true;
  return b;
}

Buffer* Buffer::Adopt(void* data, size_t bytes, absl::AnyInvocable<void()> release) {
  void* header = CpuAllocator()->Allocate(sizeof(Buffer));
  if (header == nullptr) return nullptr;
  Buffer* b = new (header) Buffer();
  b->data_ = data;
  b->size_ = bytes;
  if (release) b->release_ = new absl::AnyInvocable<void()>(std::move(release));
  return b;
}

void Buffer::Destroy() {
  switch (element_type_) {
    case DType::kString:
      DestroyAll<std::string>(data_, size_);
      break;
    case DType::kResource:
      DestroyAll<ResourceHandle>(data_, size_);
      break;
    case DType::kVariant:
      DestroyAll<Variant>(data_, size_);
      break;
    default:
      break;
  }
  if (release_ != nullptr) {
    (*release_)();
    delete release_;
  }
  size_t header_bytes = sizeof(Buffer);
  if (data_ == reinterpret_cast<char*>(this) + kHeaderBytes) {
    header_bytes = kHeaderBytes + size_;
  } else if (allocator_ != nullptr) {
    allocator_->Deallocate(data_, size_);
  }
  this->~Buffer();
  CpuAllocator()->Deallocate(this, header_bytes);
}

}  // namespace millrace
