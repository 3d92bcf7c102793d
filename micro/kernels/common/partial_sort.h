// The first few of an order, by a heap: in place and without recursion.
#ifndef MILLRACE_MICRO_KERNELS_COMMON_PARTIAL_SORT_H_
#define MILLRACE_MICRO_KERNELS_COMMON_PARTIAL_SORT_H_

#include <cstdint>
#include <utility>

namespace millrace::micro {

// Puts `value` into the heap of n below the hole at `hole`: the hole goes down to a leaf, then the
// value up from there. `before` is the order; the heap's first element is the last in order.
template <typename T, typename Before>
void FillHole(T* heap, int32_t hole, int32_t n, T value, const Before& before) {
  const int32_t top = hole;
  for (int32_t child = 2 * hole + 2; child <= n; hole = child, child = 2 * child + 2) {
    if (child == n || before(heap[child], heap[child - 1])) --child;
    heap[hole] = heap[child];
  }
  while (hole > top && before(heap[(hole - 1) / 2], value)) {
    heap[hole] = heap[(hole - 1) / 2];
    hole = (hole - 1) / 2;
  }
  heap[hole] = value;
}

// Moves the k elements that come first to the front, in order; the others follow in none. What
// counts as equal comes in the order that the heap happens to give. REQUIRES: k <= n.
template <typename T, typename Before>
void PartialSort(T* elements, int32_t n, int32_t k, const Before& before) {
  if (k <= 0) return;
  for (int32_t i = k / 2 - 1; i >= 0; --i) FillHole(elements, i, k, elements[i], before);
  for (int32_t i = k; i < n; ++i) {
    if (!before(elements[i], elements[0])) continue;
    const T last = elements[0];
    FillHole(elements, 0, k, elements[i], before);
    elements[i] = last;
  }
  for (int32_t left = k - 1; left > 0; --left) {
    const T value = elements[left];
    elements[left] = elements[0];
    FillHole(elements, 0, left, value, before);
  }
}

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_COMMON_PARTIAL_SORT_H_
