// Float convolutions whose filter lies in panels: each kFloatPanel output channels of a group (the
// last panel of a group may have fewer) lie element by element, [depth][channels], so that lanes
// are channels. Sums are made in the order of the reference, but multiplications are fused: results
// differ from its in the last bits.
#ifndef MILLRACE_MICRO_KERNELS_X86_FLOAT_PANELS_H_
#define MILLRACE_MICRO_KERNELS_X86_FLOAT_PANELS_H_

#include <cstddef>
#include <cstdint>

#include "micro/kernels/loops/conv.h"
#include "micro/kernels/x86/float_output.h"

namespace millrace::micro::x86 {

constexpr int32_t kFloatPanel = 16;
constexpr int64_t kMaxFloatWindow = 10240;  // elements that an output reads at most

inline int64_t WindowSize(const ConvShape& s) {
  return int64_t{s.filter_height} * s.filter_width * s.filter_channels;
}

// What outputs are made of: parts of the input, each with the elements of the filter that it meets.
struct FloatParts {
  int32_t count;
  int32_t size;           // elements of a part
  const float* const* x;  // part i of output v: x[v * count + i]
  const int32_t* depth;   // of the filter's element that a part's first meets
};

// Where the sums of some outputs go: channels first .. first + count - 1 of output v at
// out + v * stride.
struct FloatTarget {
  const FloatOutput& store;
  int32_t first, count;
  float* out;
  ptrdiff_t stride;
};

// The outputs 0 .. outputs - 1 of to.count <= kFloatPanel channels, whose panel this is.
void SumFloatParts(const FloatParts& parts, int32_t outputs, const float* panel,
                   const FloatTarget& to);

// The output channels first .. first + channels - 1, all of one group, of every image. panels: that
// of `first` and what follows; they need no alignment. REQUIRES: WindowSize <= kMaxFloatWindow.
void ConvPanels(const ConvFloat& p, const float* input, const float* panels, int32_t first,
                int32_t channels, const float* bias, float* output);

}  // namespace millrace::micro::x86

#endif  // MILLRACE_MICRO_KERNELS_X86_FLOAT_PANELS_H_
