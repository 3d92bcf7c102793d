#include <immintrin.h>

#include "micro/kernels/loops/arithmetic.h"
#include "micro/kernels/x86/requant.h"

namespace millrace::micro {
namespace {

constexpr int32_t kStep = 8;

// An operand of a row on its way to the common scale, eight elements at a time.
class Operand {
 public:
  Operand(const void* data, int32_t stride, int32_t zero_point, int left_shift, Requant factor)
      : at_(static_cast<const int16_t*>(data)),
        stride_(stride),
        zero_point_(_mm256_set1_epi32(zero_point)),
        left_shift_(_mm_cvtsi32_si128(left_shift)),
        factor_(x86::MakeRequant8(factor)),
        repeated_(Scaled(_mm_set1_epi16(*at_))) {}

  // Elements i .. i + 7.
  __m256i Eight(int32_t i) const {
    if (stride_ == 0) return repeated_;
    return Scaled(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at_ + i)));
  }

 private:
  __m256i Scaled(__m128i words) const {
    const __m256i value = _mm256_sub_epi32(_mm256_cvtepi16_epi32(words), zero_point_);
    return x86::MultiplyByRequant8(_mm256_sll_epi32(value, left_shift_), factor_);
  }

  const int16_t* at_;
  int32_t stride_;
  __m256i zero_point_;
  __m128i left_shift_;
  x86::Requant8 factor_;
  __m256i repeated_;
};

}  // namespace

void AddInt16Row(const void* data, const PairRow& row) {
  const auto& p = *static_cast<const AddQuantized*>(data);
  PairRow rest = row;
  if (row.count >= kStep) {
    const Operand a(row.a, row.a_stride, p.a_zero_point, p.left_shift, p.factors.a);
    const Operand b(row.b, row.b_stride, p.b_zero_point, p.left_shift, p.factors.b);
    const x86::Requant8 factor = x86::MakeRequant8(p.factors.output);
    const x86::Output8 output(p.output_zero_point, p.factors.range);
    const __m256i sign = _mm256_set1_epi32(p.sign);
    auto* out = static_cast<int16_t*>(row.out);
    int32_t i = 0;
    for (; i + kStep <= row.count; i += kStep) {
      const __m256i sum = _mm256_add_epi32(a.Eight(i), _mm256_sign_epi32(b.Eight(i), sign));
      _mm_storeu_si128(reinterpret_cast<__m128i*>(out + i),
                       output.Words(x86::MultiplyByRequant8(sum, factor)));
    }
    rest = {static_cast<const int16_t*>(row.a) + i * row.a_stride,
            static_cast<const int16_t*>(row.b) + i * row.b_stride,
            out + i,
            row.a_stride,
            row.b_stride,
            row.count - i};
  }
  QuantizedRow<int16_t>(p, rest, AddElements);
}

}  // namespace millrace::micro
