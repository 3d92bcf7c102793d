// From sums to int16 outputs, eight channels at once. The same bits as common/int16_layer.h.
#ifndef MILLRACE_MICRO_KERNELS_X86_INT16_OUTPUT_H_
#define MILLRACE_MICRO_KERNELS_X86_INT16_OUTPUT_H_

#include <immintrin.h>

#include <cstdint>

#include "micro/kernels/common/int16_layer.h"
#include "micro/kernels/x86/requant.h"

namespace millrace::micro::x86 {

// Multipliers and shifts of channels, eight 32-bit integers each.
struct Factors8 {
  Factors8(const Int16Requant& r, int32_t channel) {
    if (r.factors.multipliers == nullptr) {
      multipliers = _mm256_set1_epi32(r.for_all.multiplier);
      shifts = _mm256_set1_epi32(r.for_all.shift);
      return;
    }
    const auto* at = r.factors.multipliers + channel;
    multipliers = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
    shifts = _mm256_cvtepi8_epi32(
        _mm_loadl_epi64(reinterpret_cast<const __m128i*>(r.factors.shifts + channel)));
  }

  __m256i multipliers;
  __m256i shifts;
};

// MultiplyByRequant64 of four sums and their biases.
class WideRequant4 {
 public:
  WideRequant4() = default;
  WideRequant4(__m128i multipliers, __m128i shifts, __m256i bias) : bias_(bias) {
    const __m128i rounded = _mm_srli_epi32(_mm_add_epi32(multipliers, _mm_set1_epi32(1 << 15)), 16);
    multiplier_ = _mm256_cvtepu32_epi64(_mm_min_epi32(rounded, _mm_set1_epi32(0x7FFF)));
    shift_ = _mm256_cvtepi32_epi64(_mm_sub_epi32(_mm_set1_epi32(15), shifts));
    // There is no arithmetic shift of 64 bits: values are shifted 2^63 above what they are.
    const __m256i above = _mm256_set1_epi64x(INT64_MIN), one = _mm256_set1_epi64x(1);
    nudge_ = _mm256_xor_si256(_mm256_sllv_epi64(one, _mm256_sub_epi64(shift_, one)), above);
    above_ = _mm256_srlv_epi64(above, shift_);
  }

  // The results are the lower halves of the lanes.
  __m256i operator()(__m256i sums) const {
    const __m256i x = _mm256_add_epi64(sums, bias_);
    const __m256i low = _mm256_mul_epu32(x, multiplier_);
    const __m256i high = _mm256_mul_epu32(_mm256_srli_epi64(x, 32), multiplier_);
    const __m256i product = _mm256_add_epi64(low, _mm256_slli_epi64(high, 32));
    return _mm256_sub_epi64(_mm256_srlv_epi64(_mm256_add_epi64(product, nudge_), shift_), above_);
  }

 private:
  __m256i multiplier_, shift_, nudge_, above_, bias_;
};

// Requantises sums of eight channels, to 32-bit integers.
template <typename Sum>
class SumsRequant8;

template <>
class SumsRequant8<int64_t> {
 public:
  SumsRequant8() = default;
  SumsRequant8(const Int16Requant& r, int32_t channel)
      : SumsRequant8(r, Factors8(r, channel), channel) {}

  __m256i operator()(const int64_t* sums) const {
    return Joined(low_(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(sums))),
                  high_(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(sums + 4))));
  }
  __m256i operator()(__m256i sums) const {
    return Joined(low_(_mm256_cvtepi32_epi64(_mm256_castsi256_si128(sums))),
                  high_(_mm256_cvtepi32_epi64(_mm256_extracti128_si256(sums, 1))));
  }

 private:
  SumsRequant8(const Int16Requant& r, const Factors8& factors, int32_t channel)
      : low_(_mm256_castsi256_si128(factors.multipliers), _mm256_castsi256_si128(factors.shifts),
             Bias4(r.bias, channel)),
        high_(_mm256_extracti128_si256(factors.multipliers, 1),
              _mm256_extracti128_si256(factors.shifts, 1), Bias4(r.bias, channel + 4)) {}

  static __m256i Bias4(const WideBias& bias, int32_t channel) {
    if (bias.data == nullptr) return _mm256_setzero_si256();
    if (bias.type == TensorType::kInt32) {
      const int32_t* four = static_cast<const int32_t*>(bias.data) + channel;
      return _mm256_cvtepi32_epi64(_mm_loadu_si128(reinterpret_cast<const __m128i*>(four)));
    }
    const auto* bytes = static_cast<const char*>(bias.data);
    return _mm256_loadu_si256(
        reinterpret_cast<const __m256i*>(bytes + channel * ptrdiff_t{sizeof(int64_t)}));
  }
  static __m256i Joined(__m256i low, __m256i high) {
    const __m256 halves = _mm256_shuffle_ps(_mm256_castsi256_ps(low), _mm256_castsi256_ps(high),
                                            _MM_SHUFFLE(2, 0, 2, 0));
    return _mm256_permute4x64_epi64(_mm256_castps_si256(halves), _MM_SHUFFLE(3, 1, 2, 0));
  }

  WideRequant4 low_, high_;
};

template <>
class SumsRequant8<int32_t> {
 public:
  SumsRequant8() = default;
  SumsRequant8(const Int16Requant& r, int32_t channel)
      : SumsRequant8(r, Factors8(r, channel), channel) {}

  __m256i operator()(const int32_t* sums) const {
    return (*this)(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(sums)));
  }
  __m256i operator()(__m256i sums) const {
    return MultiplyByRequant8(_mm256_add_epi32(sums, bias_), factors_);
  }

 private:
  SumsRequant8(const Int16Requant& r, const Factors8& factors, int32_t channel)
      : factors_(MakeRequant8(factors.multipliers, factors.shifts)) {
    const auto* bias = static_cast<const int32_t*>(r.bias.data);
    bias_ = bias == nullptr ? _mm256_setzero_si256()
                            : _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bias + channel));
  }

  Requant8 factors_;
  __m256i bias_;
};

// Stores eight requantised values.
class Int16Output {
 public:
  explicit Int16Output(IntRange range) : output_(0, range) {}

  void Store(__m256i requantised, int16_t* out) const {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), output_.Words(requantised));
  }

 private:
  Output8 output_;
};

// Of a few vectors of sums, each stride elements behind the one before it. Sum: int64_t if the
// layer is wide, else int32_t.
template <typename Sum>
class Int16Finisher {
 public:
  // output_stride: elements from a channel's output to that of the next vector.
  Int16Finisher(const Int16Requant& requant, ptrdiff_t output_stride)
      : requant_(requant), output_(requant.range), output_stride_(output_stride) {}

  // Channels first .. first + channels - 1; output: that of the first of them.
  void Run(const Sum* sums, int32_t stride, int32_t first, int32_t channels, int count,
           int16_t* output) const {
    int32_t c = 0;
    for (; c + 8 <= channels; c += 8) {
      const SumsRequant8<Sum> eight(requant_, first + c);
      for (int v = 0; v < count; ++v) {
        output_.Store(eight(sums + v * stride + c), output + v * output_stride_ + c);
      }
    }
    for (; c < channels; ++c) {
      for (int v = 0; v < count; ++v) {
        output[v * output_stride_ + c] = requant_(sums[v * stride + c], first + c);
      }
    }
  }

 private:
  const Int16Requant requant_;
  Int16Output output_;
  ptrdiff_t output_stride_;
};

}  // namespace millrace::micro::x86

#endif  // MILLRACE_MICRO_KERNELS_X86_INT16_OUTPUT_H_
