#include "core/tensor/dtype.h"

#include "core/tensor/resource_handle.h"
#include "core/tensor/variant.h"
#include "gtest/gtest.h"

namespace millrace {
namespace {

constexpr int kFirst = 1;
constexpr int kLast = 23;

TEST(DTypeTest, NamesGoBothWays) {
  for (int i = kFirst; i <= kLast; ++i) {
    const DType t = static_cast<DType>(i);
    const std::string name = DTypeName(t);
    EXPECT_EQ(*DTypeFromName(name), t) << name;
    EXPECT_EQ(*DTypeFromName(name + "_ref"), RefType(t)) << name;
    std::string enum_name = "DT_" + name;
    for (char& c : enum_name) c = static_cast<char>(toupper(c));
    EXPECT_EQ(*DTypeFromName(enum_name), t) << enum_name;
    EXPECT_EQ(*DTypeFromName(enum_name + "_REF"), RefType(t)) << enum_name;
  }
  EXPECT_EQ(*DTypeFromName("float32"), DType::kFloat);
  EXPECT_EQ(*DTypeFromName("float64"), DType::kDouble);
  EXPECT_EQ(*DTypeFromName("float16"), DType::kHalf);
  EXPECT_EQ(*DTypeFromName("float32_ref"), RefType(DType::kFloat));
  for (const char* bad : {"", "int", "invalid", "DT_", "DT_INVALID", "_ref", "Float", "floatx"}) {
    EXPECT_EQ(DTypeFromName(bad).status().code(), absl::StatusCode::kInvalidArgument) << bad;
  }
}

TEST(DTypeTest, ReferenceTypes) {
  EXPECT_EQ(static_cast<int>(RefType(DType::kFloat)), 101);
  EXPECT_TRUE(IsRef(RefType(DType::kFloat)));
  EXPECT_FALSE(IsRef(DType::kUInt64));
  EXPECT_EQ(BaseType(RefType(DType::kString)), DType::kString);
  EXPECT_EQ(RefType(RefType(DType::kString)), RefType(DType::kString));
  EXPECT_EQ(DTypeName(RefType(DType::kFloat)), "float_ref");
  EXPECT_EQ(DTypeSize(RefType(DType::kDouble)), 8u);
}

TEST(DTypeTest, OnlyKnownValuesAreValid) {
  for (int i = -5; i <= 300; ++i) {
    const bool valid = (i >= kFirst && i <= kLast) || (i >= 100 + kFirst && i <= 100 + kLast);
    EXPECT_EQ(IsValidDType(i), valid) << i;
  }
  EXPECT_EQ(DTypeSize(DType::kInvalid), 0u);
  EXPECT_EQ(DTypeSize(static_cast<DType>(77)), 0u);
}

template <typename T>
void ExpectSize() {
  EXPECT_EQ(DTypeSize(kDTypeOf<T>), sizeof(T)) << DTypeName(kDTypeOf<T>);
}

TEST(DTypeTest, SizesAreThoseOfTheCppTypes) {
  ExpectSize<float>();
  ExpectSize<double>();
  ExpectSize<int8_t>();
  ExpectSize<int16_t>();
  ExpectSize<int32_t>();
  ExpectSize<int64_t>();
  ExpectSize<uint8_t>();
  ExpectSize<uint16_t>();
  ExpectSize<uint32_t>();
  ExpectSize<uint64_t>();
  ExpectSize<bool>();
  ExpectSize<half>();
  ExpectSize<bfloat16>();
  ExpectSize<std::complex<float>>();
  ExpectSize<std::complex<double>>();
  ExpectSize<std::string>();
  ExpectSize<ResourceHandle>();
  ExpectSize<Variant>();
}

TEST(DTypeTest, EveryTypeIsOfOneKind) {
  for (int i = kFirst; i <= kLast; ++i) {
    const DType t = static_cast<DType>(i);
    const int kinds = IsFloating(t) + IsComplex(t) + IsInteger(t) + IsQuantized(t) +
                      (t == DType::kBool) + !IsTriviallyCopyable(t);
    EXPECT_EQ(kinds, 1) << DTypeName(t);
    EXPECT_TRUE(!IsUnsigned(t) || IsInteger(t)) << DTypeName(t);
  }
  EXPECT_TRUE(IsUnsigned(DType::kUInt8));
  EXPECT_FALSE(IsUnsigned(DType::kInt8));
  EXPECT_TRUE(IsFloating(RefType(DType::kHalf)));
}

}  // namespace
}  // namespace millrace
