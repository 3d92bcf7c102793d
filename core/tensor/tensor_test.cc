#include "core/tensor/tensor.h"

#include <cmath>
#include <numeric>
#include <vector>

#include "gtest/gtest.h"

namespace millrace {
namespace {

constexpr int64_t kHuge = int64_t{1} << 62;

class RefusingAllocator : public Allocator {
 public:
  absl::string_view name() const override { return "refusing"; }
  void* Allocate(size_t) override { return nullptr; }
  void Deallocate(void*, size_t) override {}
};

// Memory that the host may not touch, as a device's.
class DeviceAllocator : public Allocator {
 public:
  absl::string_view name() const override { return "device"; }
  void* Allocate(size_t size) override { return SystemAllocator()->Allocate(size); }
  void Deallocate(void* p, size_t size) override { SystemAllocator()->Deallocate(p, size); }
  bool host_accessible() const override { return false; }
};

Tensor Iota(int64_t n) {
  std::vector<float> v(n);
  std::iota(v.begin(), v.end(), 0.0f);
  return Tensor::Vector<float>(absl::MakeConstSpan(v));
}

TEST(TensorTest, StartsUninitialised) {
  Tensor t;
  EXPECT_FALSE(t.initialized());
  EXPECT_EQ(t.DebugString(), "<uninitialized>");
  EXPECT_TRUE(t.Clone().ok());
}

TEST(TensorTest, SmallTensorsLiveInTheObject) {
  Tensor a = Tensor::Vector<float>({1, 2, 3, 4});
  EXPECT_EQ(a.buffer(), nullptr);
  Tensor b = a;
  b.mutable_data<float>()[0] = 9;
  EXPECT_EQ(a.data<float>()[0], 1);
  EXPECT_TRUE(a.can_write());
  EXPECT_FALSE(a.SharesBufferWith(b));
  EXPECT_NE(Tensor::Vector<float>({1, 2, 3, 4, 5}).buffer(), nullptr);
}

TEST(TensorTest, CopiesShareAndOnlyTheOnlyOwnerWrites) {
  Tensor a = Iota(100);
  EXPECT_TRUE(a.can_write());
  Tensor b = a;
  EXPECT_TRUE(a.SharesBufferWith(b));
  EXPECT_FALSE(a.can_write());
  EXPECT_FALSE(b.can_write());
  b = Tensor();
  EXPECT_TRUE(a.can_write());
  {
    Tensor row = a.Slice(0, 50);
    EXPECT_FALSE(a.can_write());
  }
  Tensor moved = std::move(a);
  EXPECT_TRUE(moved.can_write());
  EXPECT_FALSE(
      a.initialized());  // NOLINT(bugprone-use-after-move): the moved-from state is defined
  moved = *&moved;
  EXPECT_EQ(moved.data<float>()[99], 99);
}

TEST(TensorTest, BorrowedMemoryIsNeverWritten) {
  std::vector<float> memory(100, 7.0f);
  int released = 0;
  absl::StatusOr<Tensor> t = Tensor::Borrow(DType::kFloat, Shape({10, 10}), memory.data(),
                                            memory.size() * 4, [&] { ++released; });
  ASSERT_TRUE(t.ok());
  EXPECT_EQ(t->raw_data(), memory.data());
  EXPECT_TRUE(t->borrowed());
  EXPECT_FALSE(t->can_write());  // although it is the only reference
  Tensor row = t->Slice(1, 2);
  EXPECT_TRUE(row.borrowed());
  EXPECT_FALSE(row.can_write());
  EXPECT_TRUE(t->Reshaped(Shape({100}))->borrowed());

  absl::StatusOr<Tensor> own = t->Owned();
  EXPECT_TRUE(own->can_write());
  own->mutable_data<float>()[0] = 1;
  EXPECT_EQ(memory[0], 7.0f);

  *t = Tensor();
  EXPECT_EQ(released, 0);
  row = Tensor();
  EXPECT_EQ(released, 1);
  Tensor plain = Iota(50);
  EXPECT_TRUE(plain.Owned()->SharesBufferWith(plain));
}

TEST(TensorTest, BorrowReleasesAtOnceWhatItCopies) {
  float small[2] = {1, 2};
  int released = 0;
  absl::StatusOr<Tensor> t =
      Tensor::Borrow(DType::kFloat, Shape({2}), small, sizeof(small), [&] { ++released; });
  EXPECT_EQ(released, 1);
  small[0] = 5;
  EXPECT_EQ(t->data<float>()[0], 1);

  alignas(16) char bytes[101] = {};
  t = Tensor::Borrow(DType::kFloat, Shape({25}), bytes + 1, 100, [&] { ++released; });
  ASSERT_TRUE(t.ok());
  EXPECT_FALSE(t->borrowed()) << "misaligned memory is copied";
  EXPECT_EQ(released, 2);

  EXPECT_TRUE(Tensor::Borrow(DType::kFloat, Shape({0}), nullptr, 0, [&] { ++released; }).ok());
  EXPECT_EQ(released, 3);
  EXPECT_EQ(
      Tensor::Borrow(DType::kFloat, Shape({25}), bytes, 99, [&] { ++released; }).status().code(),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Tensor::Borrow(DType::kString, Shape({1}), bytes, 32, [&] { ++released; }).status().code(),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(released, 5);
}

TEST(TensorTest, RefusesWhatCannotBeAllocated) {
  const absl::StatusCode invalid = absl::StatusCode::kInvalidArgument;
  EXPECT_EQ(Tensor::Create(DType::kFloat, Shape({kHuge})).status().code(), invalid);
  EXPECT_EQ(Tensor::Create(DType::kComplex128, Shape({kHuge / 4})).status().code(), invalid);
  EXPECT_EQ(Tensor::Create(DType::kInvalid, Shape()).status().code(), invalid);
  EXPECT_EQ(Tensor::Create(RefType(DType::kFloat), Shape()).status().code(), invalid);
  EXPECT_EQ(Tensor::Create(DType::kInt8, Shape({kHuge})).status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Tensor::Create(DType::kString, Shape({int64_t{1} << 50})).status().code(),
            absl::StatusCode::kResourceExhausted);
  RefusingAllocator refusing;
  const absl::Status status = Tensor::Create(&refusing, DType::kFloat, Shape({3, 7})).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  for (const char* part : {"[3,7]", "float", "84", "refusing"}) {
    EXPECT_NE(status.message().find(part), absl::string_view::npos) << status;
  }
}

TEST(TensorTest, EmptyTensorsHaveNoMemory) {
  RefusingAllocator refusing;
  for (const DType t : {DType::kFloat, DType::kString, DType::kVariant}) {
    absl::StatusOr<Tensor> empty = Tensor::Create(&refusing, t, Shape({3, 0}));
    ASSERT_TRUE(empty.ok());
    EXPECT_EQ(empty->bytes(), 0u);
    EXPECT_TRUE(empty->Clone().ok());
    EXPECT_TRUE(empty->Clone()->BitwiseEquals(*empty));
    EXPECT_EQ(empty->Slice(1, 2).shape(), Shape({1, 0}));
  }
}

TEST(TensorTest, DeviceMemoryIsNeverInTheObject) {
  DeviceAllocator device;
  absl::StatusOr<Tensor> t = Tensor::Create(&device, DType::kFloat, Shape());
  ASSERT_TRUE(t.ok());
  EXPECT_NE(t->buffer(), nullptr);
  EXPECT_EQ(t->buffer()->allocator(), &device);
  EXPECT_EQ(t->DebugString(), "<float[]: in device>");
}

TEST(TensorTest, ZerosAreZero) {
  for (const int64_t n : {3, 1000}) {
    absl::StatusOr<Tensor> t = Tensor::CreateZeros(DType::kDouble, Shape({n}));
    for (const double d : t->flat<double>()) EXPECT_EQ(d, 0.0);
  }
  EXPECT_EQ(Tensor::CreateZeros(DType::kString, Shape({2}))->flat<std::string>()[1], "");
}

TEST(TensorTest, ReshapedAndBitcast) {
  Tensor t = Iota(6);
  Tensor r = *t.Reshaped(Shape({2, 3}));
  EXPECT_EQ(r.shape(), Shape({2, 3}));
  EXPECT_TRUE(r.SharesBufferWith(t));
  EXPECT_EQ(t.Reshaped(Shape({7})).status().code(), absl::StatusCode::kInvalidArgument);

  Tensor ints = *t.Bitcast(DType::kInt32, Shape({6}));
  EXPECT_EQ(ints.data<int32_t>()[1], 0x3f800000);
  EXPECT_EQ(t.Bitcast(DType::kUInt8, Shape({24}))->dtype(), DType::kUInt8);
  EXPECT_FALSE(t.Bitcast(DType::kUInt8, Shape({23})).ok());
  EXPECT_FALSE(t.Bitcast(DType::kUInt8, Shape({kHuge})).ok());
  EXPECT_FALSE(Tensor::Scalar("x").Bitcast(DType::kUInt8, Shape({32})).ok());

  Tensor bytes = *Iota(20).Bitcast(DType::kUInt8, Shape({80}));
  Tensor odd = bytes.Slice(1, 65);
  Tensor floats = *odd.Bitcast(DType::kFloat, Shape({16}));
  EXPECT_EQ(reinterpret_cast<uintptr_t>(floats.raw_data()) % 4, 0u);
  EXPECT_EQ(std::memcmp(floats.raw_data(), odd.raw_data(), 64), 0);
}

TEST(TensorTest, SlicesShareRows) {
  Tensor t = *Iota(12).Reshaped(Shape({4, 3}));
  Tensor s = t.Slice(1, 3);
  EXPECT_EQ(s.shape(), Shape({2, 3}));
  EXPECT_TRUE(s.SharesBufferWith(t));
  EXPECT_EQ(s.data<float>()[0], 3);
  EXPECT_EQ(s.Slice(1, 2).data<float>()[0], 6);
  EXPECT_EQ(t.Slice(2, 2).num_elements(), 0);
  Tensor small = Tensor::Vector<int16_t>({1, 2, 3});
  EXPECT_EQ(small.Slice(2, 3).data<int16_t>()[0], 3);
  Tensor strings = Tensor::Vector<std::string>({"a", "b", "c"});
  EXPECT_EQ(strings.Slice(1, 3).data<std::string>()[1], "c");
}

TEST(TensorTest, ClonesAreIndependentForEveryKindOfElement) {
  Tensor strings = Tensor::Vector<std::string>({"short", std::string(100, 'l')});
  Tensor copy = *strings.Clone();
  EXPECT_TRUE(copy.BitwiseEquals(strings));
  copy.mutable_data<std::string>()[1] = "changed";
  EXPECT_FALSE(copy.BitwiseEquals(strings));
  EXPECT_GT(strings.total_bytes(), strings.bytes() + 99);
  EXPECT_EQ(Iota(9).total_bytes(), 36u);

  ResourceHandle handle;
  handle.device = "/job:ps/replica:0/task:0/device:CPU:0";
  handle.name = "w";
  handle.type_name = "Var";
  handle.dtypes_and_shapes.push_back({DType::kFloat, PartialShape::Of({2, -1})});
  Tensor resource = Tensor::Scalar(handle);
  EXPECT_TRUE(resource.Clone()->BitwiseEquals(resource));
  EXPECT_EQ(resource.DebugString(),
            "<resource[]: Var 'w' on /job:ps/replica:0/task:0/device:CPU:0 float[2,?]>");
  handle.incarnation = 3;
  EXPECT_FALSE(Tensor::Scalar(handle).BitwiseEquals(resource));

  Tensor variant = Tensor::Scalar(Variant());
  EXPECT_TRUE(variant.Clone()->BitwiseEquals(variant));
}

TEST(TensorTest, EqualityIsBitwise) {
  EXPECT_TRUE(Tensor::Scalar(NAN).BitwiseEquals(Tensor::Scalar(NAN)));
  EXPECT_FALSE(Tensor::Scalar(0.0f).BitwiseEquals(Tensor::Scalar(-0.0f)));
  EXPECT_FALSE(Tensor::Scalar(0.0f).BitwiseEquals(Tensor::Scalar(int32_t{0})));
  EXPECT_FALSE(Tensor::Vector<float>({1}).BitwiseEquals(Tensor::Scalar(1.0f)));
}

TEST(TensorTest, DebugStringsShowTheFirstElements) {
  EXPECT_EQ(Iota(6).Reshaped(Shape({2, 3}))->DebugString(3), "<float[2,3]: 0 1 2 ...>");
  EXPECT_EQ(Tensor::Vector<bool>({true, false}).DebugString(), "<bool[2]: true false>");
  EXPECT_EQ(Tensor::Vector<int8_t>({-1, 65}).DebugString(), "<int8[2]: -1 65>");
  EXPECT_EQ(Tensor::Scalar(half(0.5f)).DebugString(), "<half[]: 0.5>");
  EXPECT_EQ(Tensor::Scalar(bfloat16(2.0f)).DebugString(), "<bfloat16[]: 2>");
  EXPECT_EQ(Tensor::Scalar(std::complex<float>(1, -2)).DebugString(), "<complex64[]: (1,-2)>");
  EXPECT_EQ(Tensor::Scalar("a\n").DebugString(), "<string[]: \"a\\n\">");
  EXPECT_EQ(Tensor::Scalar(Variant()).DebugString(), "<variant[]: empty>");
  EXPECT_EQ(Tensor::Create(DType::kInt32, Shape({0}))->DebugString(), "<int32[0]:>");
}

struct Counter : VariantValue {
  static constexpr absl::string_view kTypeName = "Counter";
  absl::string_view type_name() const override { return kTypeName; }
  std::shared_ptr<VariantValue> Clone() const override { return std::make_shared<Counter>(*this); }
  int n = 0;
};
struct Other : Counter {
  static constexpr absl::string_view kTypeName = "Other";
};

TEST(VariantTest, ValuesAreSharedUntilChanged) {
  Variant a(std::make_shared<Counter>());
  Variant b = a;
  EXPECT_EQ(a.value(), b.value());
  EXPECT_EQ(a.get<Other>(), nullptr);
  b.MutableOrCopy<Counter>()->n = 5;
  EXPECT_EQ(a.get<Counter>()->n, 0);
  EXPECT_EQ(b.get<Counter>()->n, 5);
  const VariantValue* before = b.value();
  b.MutableOrCopy<Counter>()->n = 6;
  EXPECT_EQ(b.value(), before) << "the only owner changes in place";
  EXPECT_EQ(Variant().get<Counter>(), nullptr);
}

}  // namespace
}  // namespace millrace
