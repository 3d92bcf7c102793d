#include <algorithm>
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

// What any model but a damaged one adds up, in words: v = a_factor * a + b_factor * b + offset has
// kPoint bits behind the point in one word and 7 more in another. A factor is three digits of 7
// bits, so that the products of a pair with a digit of both factors fit a word. v is never below
// the sum that is rounded step by step, plus 1/2, and above it by less than a known bound: unless
// as little as that is behind v's point, what is before it is the result. Else the steps are done.
template <int kPoint>
class UsualAddition {
 public:
  static constexpr int32_t kElements = 32;  // at once

  explicit UsualAddition(const AddQuantized& p) : p_(p) {
    const double output = RealOf(p.factors.output);
    const double a = RealOf(p.factors.a) * output * (1 << p.left_shift);
    const double b = RealOf(p.factors.b) * output * (1 << p.left_shift);
    fits_ = p.left_shift == 20 && p.factors.output.shift < 0 && IsByte(p.a_zero_point) &&
            IsByte(p.b_zero_point) && IsByte(p.output_zero_point) && a >= 0 && b >= 0 &&
            std::max(a, b) * (1 << kPoint) < 127.5;
    if (!fits_) return;
    const auto a_factor = static_cast<int32_t>(std::lrint(a * kDigits));
    const auto b_factor = static_cast<int32_t>(std::lrint(b * kDigits));
    upper_ = Digits(a_factor >> 14, b_factor >> 14);
    middle_ = Digits(a_factor >> 7 & 127, b_factor >> 7 & 127);
    lower_ = Digits(a_factor & 127, b_factor & 127);
    // Subtracted is ~b, which is -b - 1.
    flip_ = _mm256_set1_epi8(p.sign < 0 ? -1 : 0);
    const double b_zero = p.sign < 0 ? -1.0 - p.b_zero_point : p.b_zero_point;
    // In the last place of v. Each addend is rounded twice, by 1 together at most; their sum by 1/2
    // before its shift.
    const double of_steps = kOne * (2.0 * output + std::ldexp(0.5, p.factors.output.shift));
    const double of_factors = std::abs(a_factor - a * kDigits) + std::abs(b_factor - b * kDigits);
    const double low = of_steps + of_factors + 0.5;  // 1/2: the last digit's products are rounded
    const double offset = (0.5 + p.output_zero_point - a * p.a_zero_point - b * b_zero) * kOne;
    const auto whole = static_cast<int32_t>(std::ceil(offset + low));
    const double bound = std::ceil(whole - offset + low);
    fits_ = whole >> 7 == static_cast<int16_t>(whole >> 7) && bound < kOne / 4;
    if (!fits_) return;
    upper_offset_ = _mm256_set1_epi16(static_cast<int16_t>(whole >> 7));
    lower_offset_ = _mm256_set1_epi16(static_cast<int16_t>(whole & 127));
    unsure_ = _mm256_set1_epi16(static_cast<int16_t>(static_cast<int32_t>(bound) << (9 - kPoint)));
    low_ = _mm256_set1_epi8(static_cast<int8_t>(p.factors.range.low));
    high_ = _mm256_set1_epi8(static_cast<int8_t>(p.factors.range.high));
  }

  bool Fits() const { return fits_; }

  void Row(const PairRow& row) const {
    int8_t repeated[kElements];
    if (row.a_stride == 0) std::memset(repeated, *static_cast<const int8_t*>(row.a), kElements);
    if (row.b_stride == 0) std::memset(repeated, *static_cast<const int8_t*>(row.b), kElements);
    const auto* a = row.a_stride == 0 ? repeated : static_cast<const int8_t*>(row.a);
    const auto* b = row.b_stride == 0 ? repeated : static_cast<const int8_t*>(row.b);
    auto* out = static_cast<int8_t*>(row.out);
    const ptrdiff_t a_step = row.a_stride * kElements, b_step = row.b_stride * kElements;
    int32_t left = row.count;
    const UsualAddition own = *this;  // which no store to `out` can be thought to change
    for (; left >= kElements; left -= kElements, a += a_step, b += b_step, out += kElements) {
      own.Add(a, b, out);
    }
    if (left == 0) return;
    int8_t last_a[kElements] = {}, last_b[kElements] = {};
    std::memcpy(last_a, a, static_cast<size_t>(left));
    std::memcpy(last_b, b, static_cast<size_t>(left));
    own.Add(last_a, last_b, last_a);
    std::memcpy(out, last_a, static_cast<size_t>(left));
  }

 private:
  static constexpr double kOne = 1 << (kPoint + 7);
  static constexpr double kDigits = 1 << (kPoint + 14);  // a factor in its last digit

  static __m256i Digits(int32_t a, int32_t b) {
    return _mm256_set1_epi16(static_cast<int16_t>(a | b << 8));
  }

  // Of kElements pairs. out may be a or b.
  void Add(const int8_t* a, const int8_t* b, int8_t* out) const {
    const __m256i x = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(a));
    const __m256i flipped =
        _mm256_xor_si256(flip_, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(b)));
    __m256i fractions[2];
    const __m256i first = Sums(_mm256_unpacklo_epi8(x, flipped), &fractions[0]);
    const __m256i second = Sums(_mm256_unpackhi_epi8(x, flipped), &fractions[1]);
    const __m256i bytes = _mm256_packs_epi16(first, second);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out),
                        _mm256_min_epi8(_mm256_max_epi8(bytes, low_), high_));
    const __m256i least = _mm256_min_epu16(fractions[0], fractions[1]);
    const __m256i below = _mm256_subs_epu16(unsure_, least);
    if (__builtin_expect(_mm256_testz_si256(below, below) == 0, 0)) {
      AddAgain(p_, x, _mm256_xor_si256(flipped, flip_), Sure(fractions[0]), Sure(fractions[1]),
               out);
    }
  }

  // What is before v's point; *fraction: what is behind it, at a word's upper end. Only the sums of
  // `upper` can leave the words, and saturate then: so far out the result is a bound of its range.
  __m256i Sums(__m256i pairs, __m256i* fraction) const {
    const __m256i last =
        _mm256_mulhrs_epi16(_mm256_maddubs_epi16(lower_, pairs), _mm256_set1_epi16(256));
    const __m256i lower = _mm256_add_epi16(_mm256_maddubs_epi16(middle_, pairs),
                                           _mm256_add_epi16(last, lower_offset_));
    const __m256i upper = _mm256_adds_epi16(_mm256_maddubs_epi16(upper_, pairs), upper_offset_);
    *fraction = _mm256_add_epi16(_mm256_slli_epi16(upper, 16 - kPoint),
                                 _mm256_slli_epi16(lower, 9 - kPoint));
    return _mm256_srai_epi16(_mm256_adds_epi16(upper, _mm256_srai_epi16(lower, 7)), kPoint);
  }

  __m256i Sure(__m256i fraction) const {
    return _mm256_cmpeq_epi16(_mm256_subs_epu16(unsure_, fraction), _mm256_setzero_si256());
  }

  // Does the steps for those elements whose word of first and second is 0, not -1.
  __attribute__((noinline)) static void AddAgain(const AddQuantized& p, __m256i x, __m256i y,
                                                 __m256i first, __m256i second, int8_t* out) {
    int8_t a[kElements], b[kElements];
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(a), x);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(b), y);
    const int sure = _mm256_movemask_epi8(_mm256_packs_epi16(first, second));
    for (uint32_t rest = ~static_cast<uint32_t>(sure); rest != 0; rest &= rest - 1) {
      const int i = __builtin_ctz(rest);
      out[i] = static_cast<int8_t>(AddElements(p, a[i], b[i]));
    }
  }

  const AddQuantized& p_;
  bool fits_;
  __m256i upper_, middle_, lower_;  // digits of the two factors
  __m256i upper_offset_, lower_offset_;
  __m256i flip_;
  __m256i unsure_;
  __m256i low_, high_;
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
  const auto& p = *static_cast<const AddQuantized*>(data);
  if (row.count < 16) return AddOneByOne(p, row);
  const UsualAddition<7> add(p);
  if (add.Fits()) return add.Row(row);
  const UsualAddition<4> add_large(p);  // factors up to 7
  if (add_large.Fits()) return add_large.Row(row);
  AddOneByOne(p, row);
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
