// Real Fourier transforms of int16, eight complex values at a time in the reference's arithmetic.
// Factors are made on the stack in the order they are needed.
#include <immintrin.h>

#include "micro/kernels/loops/front_end.h"
#include "micro/kernels/x86/transpose.h"
#include "micro/signal/fft.h"

namespace millrace::micro {
namespace {

// Complex values whose transform is made here; what is shorter or longer is the reference's.
constexpr int32_t kLeast = 64;
constexpr int32_t kMost = 2048;

// Eight complex values, each real part before imaginary part; complex value i of p.
__m256i Load(const int16_t* p, int32_t i) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 2 * i));
}
void Store(__m256i x, int16_t* p, int32_t i) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p + 2 * i), x);
}
__m128i Load4(const int16_t* p, int32_t i) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + 2 * i));
}
void Store4(__m128i x, int16_t* p, int32_t i) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p + 2 * i), x);
}

__m256i Swap(__m256i x) {
  return _mm256_or_si256(_mm256_slli_epi32(x, 16), _mm256_srli_epi32(x, 16));
}
__m256i NegateReal(__m256i x) { return _mm256_sign_epi16(x, _mm256_set1_epi32(0x0001FFFF)); }
__m256i Conjugate(__m256i x) {
  return _mm256_sign_epi16(x, _mm256_set1_epi32(static_cast<int32_t>(0xFFFF0001)));
}
__m256i Reverse(__m256i x) {
  return _mm256_permutevar8x32_epi32(x, _mm256_setr_epi32(7, 6, 5, 4, 3, 2, 1, 0));
}
// Parts times factor / 2^15, rounded.
__m256i Scale(__m256i x, int factor) {
  return _mm256_mulhrs_epi16(x, _mm256_set1_epi16(static_cast<int16_t>(factor)));
}
__m256i Quarter(__m256i x) { return Scale(x, 0x7FFF / 4); }
__m256i Half(__m256i x) { return Scale(x, 0x7FFF / 2); }
// Times the first of all factors, which is not quite 1.
__m256i TimesOne(__m256i x) { return Scale(x, 0x7FFF); }

// A complex factor, ready for use.
struct Factor {
  explicit Factor(__m256i f) : to_real(Conjugate(f)), to_imaginary(Swap(f)) {}
  __m256i to_real, to_imaginary;
};
__m256i Multiply(__m256i x, const Factor& factor) {
  const __m256i half = _mm256_set1_epi32(1 << 14);
  const __m256i real = _mm256_add_epi32(_mm256_madd_epi16(x, factor.to_real), half);
  const __m256i imaginary = _mm256_add_epi32(_mm256_madd_epi16(x, factor.to_imaginary), half);
  return _mm256_blend_epi16(_mm256_srli_epi32(real, 15), _mm256_slli_epi32(imaginary, 1), 0xAA);
}

// Of operands that were multiplied.
void Radix4(__m256i a, __m256i b, __m256i c, __m256i d, __m256i (&out)[4]) {
  const __m256i even = _mm256_add_epi16(a, c), odd = _mm256_add_epi16(b, d);
  const __m256i rest = _mm256_sub_epi16(a, c);
  const __m256i rotated = Conjugate(Swap(_mm256_sub_epi16(b, d)));
  out[0] = _mm256_add_epi16(even, odd);
  out[1] = _mm256_add_epi16(rest, rotated);
  out[2] = _mm256_sub_epi16(even, odd);
  out[3] = _mm256_sub_epi16(rest, rotated);
}

struct Factors {
  Factor first, second, third;
};
void Radix4(const __m256i (&in)[4], const Factors& factors, __m256i (&out)[4]) {
  Radix4(Quarter(in[0]), Multiply(Quarter(in[1]), factors.first),
         Multiply(Quarter(in[2]), factors.second), Multiply(Quarter(in[3]), factors.third), out);
}
void Radix4OfFirstFactors(const __m256i (&in)[4], __m256i (&out)[4]) {
  Radix4(Quarter(in[0]), TimesOne(Quarter(in[1])), TimesOne(Quarter(in[2])),
         TimesOne(Quarter(in[3])), out);
}

// factors[m] = e^(-2 pi i m / n), m < 3 n / 4, of a table for 2 n.
void FillFactors(int32_t n, const int16_t* table, int16_t* factors) {
  const int32_t quarter = n / 2;
  for (int32_t m = 0; m < n / 4; m += 8) {
    // Every other value of the table, upwards as real and downwards as imaginary part.
    const __m256i cosine = Load(table, m);
    const auto* down = reinterpret_cast<const __m256i*>(table + quarter - 2 * m - 15);
    const __m256i sine = Reverse(_mm256_loadu_si256(down));
    const __m256i turn = _mm256_blend_epi16(cosine, sine, 0xAA);
    Store(Conjugate(turn), factors, m);
    Store(_mm256_sub_epi16(_mm256_setzero_si256(), Swap(turn)), factors, m + n / 4);
    Store(NegateReal(turn), factors, m + n / 2);
  }
}

class Transform {
 public:
  Transform(int32_t n, const int16_t* table, int16_t* x) : n_(n), x_(x) {
    FillFactors(n, table, factors_);
  }

  void Run(const int16_t* input) {
    int32_t done;
    if (__builtin_ctz(static_cast<uint32_t>(n_)) % 2 == 1) {
      FirstEights(input);
      done = 8;
    } else {
      FirstFours(input);
      SecondFours();
      done = 16;
    }
    for (; done < n_; done *= 4) Fours(done);
  }

 private:
  // Calls block(i, places) for every eighth i < end; places of i .. i + 7.
  template <typename Block>
  void ForEachBlock(int32_t end, const Block& block) const {
    int32_t lanes[8], places[8];
    for (int32_t l = 0; l < 8; ++l) lanes[l] = signal::FftPlaceOf(l, n_);
    for (int32_t i = 0; i < end; i += 8) {
      const int32_t place = signal::FftPlaceOf(i, n_);
      for (int l = 0; l < 8; ++l) places[l] = place | lanes[l];
      block(i, places);
    }
  }

  void FirstFours(const int16_t* input) {
    const int32_t part = n_ / 4;
    ForEachBlock(part, [&](int32_t i, const int32_t(&places)[8]) {
      const __m256i in[4] = {Load(input, i), Load(input, i + part), Load(input, i + 2 * part),
                             Load(input, i + 3 * part)};
      __m256i out[4];
      Radix4OfFirstFactors(in, out);
      const __m256i a = _mm256_unpacklo_epi32(out[0], out[1]);
      const __m256i b = _mm256_unpackhi_epi32(out[0], out[1]);
      const __m256i c = _mm256_unpacklo_epi32(out[2], out[3]);
      const __m256i d = _mm256_unpackhi_epi32(out[2], out[3]);
      const __m256i lanes[4] = {_mm256_unpacklo_epi64(a, c), _mm256_unpackhi_epi64(a, c),
                                _mm256_unpacklo_epi64(b, d), _mm256_unpackhi_epi64(b, d)};
      MR_UNROLL
      for (int l = 0; l < 4; ++l) {
        Store4(_mm256_castsi256_si128(lanes[l]), x_, places[l]);
        Store4(_mm256_extracti128_si256(lanes[l], 1), x_, places[l + 4]);
      }
    });
  }

  // Steps over four values: two of them at a time.
  void SecondFours() {
    const Factors factors = FactorsOf(_mm256_setr_epi32(0, 1, 2, 3, 0, 1, 2, 3), n_ / 16);
    for (int32_t i = 0; i < n_; i += 32) {
      __m256i in[4], out[4];
      MR_UNROLL
      for (int j = 0; j < 4; ++j) {
        in[j] = _mm256_set_m128i(Load4(x_, i + 16 + 4 * j), Load4(x_, i + 4 * j));
      }
      Radix4(in, factors, out);
      MR_UNROLL
      for (int j = 0; j < 4; ++j) {
        Store4(_mm256_castsi256_si128(out[j]), x_, i + 4 * j);
        Store4(_mm256_extracti128_si256(out[j], 1), x_, i + 16 + 4 * j);
      }
    }
  }

  // A step of radix 2, then one of radix 4.
  void FirstEights(const int16_t* input) {
    const int32_t part = n_ / 8;
    const Factors second = FactorsOf(_mm256_set1_epi32(1), part);
    ForEachBlock(part, [&](int32_t i, const int32_t(&places)[8]) {
      __m256i sums[4], differences[4], even[4], odd[4];
      MR_UNROLL
      for (int j = 0; j < 4; ++j) {
        const __m256i a = Half(Load(input, i + j * part));
        const __m256i b = TimesOne(Half(Load(input, i + (j + 4) * part)));
        sums[j] = _mm256_add_epi16(a, b);
        differences[j] = _mm256_sub_epi16(a, b);
      }
      Radix4OfFirstFactors(sums, even);
      Radix4(differences, second, odd);
      __m256 rows[8], columns[8];
      MR_UNROLL
      for (int j = 0; j < 4; ++j) {
        rows[2 * j] = _mm256_castsi256_ps(even[j]);
        rows[2 * j + 1] = _mm256_castsi256_ps(odd[j]);
      }
      x86::Transpose8(rows, columns);
      MR_UNROLL
      for (int l = 0; l < 8; ++l) Store(_mm256_castps_si256(columns[l]), x_, places[l]);
    });
  }

  void Fours(int32_t done) {
    const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    for (int32_t k = 0; k < done; k += 8) {
      const Factors factors =
          FactorsOf(_mm256_add_epi32(_mm256_set1_epi32(k), lanes), n_ / (4 * done));
      for (int32_t i = k; i < n_; i += 4 * done) {
        const __m256i in[4] = {Load(x_, i), Load(x_, i + done), Load(x_, i + 2 * done),
                               Load(x_, i + 3 * done)};
        __m256i out[4];
        Radix4(in, factors, out);
        MR_UNROLL
        for (int j = 0; j < 4; ++j) Store(out[j], x_, i + j * done);
      }
    }
  }

  Factors FactorsOf(__m256i k, int32_t step) const {
    const __m256i first = _mm256_mullo_epi32(k, _mm256_set1_epi32(step));
    const __m256i second = _mm256_add_epi32(first, first);
    const auto at = [&](__m256i m) {
      return Factor(_mm256_i32gather_epi32(reinterpret_cast<const int*>(factors_), m, 4));
    };
    return {at(first), at(second), at(_mm256_add_epi32(second, first))};
  }

  int32_t n_;
  int16_t* x_;
  alignas(32) int16_t factors_[2 * 3 * kMost / 4];
};

// (a + b) / 2 and (a - b) / 2, rounded down, with a bit more in between.
__m256i HalfSum(__m256i a, __m256i b) {
  return _mm256_add_epi16(_mm256_and_si256(a, b), _mm256_srai_epi16(_mm256_xor_si256(a, b), 1));
}
__m256i HalfDifference(__m256i a, __m256i b) {
  return _mm256_sub_epi16(_mm256_srai_epi16(_mm256_xor_si256(a, b), 1), _mm256_andnot_si256(a, b));
}

// Separates the spectrum of even and odd samples in place, eight values from either end at a time.
void Separate(int32_t n, const int16_t* table, int16_t* x) {
  const auto half = [](int16_t v) { return (v * (0x7FFF / 2) + (1 << 14)) >> 15; };
  const int32_t real = half(x[0]), imaginary = half(x[1]);
  x[0] = static_cast<int16_t>(real + imaginary);
  x[1] = 0;
  x[2 * n] = static_cast<int16_t>(real - imaginary);
  x[2 * n + 1] = 0;
  const int32_t quarter = n / 2;
  const __m128i turned = _mm_setr_epi8(14, 15, 12, 13, 10, 11, 8, 9, 6, 7, 4, 5, 2, 3, 0, 1);
  for (int32_t k = 1; k <= n / 2; k += 8) {
    const __m256i a = Half(Load(x, k));
    const __m256i b = Half(Conjugate(Reverse(Load(x, n - k - 7))));
    const __m128i cosines = _mm_loadu_si128(reinterpret_cast<const __m128i*>(table + k));
    const __m128i sines = _mm_shuffle_epi8(
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(table + quarter - k - 7)), turned);
    const __m256i turn =
        _mm256_set_m128i(_mm_unpackhi_epi16(sines, cosines), _mm_unpacklo_epi16(sines, cosines));
    const Factor factor(_mm256_sub_epi16(_mm256_setzero_si256(), turn));
    const __m256i even = _mm256_add_epi16(a, b);
    const __m256i odd = Multiply(_mm256_sub_epi16(a, b), factor);
    Store(HalfSum(even, odd), x, k);
    const __m256i mirrored =
        HalfDifference(_mm256_blend_epi16(even, odd, 0xAA), _mm256_blend_epi16(odd, even, 0xAA));
    Store(Reverse(mirrored), x, n - k - 7);
  }
}

}  // namespace

void RealFftLoop(const int16_t* input, int32_t size, int32_t length, const int16_t* twiddles,
                 int16_t* output) {
  const int32_t n = length / 2;
  if (n < kLeast || n > kMost) {
    signal::RealFft(input, size, length, twiddles, output);
    return;
  }
  alignas(32) int16_t padded[2 * kMost];
  if (size < length) {
    const size_t bytes = static_cast<size_t>(size) * sizeof(int16_t);
    if (size > 0) __builtin_memcpy(padded, input, bytes);
    __builtin_memset(padded + size, 0, static_cast<size_t>(length) * sizeof(int16_t) - bytes);
    input = padded;
  }
  Transform(n, twiddles, output).Run(input);
  Separate(n, twiddles, output);
}

}  // namespace millrace::micro
