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

// Halves away from zero: one less when negative and shifted, then halves upwards. |x| < 2^30.
class RoundingShift {
 public:
  explicit RoundingShift(int32_t right)
      : right_(_mm_cvtsi32_si128(right)),
        half_(_mm256_set1_epi32(right > 0 ? 1 << (right - 1) : 0)),
        shifts_(_mm256_set1_epi32(right > 0 ? -1 : 0)) {}
  __m256i operator()(__m256i x) const {
    const __m256i one_less = _mm256_and_si256(_mm256_srai_epi32(x, 31), shifts_);
    return _mm256_sra_epi32(_mm256_add_epi32(_mm256_add_epi32(x, one_less), half_), right_);
  }

 private:
  __m128i right_;
  __m256i half_;
  __m256i shifts_;
};

// An addend. A difference v to the zero point has 9 bits, and DoublingHighMul(v * 2^20, m) =
// floor((v * m + 2^10) / 2^11), for which 32 bits do when m is cut in two: m = high * 2^11 + low.
class Addend {
 public:
  Addend(Requant factor, int32_t zero_point)
      : high_(_mm256_set1_epi32(factor.multiplier >> 11)),
        low_(_mm256_set1_epi32(factor.multiplier & 2047)),
        zero_point_(_mm256_set1_epi32(zero_point)),
        shift_(-factor.shift) {}
  __m256i Scaled(__m256i x) const {
    const __m256i v = _mm256_sub_epi32(x, zero_point_);
    const __m256i rest = _mm256_add_epi32(_mm256_mullo_epi32(v, low_), _mm256_set1_epi32(1 << 10));
    return shift_(_mm256_add_epi32(_mm256_mullo_epi32(v, high_), _mm256_srai_epi32(rest, 11)));
  }

 private:
  __m256i high_, low_, zero_point_;
  RoundingShift shift_;
};

double RealOf(Requant factor) { return std::ldexp(factor.multiplier, factor.shift - 31); }

// What any model but a damaged one adds up. The sum in floats differs from the one that is rounded
// step by step by at most a known bound: unless it is as near as that to halfway between two
// integers, the nearest one is the result. Else the steps are done.
class UsualAddition {
 public:
  static bool Fits(const AddQuantized& p) {
    return p.left_shift == 20 && p.factors.a.shift <= 0 && p.factors.b.shift <= 0 &&
           p.factors.output.shift < 0 && IsByte(p.a_zero_point) && IsByte(p.b_zero_point) &&
           IsByte(p.output_zero_point);
  }

  explicit UsualAddition(const AddQuantized& p)
      : a_(p.factors.a, p.a_zero_point),
        b_(p.factors.b, p.b_zero_point),
        sign_(_mm256_set1_epi32(p.sign)),
        multiplier_(_mm256_set1_epi32(p.factors.output.multiplier)),
        shift_(-p.factors.output.shift),
        zero_point_(_mm256_set1_epi16(static_cast<int16_t>(p.output_zero_point))),
        low_(_mm_set1_epi8(static_cast<int8_t>(p.factors.range.low))),
        high_(_mm_set1_epi8(static_cast<int8_t>(p.factors.range.high))) {
    const double output = RealOf(p.factors.output);
    const double a = RealOf(p.factors.a) * output * (1 << p.left_shift);
    const double b = RealOf(p.factors.b) * output * (1 << p.left_shift) * p.sign;
    a_factor_ = _mm256_set1_ps(static_cast<float>(a));
    b_factor_ = _mm256_set1_ps(static_cast<float>(b));
    offset_ = _mm256_set1_ps(static_cast<float>(-a * p.a_zero_point - b * p.b_zero_point));
    // Each addend is rounded twice, by 1 together at most; their sum by 1/2 before its shift.
    // Floats lose a few times 2^-24 of the largest value on the way.
    const double largest = 512.0 * (std::abs(a) + std::abs(b));
    const double bound =
        2.0 * output + std::ldexp(0.5, p.factors.output.shift) + std::ldexp(largest, -21);
    // None is near enough when that is too much.
    limit_ = _mm256_set1_ps(static_cast<float>(largest < 1e6 ? 0.4999 - bound : -1.0));
  }

  // Sixteen sums.
  void Sixteen(const __m256i (&a)[2], const __m256i (&b)[2], int8_t* out) const {
    const __m256 sums[2] = {Real(a[0], b[0]), Real(a[1], b[1])};
    const __m256i nearest[2] = {_mm256_cvtps_epi32(sums[0]), _mm256_cvtps_epi32(sums[1])};
    const __m256 unsure =
        _mm256_or_ps(IsUnsure(sums[0], nearest[0]), IsUnsure(sums[1], nearest[1]));
    if (__builtin_expect(_mm256_movemask_ps(unsure) == 0, 1)) {
      Store(nearest[0], nearest[1], out);
    } else {
      Store(Steps(a[0], b[0]), Steps(a[1], b[1]), out);
    }
  }

 private:
  __m256 Real(__m256i a, __m256i b) const {
    const __m256 of_b = _mm256_fmadd_ps(_mm256_cvtepi32_ps(b), b_factor_, offset_);
    return _mm256_fmadd_ps(_mm256_cvtepi32_ps(a), a_factor_, of_b);
  }
  __m256 IsUnsure(__m256 sum, __m256i nearest) const {
    const __m256 distance = _mm256_sub_ps(sum, _mm256_cvtepi32_ps(nearest));
    return _mm256_cmp_ps(_mm256_andnot_ps(_mm256_set1_ps(-0.0f), distance), limit_, _CMP_NLT_UQ);
  }
  __attribute__((noinline)) __m256i Steps(__m256i a, __m256i b) const {
    const __m256i sum = _mm256_add_epi32(a_.Scaled(a), _mm256_sign_epi32(b_.Scaled(b), sign_));
    return shift_(x86::DoublingHighMul8(sum, multiplier_, multiplier_));
  }
  void Store(__m256i first, __m256i second, int8_t* out) const {
    const __m256i words = _mm256_adds_epi16(_mm256_packs_epi32(first, second), zero_point_);
    __m128i bytes =
        _mm_packs_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
    bytes = _mm_shuffle_epi32(bytes, 0xD8);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out),
                     _mm_min_epi8(_mm_max_epi8(bytes, low_), high_));
  }

  Addend a_, b_;
  __m256i sign_;
  __m256i multiplier_;
  RoundingShift shift_;
  __m256i zero_point_;
  __m128i low_, high_;
  __m256 a_factor_, b_factor_, offset_;
  __m256 limit_;
};

void AddRow(const UsualAddition& add, const PairRow& row) {
  auto* out = static_cast<int8_t*>(row.out);
  const auto sixteen = [&add](const PairRow& r, int32_t i, int8_t* to)
      __attribute__((always_inline)) {
    const __m256i a[2] = {Load8(r.a, r.a_stride, i), Load8(r.a, r.a_stride, i + 8)};
    const __m256i b[2] = {Load8(r.b, r.b_stride, i), Load8(r.b, r.b_stride, i + 8)};
    add.Sixteen(a, b, to);
  };
  int32_t i = 0;
  for (; i + 16 <= row.count; i += 16) sixteen(row, i, out + i);
  if (i == row.count) return;
  const auto rest = static_cast<size_t>(row.count - i);
  int8_t a[16] = {}, b[16] = {}, sums[16];
  std::memcpy(a, static_cast<const int8_t*>(row.a) + i * row.a_stride,
              row.a_stride == 0 ? 1 : rest);
  std::memcpy(b, static_cast<const int8_t*>(row.b) + i * row.b_stride,
              row.b_stride == 0 ? 1 : rest);
  sixteen(PairRow{a, b, sums, row.a_stride, row.b_stride, 16}, 0, sums);
  std::memcpy(out + i, sums, rest);
}

}  // namespace

void AddInt8Row(const void* data, const PairRow& row) {
  const AddQuantized p = *static_cast<const AddQuantized*>(data);
  if (UsualAddition::Fits(p)) {
    AddRow(UsualAddition(p), row);
    return;
  }
  const auto* a = static_cast<const int8_t*>(row.a);
  const auto* b = static_cast<const int8_t*>(row.b);
  auto* out = static_cast<int8_t*>(row.out);
  for (int32_t i = 0; i < row.count; ++i) {
    out[i] = static_cast<int8_t>(AddElements(p, a[i * row.a_stride], b[i * row.b_stride]));
  }
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
