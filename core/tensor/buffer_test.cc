#include "core/tensor/buffer.h"

#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/tensor/resource_handle.h"
#include "core/tensor/variant.h"
#include "gtest/gtest.h"

namespace millrace {
namespace {

class RefusingAllocator : public Allocator {
 public:
  absl::string_view name() const override { return "refusing"; }
  void* Allocate(size_t) override { return nullptr; }
  void Deallocate(void*, size_t) override { ADD_FAILURE() << "nothing was given"; }
};

int64_t InUse() { return CpuAllocator()->stats().bytes_in_use; }

TEST(BufferTest, MemoryIsAlignedAndGivenBack) {
  const int64_t before = InUse();
  for (const size_t bytes : {size_t{1}, size_t{100}, size_t{40000}, size_t{5} << 20}) {
    for (Allocator* allocator : {CpuAllocator(), SystemAllocator()}) {
      Buffer* b = Buffer::New(allocator, bytes);
      ASSERT_NE(b, nullptr);
      EXPECT_EQ(reinterpret_cast<uintptr_t>(b->data()) % Allocator::kAlignment, 0u);
      EXPECT_EQ(b->size(), bytes);
      EXPECT_EQ(b->allocator(), allocator);
      EXPECT_FALSE(b->borrowed());
      EXPECT_TRUE(b->RefCountIsOne());
      std::memset(b->data(), 3, bytes);
      b->Ref();
      EXPECT_FALSE(b->RefCountIsOne());
      b->Unref();
      EXPECT_TRUE(b->RefCountIsOne());
      b->Unref();
    }
  }
  EXPECT_EQ(InUse(), before);
}

TEST(BufferTest, NullWhenThereIsNoMemory) {
  const int64_t before = InUse();
  RefusingAllocator refusing;
  EXPECT_EQ(Buffer::New(&refusing, 100), nullptr);
  EXPECT_EQ(Buffer::New(CpuAllocator(), size_t{1} << 60), nullptr);
  EXPECT_EQ(Buffer::NewElements(DType::kString, int64_t{1} << 60), nullptr);
  EXPECT_EQ(Buffer::NewElements(DType::kString, int64_t{1} << 40), nullptr);
  EXPECT_EQ(Buffer::NewElements(DType::kString, 0), nullptr);
  EXPECT_EQ(InUse(), before);
}

TEST(BufferTest, ElementsAreConstructedAndDestroyed) {
  const int64_t before = InUse();
  Buffer* b = Buffer::NewElements(DType::kString, 3);
  std::string* strings = static_cast<std::string*>(b->data());
  EXPECT_EQ(strings[2], "");
  strings[2] = std::string(1000, 'x');  // freed with the buffer, or the leak check speaks
  b->Unref();

  Buffer* handles = Buffer::NewElements(DType::kResource, 2);
  static_cast<ResourceHandle*>(handles->data())[1].name = std::string(100, 'n');
  handles->Unref();

  struct Value : VariantValue {
    explicit Value(int* live) : live_(live) { ++*live_; }
    Value(const Value& o) : VariantValue(o), live_(o.live_) { ++*live_; }
    ~Value() override { --*live_; }
    absl::string_view type_name() const override { return "Value"; }
    std::shared_ptr<VariantValue> Clone() const override { return std::make_shared<Value>(*this); }
    int* live_;
  };
  int live = 0;
  Buffer* variants = Buffer::NewElements(DType::kVariant, 2);
  static_cast<Variant*>(variants->data())[0] = Variant(std::make_shared<Value>(&live));
  EXPECT_EQ(live, 1);
  variants->Unref();
  EXPECT_EQ(live, 0);
  EXPECT_EQ(InUse(), before);
}

TEST(BufferTest, BorrowedMemoryIsReleasedOnceByTheLastReference) {
  float data[8] = {};
  int released = 0;
  Buffer* b = Buffer::Borrow(data, sizeof(data), [&] { ++released; });
  EXPECT_TRUE(b->borrowed());
  EXPECT_EQ(b->data(), data);
  EXPECT_EQ(b->allocator(), nullptr);
  b->Ref();
  b->Unref();
  EXPECT_EQ(released, 0);
  b->Unref();
  EXPECT_EQ(released, 1);
}

TEST(BufferTest, AdoptedMemoryIsWritable) {
  float* data = new float[8];
  Buffer* b = Buffer::Adopt(data, 8 * sizeof(float), [data] { delete[] data; });
  EXPECT_FALSE(b->borrowed());
  static_cast<float*>(b->data())[0] = 1;
  b->Unref();
  Buffer::Adopt(&data, sizeof(data), nullptr)->Unref();
}

TEST(BufferTest, ReferencesAreCountedAcrossThreads) {
  int released = 0;
  int word = 0;
  Buffer* b = Buffer::Borrow(&word, sizeof(word), [&] { ++released; });
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    b->Ref();
    threads.emplace_back([b] {
      for (int i = 0; i < 2000; ++i) {
        b->Ref();
        b->Unref();
      }
      b->Unref();
    });
  }
  b->Unref();
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(released, 1);
}

}  // namespace
}  // namespace millrace
