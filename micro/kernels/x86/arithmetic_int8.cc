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

// Halves away from zero: one less when negative, then halves upwards. |x| < 2^30.
class RoundingShift {
 public:
  explicit RoundingShift(int32_t right)
      : right_(_mm_cvtsi32_si128(right)),
        half_(_mm256_set1_epi32(right > 0 ? 1 << (right - 1) : 0)) {}
  // Of no shift: of 0 only.
  __m256i operator()(__m256i x) const {
    const __m256i sum = _mm256_add_epi32(_mm256_add_epi32(x, _mm256_srai_epi32(x, 31)), half_);
    return _mm256_sra_epi32(sum, right_);
  }

 private:
  __m128i right_;
  __m256i half_;
};

// What any model but a damaged one adds up. A difference v to the zero point has 9 bits, and
// DoublingHighMul(v * 2^20, m) = floor((v * m + 2^10) / 2^11), for which 32 bits do when m is cut
// in two: m = high * 2^11 + low.
class UsualAddition {
 public:
  static bool Fits(const AddQuantized& p) {
    return p.left_shift == 20 && p.factors.a.shift <= 0 && p.factors.b.shift <= 0 &&
           p.factors.output.shift < 0 && IsByte(p.a_zero_point) && IsByte(p.b_zero_point) &&
           IsByte(p.output_zero_point);
  }

  // sign: of the operand.
  struct Operand {
    Operand(Requant factor, int32_t zero, int32_t sign)
        : high(_mm256_set1_epi32(factor.multiplier >> 11)),
          low(_mm256_set1_epi32(factor.multiplier & 2047)),
          zero_point(_mm256_set1_epi32(zero)),
          of_sign(_mm256_set1_epi32(sign * (1 << 19))),
          shift(-factor.shift),
          is_half(factor.multiplier == 1 << 30 && factor.shift == 0),
          negative(sign < 0) {}
    __m256i high, low, zero_point, of_sign;
    RoundingShift shift;
    bool is_half;
    bool negative;
  };

  explicit UsualAddition(const AddQuantized& p)
      : a_(p.factors.a, p.a_zero_point, 1),
        b_(p.factors.b, p.b_zero_point, p.sign),
        multiplier_(_mm256_set1_epi32(p.factors.output.multiplier)),
        shift_(-p.factors.output.shift),
        zero_point_(_mm256_set1_epi16(static_cast<int16_t>(p.output_zero_point))),
        low_(_mm_set1_epi8(static_cast<int8_t>(p.factors.range.low))),
        high_(_mm_set1_epi8(static_cast<int8_t>(p.factors.range.high))) {}

  // Sixteen sums. kHalfA, kHalfB: the operand is only shifted.
  template <bool kHalfA, bool kHalfB>
  void Sixteen(const __m256i (&a)[2], const __m256i (&b)[2], int8_t* out) const {
    const __m256i words =
        _mm256_packs_epi32(Eight<kHalfA, kHalfB>(a[0], b[0]), Eight<kHalfA, kHalfB>(a[1], b[1]));
    const __m256i moved = _mm256_adds_epi16(words, zero_point_);
    __m128i bytes =
        _mm_packs_epi16(_mm256_castsi256_si128(moved), _mm256_extracti128_si256(moved, 1));
    bytes = _mm_shuffle_epi32(bytes, 0xD8);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out),
                     _mm_min_epi8(_mm_max_epi8(bytes, low_), high_));
  }
  bool half_a() const { return a_.is_half; }
  bool half_b() const { return b_.is_half; }

 private:
  template <bool kHalf>
  static __m256i Scaled(const Operand& operand, __m256i x) {
    const __m256i v = _mm256_sub_epi32(x, operand.zero_point);
    if (kHalf) return _mm256_mullo_epi32(v, operand.of_sign);
    const __m256i rest =
        _mm256_add_epi32(_mm256_mullo_epi32(v, operand.low), _mm256_set1_epi32(1 << 10));
    const __m256i product =
        _mm256_add_epi32(_mm256_mullo_epi32(v, operand.high), _mm256_srai_epi32(rest, 11));
    const __m256i scaled = operand.shift(product);
    return operand.negative ? _mm256_sub_epi32(_mm256_setzero_si256(), scaled) : scaled;
  }
  template <bool kHalfA, bool kHalfB>
  __m256i Eight(__m256i a, __m256i b) const {
    const __m256i sum = _mm256_add_epi32(Scaled<kHalfA>(a_, a), Scaled<kHalfB>(b_, b));
    return shift_(x86::DoublingHighMul8(sum, multiplier_, multiplier_));
  }

  Operand a_, b_;
  __m256i multiplier_;
  RoundingShift shift_;
  __m256i zero_point_;
  __m128i low_, high_;
};

template <bool kHalfA, bool kHalfB>
void AddRow(const UsualAddition& from, const PairRow& row) {
  // A copy: the compiler must take bytes that are written for any memory it can reach.
  const UsualAddition add = from;
  auto* out = static_cast<int8_t*>(row.out);
  const auto sixteen = [&add](const PairRow& r, int32_t i, int8_t* to)
      __attribute__((always_inline)) {
    const __m256i a[2] = {Load8(r.a, r.a_stride, i), Load8(r.a, r.a_stride, i + 8)};
    const __m256i b[2] = {Load8(r.b, r.b_stride, i), Load8(r.b, r.b_stride, i + 8)};
    add.Sixteen<kHalfA, kHalfB>(a, b, to);
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
  if (!UsualAddition::Fits(p)) {
    const auto* a = static_cast<const int8_t*>(row.a);
    const auto* b = static_cast<const int8_t*>(row.b);
    auto* out = static_cast<int8_t*>(row.out);
    for (int32_t i = 0; i < row.count; ++i) {
      out[i] = static_cast<int8_t>(AddElements(p, a[i * row.a_stride], b[i * row.b_stride]));
    }
    return;
  }
  const UsualAddition add(p);
  if (add.half_a() && add.half_b()) return AddRow<true, true>(add, row);
  if (add.half_a()) return AddRow<true, false>(add, row);
  if (add.half_b()) return AddRow<false, true>(add, row);
  AddRow<false, false>(add, row);
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
