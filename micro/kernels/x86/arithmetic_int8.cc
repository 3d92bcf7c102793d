#include <cmath>
#include <cstring>

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

bool IsByte(int32_t x) { return x >= -128 && x <= 127; }

double RealOf(Requant factor) { return std::ldexp(factor.multiplier, factor.shift - 31); }

// What any model but a damaged one adds up: sums of multiples with 20 bits behind the point. They
// differ from those that are rounded step by step by at most a known bound: unless one is as near
// as that to halfway between two integers, the nearest integer is the result. Else the steps are
// done.
class UsualAddition {
 public:
  static constexpr int32_t kElements = 16;  // at once

  explicit UsualAddition(const AddQuantized& p)
      : p_(p),
        zero_point_(_mm256_set1_epi16(static_cast<int16_t>(p.output_zero_point))),
        low_(_mm_set1_epi8(static_cast<int8_t>(p.factors.range.low))),
        high_(_mm_set1_epi8(static_cast<int8_t>(p.factors.range.high))) {
    const double output = RealOf(p.factors.output);
    const double a = RealOf(p.factors.a) * output * (1 << p.left_shift);
    const double b = RealOf(p.factors.b) * output * (1 << p.left_shift) * p.sign;
    // Each addend is rounded twice, by 1 together at most; their sum by 1/2 before its shift.
    const double of_steps = 2.0 * output + std::ldexp(0.5, p.factors.output.shift);
    // Here each factor is rounded, and the offset.
    const double bound = of_steps * kOne + 0.5 * (128 + 128 + 1) + kGrain;
    fits_ = p.left_shift == 20 && p.factors.output.shift < 0 && IsByte(p.a_zero_point) &&
            IsByte(p.b_zero_point) && IsByte(p.output_zero_point) &&
            512.0 * (std::abs(a) + std::abs(b)) < 2000.0 && bound < kOne / 4;
    if (!fits_) return;
    const auto a_factor = static_cast<int32_t>(std::lrint(a * kOne));
    const auto b_factor = static_cast<int32_t>(std::lrint(b * kOne));
    upper_ = Pairs(a_factor >> 8, b_factor >> 8);
    lower_ = Pairs(a_factor & 255, b_factor & 255);
    const double offset = -(a * p.a_zero_point + b * p.b_zero_point) * kOne;
    offset_ = _mm256_set1_epi32(static_cast<int32_t>(std::lrint(offset + kOne / 2 + bound)));
    unsure_ = _mm256_set1_epi16(static_cast<int16_t>(2.0 * bound / kGrain + 2.0));
  }

  bool Fits() const { return fits_; }

  // Of kElements pairs. out may be a or b.
  void Add(const int8_t* a, const int8_t* b, int8_t* out) const {
    const __m128i a_bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(a));
    const __m128i b_bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(b));
    const __m256i x = _mm256_cvtepi8_epi16(a_bytes), y = _mm256_cvtepi8_epi16(b_bytes);
    const __m256i low = Sums(_mm256_unpacklo_epi16(x, y));
    const __m256i high = Sums(_mm256_unpackhi_epi16(x, y));
    const __m256i words = _mm256_adds_epi16(
        _mm256_packs_epi32(_mm256_srai_epi32(low, 20), _mm256_srai_epi32(high, 20)), zero_point_);
    const __m128i bytes =
        _mm_packs_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out),
                     _mm_min_epi8(_mm_max_epi8(bytes, low_), high_));
    // The upper 16 of the 20 bits behind the point.
    const __m256i fractions =
        _mm256_blend_epi16(_mm256_srli_epi32(low, 4), _mm256_slli_epi32(high, 12), 0xAA);
    const __m256i below = _mm256_subs_epu16(unsure_, fractions);
    if (__builtin_expect(_mm256_testz_si256(below, below) == 0, 0)) {
      AddAgain(a_bytes, b_bytes, below, out);
    }
  }

 private:
  static constexpr double kOne = 1 << 20;
  static constexpr double kGrain = 1 << 4;  // what is seen of a fraction

  static __m256i Pairs(int32_t a, int32_t b) {
    return _mm256_set1_epi32(static_cast<int32_t>(static_cast<uint32_t>(b) << 16) | (a & 0xFFFF));
  }
  // Of eight pairs, plus 1/2 and the bound.
  __m256i Sums(__m256i pairs) const {
    const __m256i upper = _mm256_slli_epi32(_mm256_madd_epi16(pairs, upper_), 8);
    return _mm256_add_epi32(upper, _mm256_add_epi32(_mm256_madd_epi16(pairs, lower_), offset_));
  }

  // Does the steps for those elements whose word of `unsure` is not 0. Words of the lower and the
  // upper half of eight elements take turns.
  __attribute__((noinline)) void AddAgain(__m128i a_bytes, __m128i b_bytes, __m256i unsure,
                                          int8_t* out) const {
    int8_t a[kElements], b[kElements];
    uint16_t words[kElements];
    _mm_storeu_si128(reinterpret_cast<__m128i*>(a), a_bytes);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(b), b_bytes);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(words), unsure);
    for (int i = 0; i < kElements; ++i) {
      const int place = (i & 8) | (i & 3) << 1 | (i & 4) >> 2;
      if (words[place] != 0) out[i] = static_cast<int8_t>(AddElements(p_, a[i], b[i]));
    }
  }

  const AddQuantized& p_;
  bool fits_;
  __m256i upper_, lower_;  // bits of the two factors
  __m256i offset_;
  __m256i unsure_;
  __m256i zero_point_;
  __m128i low_, high_;
};

void AddOneByOne(const AddQuantized& p, const PairRow& row) {
  const auto* a = static_cast<const int8_t*>(row.a);
  const auto* b = static_cast<const int8_t*>(row.b);
  auto* out = static_cast<int8_t*>(row.out);
  for (int32_t i = 0; i < row.count; ++i) {
    out[i] = static_cast<int8_t>(AddElements(p, a[i * row.a_stride], b[i * row.b_stride]));
  }
}

}  // namespace

void AddInt8Row(const void* data, const PairRow& row) {
  constexpr int32_t kElements = UsualAddition::kElements;
  const auto& p = *static_cast<const AddQuantized*>(data);
  if (row.count < kElements) return AddOneByOne(p, row);
  const UsualAddition add(p);
  if (!add.Fits()) return AddOneByOne(p, row);
  int8_t repeated[kElements];
  if (row.a_stride == 0) std::memset(repeated, *static_cast<const int8_t*>(row.a), kElements);
  if (row.b_stride == 0) std::memset(repeated, *static_cast<const int8_t*>(row.b), kElements);
  const auto* a = row.a_stride == 0 ? repeated : static_cast<const int8_t*>(row.a);
  const auto* b = row.b_stride == 0 ? repeated : static_cast<const int8_t*>(row.b);
  auto* out = static_cast<int8_t*>(row.out);
  const ptrdiff_t a_step = row.a_stride * kElements, b_step = row.b_stride * kElements;
  int32_t left = row.count;
  for (; left >= kElements; left -= kElements, a += a_step, b += b_step, out += kElements) {
    add.Add(a, b, out);
  }
  AddOneByOne(p, PairRow{a, b, out, row.a_stride, row.b_stride, left});
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
