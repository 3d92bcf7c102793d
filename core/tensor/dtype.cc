#include "core/tensor/dtype.h"

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "core/tensor/resource_handle.h"
#include "core/tensor/variant.h"

namespace millrace {
namespace {

enum Kind : uint8_t {
  kNone,
  kFloatKind,
  kComplexKind,
  kSigned,
  kUnsigned,
  kQuant,
  kBoolKind,
  kObject
};

struct Info {
  absl::string_view name;
  uint8_t size;
  Kind kind;
};

// Indexed by DType.
constexpr Info kInfo[] = {
    {"invalid", 0, kNone},
    {"float", 4, kFloatKind},
    {"double", 8, kFloatKind},
    {"int32", 4, kSigned},
    {"uint8", 1, kUnsigned},
    {"int16", 2, kSigned},
    {"int8", 1, kSigned},
    {"string", sizeof(std::string), kObject},
    {"complex64", 8, kComplexKind},
    {"int64", 8, kSigned},
    {"bool", 1, kBoolKind},
    {"qint8", 1, kQuant},
    {"quint8", 1, kQuant},
    {"qint32", 4, kQuant},
    {"bfloat16", 2, kFloatKind},
    {"qint16", 2, kQuant},
    {"quint16", 2, kQuant},
    {"uint16", 2, kUnsigned},
    {"complex128", 16, kComplexKind},
    {"half", 2, kFloatKind},
    {"resource", sizeof(ResourceHandle), kObject},
    {"variant", sizeof(Variant), kObject},
    {"uint32", 4, kUnsigned},
    {"uint64", 8, kUnsigned},
};
constexpr int kNumDTypes = sizeof(kInfo) / sizeof(kInfo[0]);
static_assert(sizeof(ResourceHandle) <= 255, "fits Info::size");
static_assert(kNumDTypes == static_cast<int>(DType::kUInt64) + 1, "one row a dtype");

const Info& InfoOf(DType t) {
  const int i = static_cast<int>(BaseType(t));
  return kInfo[i < kNumDTypes ? i : 0];
}

}  // namespace

bool IsValidDType(int value) {
  if (value > kRefDTypeOffset) value -= kRefDTypeOffset;
  return value > 0 && value < kNumDTypes;
}

size_t DTypeSize(DType t) { return InfoOf(t).size; }

bool IsTriviallyCopyable(DType t) {
  const Kind kind = InfoOf(t).kind;
  return kind != kObject && kind != kNone;
}

bool IsFloating(DType t) { return InfoOf(t).kind == kFloatKind; }
bool IsComplex(DType t) { return InfoOf(t).kind == kComplexKind; }
bool IsInteger(DType t) { return InfoOf(t).kind == kSigned || InfoOf(t).kind == kUnsigned; }
bool IsUnsigned(DType t) { return InfoOf(t).kind == kUnsigned; }
bool IsQuantized(DType t) { return InfoOf(t).kind == kQuant; }

std::string DTypeName(DType t) {
  const Info& info = InfoOf(t);
  if (info.kind == kNone && t != DType::kInvalid) {
    return absl::StrCat("unknown dtype enum (", static_cast<int>(t), ")");
  }
  return absl::StrCat(info.name, IsRef(t) ? "_ref" : "");
}

absl::StatusOr<DType> DTypeFromName(absl::string_view name) {
  absl::string_view base = name;
  const bool enum_form = absl::ConsumePrefix(&base, "DT_");
  const bool ref = absl::ConsumeSuffix(&base, enum_form ? "_REF" : "_ref");
  for (int i = 1; i < kNumDTypes; ++i) {
    const DType t = static_cast<DType>(i);
    if (enum_form ? absl::EqualsIgnoreCase(base, kInfo[i].name) : base == kInfo[i].name) {
      return ref ? RefType(t) : t;
    }
  }
  if (!enum_form) {
    if (base == "float32") return ref ? RefType(DType::kFloat) : DType::kFloat;
    if (base == "float64") return ref ? RefType(DType::kDouble) : DType::kDouble;
    if (base == "float16") return ref ? RefType(DType::kHalf) : DType::kHalf;
  }
  return absl::InvalidArgumentError(absl::StrCat("'", name, "' is not the name of a dtype"));
}

}  // namespace millrace
