#include <algorithm>
#include <cmath>
#include <cstring>

#include "micro/kernels/loops/arithmetic.h"
#include "micro/kernels/x86/requant.h"

namespace millrace::micro {
namespace {

constexpr int32_t kElements = 32;  // at once

// operation(a, b, out) on as many elements at once; out may be a or b.
template <typename Operation>
void RunRow(const PairRow& row, const Operation& operation) {
  int8_t repeated[kElements];
  if (row.a_stride == 0) std::memset(repeated, *static_cast<const int8_t*>(row.a), kElements);
  if (row.b_stride == 0) std::memset(repeated, *static_cast<const int8_t*>(row.b), kElements);
  const auto* a = row.a_stride == 0 ? repeated : static_cast<const int8_t*>(row.a);
  const auto* b = row.b_stride == 0 ? repeated : static_cast<const int8_t*>(row.b);
  auto* out = static_cast<int8_t*>(row.out);
  const ptrdiff_t a_step = row.a_stride * kElements, b_step = row.b_stride * kElements;
  int32_t left = row.count;
  const Operation own = operation;  // which no store to `out` can be thought to change
  for (; left >= kElements; left -= kElements, a += a_step, b += b_step, out += kElements) {
    own(a, b, out);
  }
  if (left == 0) return;
  int8_t last_a[kElements] = {}, last_b[kElements] = {};
  std::memcpy(last_a, a, static_cast<size_t>(left));
  std::memcpy(last_b, b, static_cast<size_t>(left));
  own(last_a, last_b, last_a);
  std::memcpy(out, last_a, static_cast<size_t>(left));
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

  void operator()(const int8_t* a, const int8_t* b, int8_t* out) const {
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

 private:
  static constexpr double kOne = 1 << (kPoint + 7);
  static constexpr double kDigits = 1 << (kPoint + 14);  // a factor in its last digit

  static __m256i Digits(int32_t a, int32_t b) {
    return _mm256_set1_epi16(static_cast<int16_t>(a | b << 8));
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

// Products whose factor is below 1/2.
class UsualProduct {
 public:
  explicit UsualProduct(const MulQuantized& p)
      : a_zero_(_mm256_set1_epi16(static_cast<int16_t>(p.a_zero_point))),
        b_zero_(_mm256_set1_epi16(static_cast<int16_t>(p.b_zero_point))),
        factor_(x86::MakeHalving8(_mm256_set1_epi32(p.factors.output.multiplier),
                                  _mm256_set1_epi32(p.factors.output.shift))),
        output_(p.output_zero_point, p.factors.range) {}

  static bool Fits(const MulQuantized& p) {
    return p.factors.output.shift < 0 && IsByte(p.a_zero_point) && IsByte(p.b_zero_point) &&
           IsByte(p.output_zero_point);
  }

  void operator()(const int8_t* a, const int8_t* b, int8_t* out) const {
    __m256i low[2], high[2];
    for (int i = 0; i < 2; ++i) {
      const __m256i x = Words(a + 16 * i, a_zero_), y = Words(b + 16 * i, b_zero_);
      const __m256i lower = _mm256_mullo_epi16(x, y), upper = _mm256_mulhi_epi16(x, y);
      low[i] = x86::TimesHalving8(_mm256_unpacklo_epi16(lower, upper), factor_);
      high[i] = x86::TimesHalving8(_mm256_unpackhi_epi16(lower, upper), factor_);
    }
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out),
                        output_.BytesOfUnpacked(low[0], high[0], low[1], high[1]));
  }

 private:
  static __m256i Words(const int8_t* p, __m256i zero) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    return _mm256_sub_epi16(_mm256_cvtepi8_epi16(bytes), zero);
  }

  __m256i a_zero_, b_zero_;
  x86::Halving8 factor_;
  x86::HalvedOutput<int8_t> output_;
};

}  // namespace

void AddInt8Row(const void* data, const PairRow& row) {
  const auto& p = *static_cast<const AddQuantized*>(data);
  const auto one_by_one = [&] { QuantizedRow<int8_t>(p, row, AddElements); };
  if (row.count < 16) return one_by_one();
  const UsualAddition<7> add(p);
  if (add.Fits()) return RunRow(row, add);
  const UsualAddition<4> add_large(p);  // factors up to 7
  if (add_large.Fits()) return RunRow(row, add_large);
  one_by_one();
}

void MulInt8Row(const void* data, const PairRow& row) {
  const auto& p = *static_cast<const MulQuantized*>(data);
  if (row.count >= 8 && UsualProduct::Fits(p)) return RunRow(row, UsualProduct(p));
  QuantizedRow<int8_t>(p, row, MulElements);
}

}  // namespace millrace::micro
