// Windows that lie in the image are read there, only those at its edge are copied.
#include "micro/kernels/x86/float_panels.h"

#include <algorithm>
#include <cstring>

#include "micro/kernels/x86/float_dots.h"
#include "micro/kernels/x86/patch.h"
#include "micro/kernels/x86/unroll.h"

namespace millrace::micro::x86 {
namespace {

constexpr int kTile = 6;                  // outputs at once: with two vectors each, 12 sums
constexpr int32_t kMaxChunk = 8 * kTile;  // outputs that meet a panel one after another
constexpr int32_t kMaxRows = 16;          // of a window that is read in the image
constexpr int32_t kPatches = kTile * kMaxFloatWindow;  // elements of copied windows

// Part number i of `count` things in `parts` nearly equal parts: where it begins.
int32_t Begin(int32_t count, int32_t parts, int32_t i) {
  return static_cast<int32_t>(int64_t{count} * i / parts);
}

// Where the windows of some outputs of an image are.
class Windows {
 public:
  explicit Windows(const ConvShape& s)
      : s_(s),
        size_(static_cast<int32_t>(WindowSize(s))),
        in_image_(s.dilation_width == 1 && s.filter_channels == s.input_channels &&
                  s.filter_height <= kMaxRows),
        rows_(in_image_ ? s.filter_height : 1),
        row_size_(size_ / rows_) {
    for (int32_t i = 0; i < rows_; ++i) depth_[i] = i * row_size_;
  }

  int32_t capacity() const { return std::min(kMaxChunk, kPatches / size_); }
  FloatParts parts() const { return {rows_, row_size_, where_, depth_}; }

  // Of the outputs first .. first + count - 1, count <= capacity().
  void Find(const float* image, int32_t first, int32_t count) {
    int32_t oy = first / s_.output_width, ox = first % s_.output_width;
    for (int32_t v = 0; v < count; ++oy, ox = 0) {
      const int32_t beside = std::min(count - v, s_.output_width - ox);
      FindBeside(image, oy, ox, beside, v);
      v += beside;
    }
  }

 private:
  // Of outputs that lie beside each other.
  void FindBeside(const float* image, int32_t oy, int32_t ox, int32_t count, int32_t v) {
    const ptrdiff_t line = static_cast<ptrdiff_t>(s_.input_width) * s_.input_channels;
    const ptrdiff_t step = s_.dilation_height * line;
    const int32_t y = oy * s_.stride_height - s_.padding_top;
    const bool rows_inside =
        in_image_ && y >= 0 &&
        y + int64_t{s_.filter_height - 1} * s_.dilation_height < s_.input_height;
    const float** where = where_ + v * rows_;
    int32_t x = ox * s_.stride_width - s_.padding_left;
    for (const int32_t end = ox + count; ox < end; ++ox, ++v, x += s_.stride_width) {
      const float* at;
      ptrdiff_t to_next = step;
      if (rows_inside && x >= 0 && x + s_.filter_width <= s_.input_width) {
        at = image + y * line + static_cast<ptrdiff_t>(x) * s_.input_channels;
      } else {
        float* patch = patches_ + v * size_;
        MakePatch(s_, image, 0, oy, ox, patch);
        at = patch;
        to_next = row_size_;
      }
      for (int32_t i = 0; i < rows_; ++i) *where++ = at + i * to_next;
    }
  }

  const ConvShape& s_;
  int32_t size_;
  bool in_image_;
  int32_t rows_;
  int32_t row_size_;
  const float* where_[kMaxChunk * kMaxRows];
  int32_t depth_[kMaxRows];
  float patches_[kPatches];
};

// The outputs v .. v + kOutputs - 1, for the channels of one panel: kVectors times eight, or fewer
// when the last vector is cut.
template <int kOutputs, int kVectors, bool kCut>
void Tile(const FloatParts& parts, int32_t v, const float* panel, const FloatTarget& to) {
  const ptrdiff_t channels = kCut ? to.count : 8 * kVectors;
  const __m256i lanes = FirstLanes(to.count - 8 * (kVectors - 1));
  __m256 acc[kOutputs][kVectors] = {};
  for (int32_t r = 0; r < parts.count; ++r) {
    const float* x[kOutputs];
    MR_UNROLL
    for (int o = 0; o < kOutputs; ++o) x[o] = parts.x[(v + o) * parts.count + r];
    const float* row = panel + parts.depth[r] * channels;
    for (ptrdiff_t d = 0; d < parts.size; ++d, row += channels) {
      __m256 w[kVectors];
      MR_UNROLL
      for (int i = 0; i < kVectors; ++i) {
        const bool cut = kCut && i == kVectors - 1;
        w[i] = cut ? _mm256_maskload_ps(row + 8 * i, lanes) : _mm256_loadu_ps(row + 8 * i);
      }
      MR_UNROLL
      for (int o = 0; o < kOutputs; ++o) {
        const __m256 value = _mm256_broadcast_ss(x[o] + d);
        MR_UNROLL
        for (int i = 0; i < kVectors; ++i) {
          acc[o][i] = _mm256_fmadd_ps(value, w[i], acc[o][i]);
        }
      }
    }
  }
  MR_UNROLL
  for (int o = 0; o < kOutputs; ++o) {
    float* out = to.out + (v + o) * to.stride;
    if constexpr (kCut) {
      float sums[8 * kVectors];
      MR_UNROLL
      for (int i = 0; i < kVectors; ++i) _mm256_storeu_ps(sums + 8 * i, acc[o][i]);
      to.store.Store(sums, to.first, to.count, out);
    } else {
      MR_UNROLL
      for (int i = 0; i < kVectors; ++i) {
        to.store.Store8(_mm256_add_ps(acc[o][i], to.store.Bias8(to.first + 8 * i)), out + 8 * i);
      }
    }
  }
}

// The same for any number of outputs up to kTile.
template <int kVectors, bool kCut>
void SomeOutputs(const FloatParts& parts, int32_t v, int32_t outputs, const float* panel,
                 const FloatTarget& to) {
  switch (outputs) {
    case 1:
      return Tile<1, kVectors, kCut>(parts, v, panel, to);
    case 2:
      return Tile<2, kVectors, kCut>(parts, v, panel, to);
    case 3:
      return Tile<3, kVectors, kCut>(parts, v, panel, to);
    case 4:
      return Tile<4, kVectors, kCut>(parts, v, panel, to);
    case 5:
      return Tile<5, kVectors, kCut>(parts, v, panel, to);
    default:
      return Tile<kTile, kVectors, kCut>(parts, v, panel, to);
  }
}

}  // namespace

void SumFloatParts(const FloatParts& parts, int32_t outputs, const float* panel,
                   const FloatTarget& to) {
  const auto tile = to.count == 16  ? SomeOutputs<2, false>
                    : to.count > 8  ? SomeOutputs<2, true>
                    : to.count == 8 ? SomeOutputs<1, false>
                                    : SomeOutputs<1, true>;
  const int32_t tiles = (outputs + kTile - 1) / kTile;
  for (int32_t i = 0; i < tiles; ++i) {
    const int32_t v = Begin(outputs, tiles, i);
    tile(parts, v, Begin(outputs, tiles, i + 1) - v, panel, to);
  }
}

void ConvPanels(const ConvFloat& p, const float* input, const float* panels, int32_t first,
                int32_t channels, const float* bias, float* output) {
  const ConvShape& s = p.shape;
  const int32_t group = first / (s.output_channels / (s.input_channels / s.filter_channels));
  const ptrdiff_t in_size =
      static_cast<ptrdiff_t>(s.input_height) * s.input_width * s.input_channels;
  const int32_t outputs = s.output_height * s.output_width;
  const FloatOutput store(p.range, bias);
  Windows windows(s);
  const int32_t chunks = (outputs + windows.capacity() - 1) / windows.capacity();
  for (int32_t b = 0; b < s.batches; ++b) {
    const float* image = input + b * in_size + group * s.filter_channels;
    for (int32_t i = 0; i < chunks; ++i) {
      const int32_t begin = Begin(outputs, chunks, i);
      const int32_t count = Begin(outputs, chunks, i + 1) - begin;
      windows.Find(image, begin, count);
      float* out = output + (static_cast<ptrdiff_t>(b) * outputs + begin) * s.output_channels;
      for (int32_t c = 0; c < channels; c += kFloatPanel) {
        const FloatTarget to = {store, first + c, std::min(kFloatPanel, channels - c),
                                out + first + c, s.output_channels};
        SumFloatParts(windows.parts(), count, panels + c * WindowSize(s), to);
      }
    }
  }
}

}  // namespace millrace::micro::x86
