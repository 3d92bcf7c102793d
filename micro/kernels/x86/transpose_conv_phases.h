// Outputs that lie whole strides apart meet the same taps of the filter: those are packed
// (packed.h) for each such phase of the output, and the input elements under them copied side by
// side.
#ifndef MILLRACE_MICRO_KERNELS_X86_TRANSPOSE_CONV_PHASES_H_
#define MILLRACE_MICRO_KERNELS_X86_TRANSPOSE_CONV_PHASES_H_

#include <algorithm>
#include <cstring>

#include "micro/kernels/loops/transpose_conv.h"
#include "micro/kernels/x86/patch.h"
#include "micro/kernels/x86/wide_sums.h"

namespace millrace::micro::x86::transposed {

constexpr int32_t kMaxPatch = 4096;  // elements under an output
constexpr int32_t kStart = 0;        // of a patch: it has one part

constexpr int32_t PaddedDepth(int32_t depth) { return (depth + 15) / 16 * 16; }

// The taps of one axis that outputs of a phase may meet: first, first + stride, ...
struct Phase {
  Phase(const TransposeConvAxis& axis, int32_t first_output)
      : output(first_output),
        first((first_output + axis.padding) % axis.stride),
        taps(first < axis.filter ? (axis.filter - first + axis.stride - 1) / axis.stride : 0) {}

  // The input element under tap number i of an output; it may be outside.
  int32_t Input(const TransposeConvAxis& axis, int64_t at_output, int32_t i) const {
    return static_cast<int32_t>((at_output + axis.padding - first) / axis.stride - i);
  }

  int32_t output;  // the first
  int32_t first;   // tap
  int32_t taps;
};

// In: int8_t or int16_t. Sum: int32_t, which wraps, or int64_t.
template <typename In, typename Sum>
class PhaseSums {
 public:
  PhaseSums(const TransposeConvShape& s, int32_t zero_point, Phase y, Phase x)
      : s_(s),
        zero_point_(zero_point),
        y_(y),
        x_(x),
        size_(y.taps * x.taps * PaddedDepth(s.depth)) {}

  // Channels `first` .. `first + channels - 1` of one image after another.
  template <typename Finisher>
  void Run(const In* input, const int8_t* filter, const Finisher& finisher, int32_t first,
           int32_t channels, In* output) {
    for (int32_t c = 0; c < channels; c += kPanelRows) {
      Pack(filter, first + c, std::min(kPanelRows, channels - c),
           panels_ + c / kPanelRows * PanelElements());
    }
    const ptrdiff_t in_row = static_cast<ptrdiff_t>(s_.x.input) * s_.depth;
    const ptrdiff_t out_row = static_cast<ptrdiff_t>(s_.x.output) * s_.channels;
    for (int32_t b = 0; b < s_.batches; ++b) {
      for (int64_t oy = y_.output; oy < s_.y.output; oy += s_.y.stride) {
        Row(input, finisher, oy, first, channels, output + oy * out_row);
      }
      input += s_.y.input * in_row;
      output += s_.y.output * out_row;
    }
  }

  // Channels at once.
  int32_t Block() const {
    return size_ == 0 ? s_.channels : kPanelRoom / PanelElements() * kPanelRows;
  }

 private:
  int32_t PanelElements() const { return size_ * kPanelRows; }

  // Tap by tap.
  void Pack(const int8_t* filter, int32_t first, int32_t rows, int16_t* panel) const {
    const ptrdiff_t row = static_cast<ptrdiff_t>(s_.y.filter) * s_.x.filter * s_.depth;
    const int8_t* const end = filter + s_.channels * row;
    for (int32_t i = 0; i < y_.taps; ++i) {
      for (int32_t j = 0; j < x_.taps; ++j, panel += PanelSize(s_.depth)) {
        const int32_t fy = y_.first + i * s_.y.stride, fx = x_.first + j * s_.x.stride;
        const ptrdiff_t tap = (static_cast<ptrdiff_t>(fy) * s_.x.filter + fx) * s_.depth;
        PackPanel({filter + first * row + tap, end, rows, s_.depth, row}, panel);
      }
    }
  }

  template <typename Finisher>
  void Row(const In* image, const Finisher& finisher, int64_t oy, int32_t first, int32_t channels,
           In* output) {
    const int64_t step = s_.x.stride;
    for (int64_t ox = x_.output; ox < s_.x.output; ox += kPanelVectors * step) {
      const auto left = static_cast<int>((s_.x.output - ox + step - 1) / step);
      const int count = std::min(kPanelVectors, left);
      for (int v = 0; v < count; ++v) CopyPatch(image, oy, ox + v * step, patches_ + v * size_);
      for (int32_t c = 0; c < channels; c += kPanelRows) {
        Sum sums[kPanelVectors * kPanelRows] = {};
        const int32_t rows = std::min(kPanelRows, channels - c);
        MultiplyPanel({patches_, count, size_, size_, &kStart, 1},
                      panels_ + c / kPanelRows * PanelElements(), rows, sums);
        finisher.Run(sums, kPanelRows, first + c, rows, count,
                     output + ox * s_.channels + first + c);
      }
    }
  }

  void CopyPatch(const In* image, int64_t oy, int64_t ox, int16_t* patch) const {
    const int32_t padded = PaddedDepth(s_.depth);
    std::memset(patch, 0, static_cast<size_t>(size_) * sizeof(int16_t));
    for (int32_t i = 0; i < y_.taps; ++i) {
      const int32_t iy = y_.Input(s_.y, oy, i);
      for (int32_t j = 0; j < x_.taps; ++j, patch += padded) {
        const int32_t ix = x_.Input(s_.x, ox, j);
        if (iy < 0 || iy >= s_.y.input || ix < 0 || ix >= s_.x.input) continue;
        const ptrdiff_t pixel = static_cast<ptrdiff_t>(iy) * s_.x.input + ix;
        Widen(image + pixel * s_.depth, s_.depth, zero_point_, patch);
      }
    }
  }

  const TransposeConvShape& s_;
  int32_t zero_point_;
  Phase y_, x_;
  int32_t size_;  // of a patch
  alignas(64) int16_t patches_[kPanelVectors * kMaxPatch];
  alignas(64) int16_t panels_[kPanelRoom];
};

inline bool Fits(const TransposeConvShape& s) {
  const int64_t taps = int64_t{s.y.filter} * s.x.filter;
  return taps <= kMaxPatch && taps * PaddedDepth(s.depth) <= kMaxPatch;
}

// finisher.Run(sums, elements from a vector's sums to the next's, first channel, channels, vectors,
// output of the first); outputs of a phase are s.x.stride * s.channels apart. REQUIRES: Fits(s).
template <typename Sum, typename In, typename Finisher>
void Run(const TransposeConvShape& s, int32_t zero_point, const In* input, const int8_t* filter,
         const Finisher& finisher, In* output) {
  for (int32_t oy = 0; oy < std::min(s.y.stride, s.y.output); ++oy) {
    for (int32_t ox = 0; ox < std::min(s.x.stride, s.x.output); ++ox) {
      PhaseSums<In, Sum> phase(s, zero_point, Phase(s.y, oy), Phase(s.x, ox));
      const int32_t block = phase.Block();
      for (int32_t first = 0; first < s.channels; first += block) {
        phase.Run(input, filter, finisher, first, std::min(block, s.channels - first), output);
      }
    }
  }
}

}  // namespace millrace::micro::x86::transposed

#endif  // MILLRACE_MICRO_KERNELS_X86_TRANSPOSE_CONV_PHASES_H_
