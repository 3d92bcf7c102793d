#include "kernels/debug/element_text.h"

#include <algorithm>
#include <complex>

#include "absl/strings/str_cat.h"

namespace millrace {
namespace {

std::string One(const Tensor& t, int64_t i) {
  switch (t.dtype()) {
    case DType::kFloat:
      return absl::StrCat(t.data<float>()[i]);
    case DType::kDouble:
      return absl::StrCat(t.data<double>()[i]);
    case DType::kHalf:
      return absl::StrCat(static_cast<float>(t.data<half>()[i]));
    case DType::kBFloat16:
      return absl::StrCat(static_cast<float>(t.data<bfloat16>()[i]));
    case DType::kBool:
      return t.data<bool>()[i] ? "1" : "0";
    case DType::kString:
      return t.data<std::string>()[i];
    case DType::kInt8:
      return absl::StrCat(static_cast<int>(t.data<int8_t>()[i]));
    case DType::kUInt8:
      return absl::StrCat(static_cast<int>(t.data<uint8_t>()[i]));
    case DType::kInt16:
      return absl::StrCat(t.data<int16_t>()[i]);
    case DType::kUInt16:
      return absl::StrCat(t.data<uint16_t>()[i]);
    case DType::kInt32:
      return absl::StrCat(t.data<int32_t>()[i]);
    case DType::kUInt32:
      return absl::StrCat(t.data<uint32_t>()[i]);
    case DType::kInt64:
      return absl::StrCat(t.data<int64_t>()[i]);
    case DType::kUInt64:
      return absl::StrCat(t.data<uint64_t>()[i]);
    case DType::kComplex64: {
      const auto v = t.data<std::complex<float>>()[i];
      return absl::StrCat("(", v.real(), ",", v.imag(), ")");
    }
    case DType::kComplex128: {
      const auto v = t.data<std::complex<double>>()[i];
      return absl::StrCat("(", v.real(), ",", v.imag(), ")");
    }
    default:
      return "?";
  }
}

// Appends dimension `d` and those inside it; `*at` counts the elements that were written.
void Append(const Tensor& t, int d, int64_t limit, int64_t* at, std::string* text) {
  for (int64_t i = 0; i < t.dim(d); ++i) {
    if (*at >= limit) return;
    if (d + 1 < t.rank()) {
      absl::StrAppend(text, "[");
      Append(t, d + 1, limit, at, text);
      absl::StrAppend(text, "]");
    } else {
      absl::StrAppend(text, i > 0 ? " " : "", One(t, (*at)++));
    }
  }
}

}  // namespace

std::string ElementText(const Tensor& t, int64_t most) {
  const int64_t n = t.num_elements(), limit = most < 0 ? n : std::min(most, n);
  if (t.rank() == 0) return One(t, 0);
  std::string text;
  int64_t at = 0;
  if (n > 0) Append(t, 0, limit, &at, &text);
  if (limit < n) absl::StrAppend(&text, "...");
  return t.rank() > 1 ? absl::StrCat("[", text, "]") : text;
}

}  // namespace millrace
