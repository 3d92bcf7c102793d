#include "micro/kernels/loops/arithmetic.h"
#include "micro/kernels/x86/requant.h"

namespace millrace::micro {
namespace {

constexpr int32_t kStep = 8;

// An operand of a row: eight elements from i on, or the same one eight times.
__m256i Load8(const void* data, int32_t stride, int32_t i) {
  const auto* p = static_cast<const int8_t*>(data);
  if (stride == 0) return _mm256_set1_epi32(*p);
  return _mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p + i)));
}

// eight(i): what to store from i on. one(a, b): the same for what is left.
template <typename Eight, typename One>
void Int8Row(const PairRow& row, const x86::Output8& store, const Eight& eight, const One& one) {
  auto* out = static_cast<int8_t*>(row.out);
  int32_t i = 0;
  for (; i + kStep <= row.count; i += kStep) store.Store(eight(i), out + i);
  const auto* a = static_cast<const int8_t*>(row.a);
  const auto* b = static_cast<const int8_t*>(row.b);
  for (; i < row.count; ++i) {
    out[i] = static_cast<int8_t>(one(a[i * row.a_stride], b[i * row.b_stride]));
  }
}

// An addend in the common scale. The one of the larger scale is only shifted: its factor is 1/2.
class Addend {
 public:
  Addend(Requant factor, int32_t zero_point, int left_shift)
      : factor_(x86::MakeRequant8(factor)),
        zero_point_(_mm256_set1_epi32(zero_point)),
        left_shift_(left_shift),
        is_half_(factor.multiplier == 1 << 30 && factor.shift == 0) {}
  __m256i Scaled(__m256i x) const {
    const __m256i value = _mm256_sub_epi32(x, zero_point_);
    if (is_half_) return _mm256_slli_epi32(value, left_shift_ - 1);
    return x86::MultiplyByRequant8(_mm256_slli_epi32(value, left_shift_), factor_);
  }

 private:
  x86::Requant8 factor_;
  __m256i zero_point_;
  int left_shift_;
  bool is_half_;
};

}  // namespace

void AddInt8Row(const void* data, const PairRow& row) {
  const AddQuantized p = *static_cast<const AddQuantized*>(data);
  const Addend a(p.factors.a, p.a_zero_point, p.left_shift);
  const Addend b(p.factors.b, p.b_zero_point, p.left_shift);
  const x86::Requant8 output = x86::MakeRequant8(p.factors.output);
  const __m256i sign = _mm256_set1_epi32(p.sign);
  Int8Row(
      row, x86::Output8(p.output_zero_point, p.factors.range),
      [&](int32_t i) {
        const __m256i x = a.Scaled(Load8(row.a, row.a_stride, i));
        const __m256i y = b.Scaled(Load8(row.b, row.b_stride, i));
        return x86::MultiplyByRequant8(_mm256_add_epi32(x, _mm256_sign_epi32(y, sign)), output);
      },
      [&](int32_t x, int32_t y) { return AddElements(p, x, y); });
}

void MulInt8Row(const void* data, const PairRow& row) {
  const MulQuantized p = *static_cast<const MulQuantized*>(data);
  const __m256i a_zero = _mm256_set1_epi32(p.a_zero_point);
  const __m256i b_zero = _mm256_set1_epi32(p.b_zero_point);
  const x86::Requant8 output = x86::MakeRequant8(p.factors.output);
  Int8Row(
      row, x86::Output8(p.output_zero_point, p.factors.range),
      [&](int32_t i) {
        const __m256i x = _mm256_sub_epi32(Load8(row.a, row.a_stride, i), a_zero);
        const __m256i y = _mm256_sub_epi32(Load8(row.b, row.b_stride, i), b_zero);
        return x86::MultiplyByRequant8(_mm256_mullo_epi32(x, y), output);
      },
      [&](int32_t x, int32_t y) { return MulElements(p, x, y); });
}

}  // namespace millrace::micro
