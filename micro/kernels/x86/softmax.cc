// Each of the values that a byte can have is worked out once: for a row, or, of rows that are many,
// for all of them.
#include "micro/kernels/loops/softmax.h"

#include <immintrin.h>

#include <algorithm>

#include "micro/kernels/x86/requant.h"

namespace millrace::micro {
namespace {

constexpr int32_t kValues = 256;

class Row {
 public:
  Row(const ScaledExp& exp, const int8_t* input, int32_t count)
      : exp_(exp), input_(input), count_(count) {}

  uint32_t Sum() {
    max_ = *std::max_element(input_, input_ + count_);
    uint64_t sum = 0;  // saturated, it is what it were with additions that saturate
    for (int32_t i = 0; i < count_; ++i) {
      const int32_t difference = input_[i] - max_, value = input_[i] + 128;
      if (difference < exp_.least) continue;
      if (!has_exponential_[value]) {
        has_exponential_[value] = true;
        exponentials_[value] = exp_.Exp(difference);
      }
      sum += static_cast<uint32_t>(RoundingShiftRight(exponentials_[value], ScaledExp::kSumBits));
    }
    return static_cast<uint32_t>(std::min<uint64_t>(sum, UINT32_MAX));
  }

  template <typename T>
  void Write(const SoftmaxShare& share, T* output) {
    for (int32_t i = 0; i < count_; ++i) {
      const int32_t difference = input_[i] - max_, value = input_[i] + 128;
      if (!has_share_[value]) {
        has_share_[value] = true;
        shares_[value] = difference < exp_.least ? share.Least() : share.Of(exponentials_[value]);
      }
      output[i] = static_cast<T>(shares_[value]);
    }
  }

 private:
  const ScaledExp& exp_;
  const int8_t* input_;
  int32_t count_;
  int32_t max_ = 0;
  bool has_exponential_[kValues] = {};
  bool has_share_[kValues] = {};
  int32_t exponentials_[kValues];
  int32_t shares_[kValues];
};

void OneRow(const ScaledExp& exp, const int8_t* input, int32_t count, void* output, bool wide) {
  Row row(exp, input, count);
  const SoftmaxShare share(row.Sum(), wide);
  wide ? row.Write(share, static_cast<int16_t*>(output))
       : row.Write(share, static_cast<int8_t*>(output));
}

// Exponentials of all differences to the largest value; below the least they are 0, whose share is
// the least one.
class Exponentials {
 public:
  explicit Exponentials(const ScaledExp& exp) {
    for (int32_t i = 0; i < kValues; ++i) {
      of_[i] = -i < exp.least ? 0 : exp.Exp(-i);
      terms_[i] = static_cast<uint32_t>(RoundingShiftRight(of_[i], ScaledExp::kSumBits));
    }
  }

  // What is written is not read again, where the input is the output or its last part.
  template <typename T>
  void Run(const int8_t* input, int32_t count, bool wide, T* output) const {
    const int32_t max = *std::max_element(input, input + count);
    uint64_t sum = 0;
    for (int32_t i = 0; i < count; ++i) sum += terms_[max - input[i]];
    const SoftmaxShare share(static_cast<uint32_t>(std::min<uint64_t>(sum, UINT32_MAX)), wide);
    const x86::Requant8 factor = x86::MakeRequant8(share.factor());
    int32_t i = 0;
    for (; i + 8 <= count; i += 8) {
      const auto* eight = reinterpret_cast<const __m128i*>(input + i);
      const __m256i differences =
          _mm256_sub_epi32(_mm256_set1_epi32(max), _mm256_cvtepi8_epi32(_mm_loadl_epi64(eight)));
      const __m256i exponentials = _mm256_i32gather_epi32(of_, differences, 4);
      const __m256i shares = _mm256_add_epi32(x86::MultiplyByRequant8(exponentials, factor),
                                              _mm256_set1_epi32(share.Least()));
      // Packing cuts what is above the largest.
      const __m128i words =
          _mm_packs_epi32(_mm256_castsi256_si128(shares), _mm256_extracti128_si256(shares, 1));
      if constexpr (sizeof(T) == 2) {
        _mm_storeu_si128(reinterpret_cast<__m128i*>(output + i), words);
      } else {
        _mm_storel_epi64(reinterpret_cast<__m128i*>(output + i), _mm_packs_epi16(words, words));
      }
    }
    for (; i < count; ++i) output[i] = static_cast<T>(share.Of(of_[max - input[i]]));
  }

 private:
  int32_t of_[kValues];
  uint32_t terms_[kValues];
};

template <typename T>
void ManyRows(const ScaledExp& exp, const int8_t* input, int32_t rows, int32_t count, bool wide,
              T* output) {
  const Exponentials exponentials(exp);
  for (int32_t i = 0; i < rows; ++i, input += count, output += count) {
    exponentials.Run(input, count, wide, output);
  }
}

}  // namespace

void SoftmaxRows(const ScaledExp& exp, const int8_t* input, int32_t rows, int32_t count,
                 void* output, bool wide) {
  // Fewer than would pay for all values.
  constexpr int32_t kFew = 2 * kValues;
  if (int64_t{rows} * count < kFew) {
    auto* out = static_cast<int8_t*>(output);
    for (int32_t i = 0; i < rows; ++i, input += count, out += wide ? 2 * count : count) {
      OneRow(exp, input, count, out, wide);
    }
  } else if (wide) {
    ManyRows(exp, input, rows, count, wide, static_cast<int16_t*>(output));
  } else {
    ManyRows(exp, input, rows, count, wide, static_cast<int8_t*>(output));
  }
}

}  // namespace millrace::micro
