// The largest or smallest of elements side by side.
#ifndef MILLRACE_MICRO_KERNELS_COMMON_EXTREMES_H_
#define MILLRACE_MICRO_KERNELS_COMMON_EXTREMES_H_

#include <cstdint>

namespace millrace::micro {

// Of x and the best so far, which stays where neither is better (as with what is not a number).
struct Largest {
  template <typename T>
  static T Of(T x, T best) {
    return x > best ? x : best;
  }
};
struct Smallest {
  template <typename T>
  static T Of(T x, T best) {
    return x < best ? x : best;
  }
};

// Not inlined, or a compiler turns the loop and the one around it round.
template <typename Extreme, int kLanes, typename T>
__attribute__((noinline)) void TakeLanes(const T* in, T* lanes) {
  for (int k = 0; k < kLanes; ++k) lanes[k] = Extreme::Of(in[k], lanes[k]);
}

// The best of `best` and count >= kLanes elements, by that many at a time; the last few are taken
// twice.
template <typename Extreme, int kLanes, typename T>
T BestByLanes(const T* in, int32_t count, T best) {
  T lanes[kLanes];
  for (T& lane : lanes) lane = best;
  for (int32_t i = 0; i + kLanes <= count; i += kLanes) TakeLanes<Extreme, kLanes>(in + i, lanes);
  TakeLanes<Extreme, kLanes>(in + count - kLanes, lanes);
  for (const T lane : lanes) best = Extreme::Of(lane, best);
  return best;
}

// The best of `best` and all elements; for hosts.
template <typename Extreme, typename T>
T BestOf(const T* in, int32_t count, T best) {
  if (count >= 512) return BestByLanes<Extreme, 64>(in, count, best);
  if (count >= 16) return BestByLanes<Extreme, 16>(in, count, best);
  for (int32_t i = 0; i < count; ++i) best = Extreme::Of(in[i], best);
  return best;
}

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_COMMON_EXTREMES_H_
