// Tensor::DebugString, apart from the rest since it touches every dtype.
#include <algorithm>
#include <complex>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/tensor/tensor.h"

namespace millrace {
namespace {

constexpr size_t kMaxStringBytes = 40;

template <typename T>
std::string Text(const T& v) {
  return absl::StrCat(v);
}
std::string Text(bool v) { return v ? "true" : "false"; }
std::string Text(int8_t v) { return absl::StrCat(static_cast<int>(v)); }
std::string Text(uint8_t v) { return absl::StrCat(static_cast<int>(v)); }
std::string Text(int16_t v) { return absl::StrCat(static_cast<int>(v)); }
std::string Text(uint16_t v) { return absl::StrCat(static_cast<int>(v)); }
std::string Text(half v) { return absl::StrCat(static_cast<float>(v)); }
std::string Text(bfloat16 v) { return absl::StrCat(static_cast<float>(v)); }
template <typename T>
std::string Text(const std::complex<T>& v) {
  return absl::StrCat("(", v.real(), ",", v.imag(), ")");
}
std::string Text(const std::string& v) {
  const bool cut = v.size() > kMaxStringBytes;
  return absl::StrCat("\"", absl::CHexEscape(absl::string_view(v).substr(0, kMaxStringBytes)),
                      cut ? "...\"" : "\"");
}
std::string Text(const ResourceHandle& v) { return v.DebugString(); }
std::string Text(const Variant& v) { return v.empty() ? "empty" : v.value()->DebugString(); }

template <typename T>
void Append(const Tensor& t, int64_t count, std::string* out) {
  for (int64_t i = 0; i < count; ++i) absl::StrAppend(out, " ", Text(t.data<T>()[i]));
}

void AppendElements(const Tensor& t, int64_t n, std::string* out) {
  switch (t.dtype()) {
    case DType::kFloat:
      return Append<float>(t, n, out);
    case DType::kDouble:
      return Append<double>(t, n, out);
    case DType::kInt32:
    case DType::kQInt32:
      return Append<int32_t>(t, n, out);
    case DType::kUInt8:
    case DType::kQUInt8:
      return Append<uint8_t>(t, n, out);
    case DType::kInt16:
    case DType::kQInt16:
      return Append<int16_t>(t, n, out);
    case DType::kInt8:
    case DType::kQInt8:
      return Append<int8_t>(t, n, out);
    case DType::kString:
      return Append<std::string>(t, n, out);
    case DType::kComplex64:
      return Append<std::complex<float>>(t, n, out);
    case DType::kInt64:
      return Append<int64_t>(t, n, out);
    case DType::kBool:
      return Append<bool>(t, n, out);
    case DType::kBFloat16:
      return Append<bfloat16>(t, n, out);
    case DType::kUInt16:
    case DType::kQUInt16:
      return Append<uint16_t>(t, n, out);
    case DType::kComplex128:
      return Append<std::complex<double>>(t, n, out);
    case DType::kHalf:
      return Append<half>(t, n, out);
    case DType::kResource:
      return Append<ResourceHandle>(t, n, out);
    case DType::kVariant:
      return Append<Variant>(t, n, out);
    case DType::kUInt32:
      return Append<uint32_t>(t, n, out);
    case DType::kUInt64:
      return Append<uint64_t>(t, n, out);
    case DType::kInvalid:
      return;
  }
}

}  // namespace

std::string Tensor::DebugString(int max_elements) const {
  if (!initialized()) return "<uninitialized>";
  std::string out = absl::StrCat("<", DTypeName(dtype_), shape_.ToString(), ":");
  const Allocator* allocator = buffer_ != nullptr ? buffer_->allocator() : nullptr;
  if (allocator != nullptr && !allocator->host_accessible()) {
    return absl::StrCat(out, " in ", allocator->name(), ">");
  }
  const int64_t shown = std::min<int64_t>(num_elements(), max_elements);
  AppendElements(*this, shown, &out);
  return absl::StrCat(out, shown < num_elements() ? " ...>" : ">");
}

}  // namespace millrace
