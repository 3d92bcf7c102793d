#include "kernels/nn/softmax_row.h"

#include <algorithm>

#include "kernels/math/vector_math.h"

namespace millrace {
namespace {

template <typename T>
T Max(const T* x, int64_t n) {
  constexpr int kLanes = 32;
  T lanes[kLanes];
  const int64_t whole = n / kLanes * kLanes;
  T max = x[0];
  if (whole > 0) {
    for (int j = 0; j < kLanes; ++j) lanes[j] = x[j];
    for (int64_t i = kLanes; i < whole; i += kLanes) {
      for (int j = 0; j < kLanes; ++j) lanes[j] = lanes[j] < x[i + j] ? x[i + j] : lanes[j];
    }
    for (int j = 0; j < kLanes; ++j) max = max < lanes[j] ? lanes[j] : max;
  }
  for (int64_t i = whole; i < n; ++i) max = max < x[i] ? x[i] : max;
  return max;
}

inline __m256 Broadcast(float x) { return _mm256_set1_ps(x); }
inline __m256d Broadcast(double x) { return _mm256_set1_pd(x); }

template <typename T>
T Sum(const T* x, int64_t n) {
  constexpr int kLanes = 32;
  T lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int j = 0; j < kLanes; ++j) lanes[j] += x[i + j];
  }
  for (int width = kLanes / 2; width > 0; width /= 2) {
    for (int j = 0; j < width; ++j) lanes[j] += lanes[j + width];
  }
  T sum = lanes[0];
  for (; i < n; ++i) sum += x[i];
  return sum;
}

template <typename T>
T Exp(const T* x, int64_t n, T* y, T* max) {
  *max = Max(x, n);
  const auto shift = Broadcast(*max);
  vec::Map(x, y, n, [shift](auto v) { return vec::Exp(v - shift); });
  return Sum(y, n);
}

}  // namespace

float ExpRow(const float* x, int64_t n, float* y, float* max) { return Exp(x, n, y, max); }
double ExpRow(const double* x, int64_t n, double* y, double* max) { return Exp(x, n, y, max); }

}  // namespace millrace
