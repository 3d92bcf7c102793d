// The rows of an image under some outputs of a convolution that lie beside each other, as words
// less the zero point, with zeros for what lies outside: every window of these outputs is then the
// same few contiguous parts, and each input element is made a word once for all of them.
#ifndef MILLRACE_MICRO_KERNELS_X86_BAND_H_
#define MILLRACE_MICRO_KERNELS_X86_BAND_H_

#include <algorithm>
#include <cstdint>

#include "micro/kernels/loops/conv.h"
#include "micro/kernels/x86/packed.h"
#include "micro/kernels/x86/patch.h"

namespace millrace::micro::x86 {

constexpr int32_t kMaxBand = 48 << 10;  // elements
constexpr int32_t kMaxParts = 512;      // of a window

// A convolution that sees one pixel for each output has all images in one row.
inline ConvShape InOneRow(const ConvShape& s) {
  const bool same = s.filter_height * s.filter_width == 1 && s.output_height == s.input_height &&
                    s.output_width == s.input_width && s.padding_top == 0 && s.padding_left == 0 &&
                    s.stride_height == 1 && s.stride_width == 1;
  const int64_t pixels = int64_t{s.batches} * s.input_height * s.input_width;
  if (!same || pixels > INT32_MAX) return s;
  ConvShape row = s;
  row.batches = row.input_height = row.output_height = 1;
  row.input_width = row.output_width = static_cast<int32_t>(pixels);
  return row;
}

// Where windows lie in a band. Sizes are of 64 bits where shapes may be anything.
struct BandShape {
  explicit BandShape(const ConvShape& s)
      : whole_rows(s.dilation_width == 1),
        parts(int64_t{s.filter_height} * (whole_rows ? 1 : s.filter_width)),
        depth(int64_t{s.filter_channels} * (whole_rows ? s.filter_width : 1)),
        step(int64_t{s.stride_width} * s.filter_channels),
        last_tap((int64_t{s.filter_width} - 1) * s.dilation_width) {
    // Elements of a row under n outputs: (last_tap + 1 + (n - 1) * stride_width) * channels.
    const int64_t room = kMaxBand / s.filter_height / s.filter_channels - last_tap - 1;
    outputs = room < 0 ? 0 : std::min<int64_t>(s.output_width, room / s.stride_width + 1);
    // Windows of one pixel: what the first-level cache holds.
    if (parts * depth == s.filter_channels) {
      outputs = std::min<int64_t>(outputs, std::max(16, (8 << 10) / s.filter_channels));
    }
  }

  // Too wide for what is gained from a band, or for what there is room for.
  bool Fits(const ConvShape& s) const {
    return parts <= kMaxParts && outputs >= std::min(s.output_width, 4) &&
           PanelElements() <= kPanelRoom;
  }
  // Of the panel of sixteen output channels.
  int64_t PanelElements() const { return parts * (depth + depth % 2) * kPanelRows; }

  bool whole_rows;  // a part is a row of the window; else it is one pixel
  int64_t parts, depth;
  int64_t step;      // between the windows of outputs beside each other
  int64_t last_tap;  // columns behind the first
  int64_t outputs;   // for which there is room
};

// REQUIRES: BandShape(s).Fits(s).
template <typename In>
class Band {
 public:
  Band(const ConvShape& s, int32_t zero_point) : s_(s), shape_(s), zero_(zero_point) {}

  // For `outputs` <= shape().outputs from (oy, ox) on; image: the first channel of their group.
  void Fill(const In* image, int32_t oy, int32_t ox, int32_t outputs) {
    const auto columns =
        static_cast<int32_t>(shape_.last_tap) + 1 + (outputs - 1) * s_.stride_width;
    const int32_t row = columns * s_.filter_channels;
    const int32_t x = ox * s_.stride_width - s_.padding_left;
    for (int32_t i = 0; i < s_.filter_height; ++i) {
      const int32_t y = oy * s_.stride_height - s_.padding_top + i * s_.dilation_height;
      FillRow(image, y, x, columns, words_ + i * row);
      if (shape_.whole_rows) {
        offsets_[i] = i * row;
        continue;
      }
      for (int32_t j = 0; j < s_.filter_width; ++j) {
        offsets_[i * s_.filter_width + j] = i * row + j * s_.dilation_width * s_.filter_channels;
      }
    }
    words_[s_.filter_height * row] = 0;
  }

  // Those of `count` outputs, the first `at` behind the first of the band.
  Windows At(int32_t at, int count) const {
    const auto step = static_cast<int32_t>(shape_.step);
    return {words_ + at * step,
            count,
            step,
            static_cast<int32_t>(shape_.depth),
            offsets_,
            static_cast<int32_t>(shape_.parts)};
  }

  const BandShape& shape() const { return shape_; }

 private:
  // Columns x .. x + columns - 1 of row y.
  void FillRow(const In* image, int32_t y, int32_t x, int32_t columns, int16_t* out) const {
    const int32_t channels = s_.filter_channels;
    const bool outside = y < 0 || y >= s_.input_height;
    const int32_t begin = outside ? columns : std::clamp(-x, 0, columns);
    const int32_t end = outside ? columns : std::clamp(s_.input_width - x, begin, columns);
    std::fill(out, out + begin * channels, int16_t{0});
    std::fill(out + end * channels, out + columns * channels, int16_t{0});
    if (begin == end) return;
    const In* from =
        image + (static_cast<ptrdiff_t>(y) * s_.input_width + x + begin) * s_.input_channels;
    out += begin * channels;
    if (channels == s_.input_channels) return Widen(from, (end - begin) * channels, zero_, out);
    for (int32_t c = begin; c < end; ++c, from += s_.input_channels, out += channels) {
      Widen(from, channels, zero_, out);
    }
  }

  const ConvShape& s_;
  const BandShape shape_;
  const int32_t zero_;
  int32_t offsets_[kMaxParts];
  alignas(64) int16_t words_[kMaxBand + 1];
};

}  // namespace millrace::micro::x86

#endif  // MILLRACE_MICRO_KERNELS_X86_BAND_H_
