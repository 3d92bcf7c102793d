// Elementary functions of eight floats or four doubles at once, from the C library's vector math
// library. A loop uses them for its last few elements too, so that a value does not depend on where
// it stands in a tensor.
#pragma once

#include <immintrin.h>

#include <cstdint>
#include <cstring>

#define MILLRACE_VECTOR_FUNCTION(Name, c_name)                     \
  extern "C" __m256 _ZGVdN8v_##c_name##f(__m256);                  \
  extern "C" __m256d _ZGVdN4v_##c_name(__m256d);                   \
  namespace millrace::vec {                                        \
  inline __m256 Name(__m256 x) { return _ZGVdN8v_##c_name##f(x); } \
  inline __m256d Name(__m256d x) { return _ZGVdN4v_##c_name(x); }  \
  }
MILLRACE_VECTOR_FUNCTION(Exp, exp)
MILLRACE_VECTOR_FUNCTION(Expm1, expm1)
MILLRACE_VECTOR_FUNCTION(Log, log)
MILLRACE_VECTOR_FUNCTION(Log1p, log1p)
MILLRACE_VECTOR_FUNCTION(Sin, sin)
MILLRACE_VECTOR_FUNCTION(Cos, cos)
MILLRACE_VECTOR_FUNCTION(Tan, tan)
MILLRACE_VECTOR_FUNCTION(Asin, asin)
MILLRACE_VECTOR_FUNCTION(Acos, acos)
MILLRACE_VECTOR_FUNCTION(Atan, atan)
MILLRACE_VECTOR_FUNCTION(Sinh, sinh)
MILLRACE_VECTOR_FUNCTION(Cosh, cosh)
MILLRACE_VECTOR_FUNCTION(Tanh, tanh)
MILLRACE_VECTOR_FUNCTION(Asinh, asinh)
MILLRACE_VECTOR_FUNCTION(Acosh, acosh)
MILLRACE_VECTOR_FUNCTION(Atanh, atanh)
MILLRACE_VECTOR_FUNCTION(Erf, erf)
MILLRACE_VECTOR_FUNCTION(Erfc, erfc)
#undef MILLRACE_VECTOR_FUNCTION

extern "C" __m256 _ZGVdN8vv_powf(__m256, __m256);
extern "C" __m256d _ZGVdN4vv_pow(__m256d, __m256d);
extern "C" __m256 _ZGVdN8vv_atan2f(__m256, __m256);
extern "C" __m256d _ZGVdN4vv_atan2(__m256d, __m256d);

namespace millrace::vec {

inline __m256 Pow(__m256 x, __m256 y) { return _ZGVdN8vv_powf(x, y); }
inline __m256d Pow(__m256d x, __m256d y) { return _ZGVdN4vv_pow(x, y); }
inline __m256 Atan2(__m256 y, __m256 x) { return _ZGVdN8vv_atan2f(y, x); }
inline __m256d Atan2(__m256d y, __m256d x) { return _ZGVdN4vv_atan2(y, x); }

inline __m256 Load(const float* p) { return _mm256_loadu_ps(p); }
inline __m256d Load(const double* p) { return _mm256_loadu_pd(p); }
inline void Store(float* p, __m256 v) { _mm256_storeu_ps(p, v); }
inline void Store(double* p, __m256d v) { _mm256_storeu_pd(p, v); }

// out[i] = f(in[i]), where f takes a vector; in and out may be the same.
template <typename T, typename F>
void Map(const T* in, T* out, int64_t n, F f) {
  constexpr int kLanes = 32 / sizeof(T);
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) Store(out + i, f(Load(in + i)));
  if (i == n) return;
  T rest[kLanes];
  for (int j = 0; j < kLanes; ++j) rest[j] = in[i + j < n ? i + j : i];
  Store(rest, f(Load(rest)));
  std::memcpy(out + i, rest, sizeof(T) * static_cast<size_t>(n - i));
}

}  // namespace millrace::vec
