// Which taps of a window lie inside the image.
#ifndef MILLRACE_MICRO_KERNELS_LOOPS_TAPS_H_
#define MILLRACE_MICRO_KERNELS_LOOPS_TAPS_H_

#include <cstdint>

namespace millrace::micro {

// Taps begin .. end - 1 of one axis are inside.
struct Taps {
  int32_t first;  // position of tap 0, which may be outside
  int32_t dilation;
  int32_t begin;
  int32_t end;

  int32_t Position(int32_t tap) const { return first + tap * dilation; }
  int32_t count() const { return end - begin; }
};

// Of a window of `taps` whose first lies at `first` of an axis of `size`. Not inline: it is not in
// the innermost loops, and there are many of those.
__attribute__((noinline)) inline Taps TapsInside(int32_t first, int32_t dilation, int32_t taps,
                                                 int32_t size) {
  Taps t = {first, dilation, 0, taps};
  if (first < 0) t.begin = dilation == 1 ? -first : (dilation - 1 - first) / dilation;
  if (t.Position(taps - 1) >= size) {
    const int32_t room = size - first;
    t.end = room <= 0 ? 0 : dilation == 1 ? room : (room + dilation - 1) / dilation;
  }
  if (t.begin > t.end) t.begin = t.end;
  return t;
}

// Of a window of Shape (ConvShape, PoolShape) at an output position.
template <typename Shape>
Taps RowTaps(const Shape& s, int32_t output_y, int32_t dilation = 1) {
  return TapsInside(output_y * s.stride_height - s.padding_top, dilation, s.filter_height,
                    s.input_height);
}
template <typename Shape>
Taps ColumnTaps(const Shape& s, int32_t output_x, int32_t dilation = 1) {
  return TapsInside(output_x * s.stride_width - s.padding_left, dilation, s.filter_width,
                    s.input_width);
}

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_LOOPS_TAPS_H_
