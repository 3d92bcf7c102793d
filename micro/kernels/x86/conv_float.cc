// Weights are packed on the stack so that lanes are output channels and each sum is made in the
// order of the reference: results are the same bit for bit. Windows that lie in the image are read
// there, only those at its edge are copied.
#include <algorithm>

#include "micro/kernels/reference/conv_sums.h"
#include "micro/kernels/x86/float_output.h"
#include "micro/kernels/x86/float_rows.h"
#include "micro/kernels/x86/patch.h"
#include "micro/kernels/x86/transpose.h"

namespace millrace::micro {
namespace {

constexpr int32_t kMaxDepth = 4096;  // elements of a window; larger ones take the reference's way
constexpr int32_t kMaxRows = 16;     // of a window that is read in the image
constexpr int32_t kPanel = 16;       // channels that are packed together: two vectors
constexpr int kOutputs = 5;          // at once
constexpr int32_t kPacked = kMaxDepth * kPanel;  // weights at once

int32_t DepthOf(const ConvShape& s) { return s.filter_height * s.filter_width * s.filter_channels; }

// panel[d][c] = filter[c][d]; for c >= channels anything.
void PackPanel(const float* filter, int32_t channels, int32_t depth, float* panel) {
  for (int32_t c = 0; c < channels; c += 8) {
    const float* of_channel[8];
    for (int32_t i = 0; i < 8; ++i) {
      of_channel[i] = filter + static_cast<ptrdiff_t>(std::min(c + i, channels - 1)) * depth;
    }
    for (int32_t d = 0; d < depth; d += 8) {
      const int32_t count = std::min(8, depth - d);
      const __m256i lanes = x86::FirstLanes(count);
      __m256 rows[8], columns[8];
      MR_UNROLL
      for (int i = 0; i < 8; ++i) rows[i] = _mm256_maskload_ps(of_channel[i] + d, lanes);
      x86::Transpose8(rows, columns);
      for (int32_t i = 0; i < count; ++i) _mm256_store_ps(panel + (d + i) * kPanel + c, columns[i]);
    }
  }
}

// Where the windows of kOutputs outputs are.
class Windows {
 public:
  explicit Windows(const ConvShape& s)
      : s_(s),
        depth_(DepthOf(s)),
        in_image_(s.dilation_width == 1 && s.filter_channels == s.input_channels &&
                  s.filter_height <= kMaxRows),
        rows_(in_image_ ? s.filter_height : 1),
        row_size_(depth_ / rows_) {}

  int32_t rows() const { return rows_; }
  int32_t row_size() const { return row_size_; }
  const float* const* row(int32_t i) const { return where_[i]; }

  // Output number v is the one at (oy, ox) of an image.
  void Find(const float* image, int32_t oy, int32_t ox, int v) {
    const int32_t y = oy * s_.stride_height - s_.padding_top;
    const int32_t x = ox * s_.stride_width - s_.padding_left;
    const bool inside = in_image_ && y >= 0 && x >= 0 && x + s_.filter_width <= s_.input_width &&
                        y + int64_t{s_.filter_height - 1} * s_.dilation_height < s_.input_height;
    if (inside) {
      const ptrdiff_t line = static_cast<ptrdiff_t>(s_.input_width) * s_.input_channels;
      const float* first = image + y * line + static_cast<ptrdiff_t>(x) * s_.input_channels;
      for (int32_t i = 0; i < rows_; ++i) {
        where_[i][v] = first + i * s_.dilation_height * line;
      }
      return;
    }
    float* patch = patches_ + v * depth_;
    x86::MakePatch(s_, image, 0, oy, ox, patch);
    for (int32_t i = 0; i < rows_; ++i) where_[i][v] = patch + i * row_size_;
  }

 private:
  const ConvShape& s_;
  int32_t depth_;
  bool in_image_;
  int32_t rows_;
  int32_t row_size_;
  const float* where_[kMaxRows][kOutputs];
  float patches_[kOutputs * kMaxDepth];
};

// sums[v][c] = sum_d window v[d] * panel[d][c], c < 8 * kVectors
template <int kVectors>
void Multiply(const Windows& windows, const float* panel, float* sums) {
  __m256 acc[kOutputs][kVectors];
  MR_UNROLL
  for (auto& of_output : acc) {
    MR_UNROLL
    for (__m256& a : of_output) a = _mm256_setzero_ps();
  }
  const int32_t size = windows.row_size();
  for (int32_t r = 0; r < windows.rows(); ++r) {
    const float* x[kOutputs];
    MR_UNROLL
    for (int v = 0; v < kOutputs; ++v) x[v] = windows.row(r)[v];
    for (int32_t d = 0; d < size; ++d, panel += kPanel) {
      __m256 w[kVectors];
      MR_UNROLL
      for (int i = 0; i < kVectors; ++i) w[i] = _mm256_load_ps(panel + 8 * i);
      MR_UNROLL
      for (int v = 0; v < kOutputs; ++v) {
        const __m256 value = _mm256_broadcast_ss(x[v] + d);
        MR_UNROLL
        for (int i = 0; i < kVectors; ++i) {
          acc[v][i] = _mm256_add_ps(acc[v][i], _mm256_mul_ps(value, w[i]));
        }
      }
    }
  }
  MR_UNROLL
  for (int v = 0; v < kOutputs; ++v) {
    MR_UNROLL
    for (int i = 0; i < kVectors; ++i) _mm256_storeu_ps(sums + v * kPanel + 8 * i, acc[v][i]);
  }
}

// The channels first .. first + channels - 1 of one image with at least kOutputs outputs.
void RunPacked(const ConvShape& s, const float* image, const float* packed, int32_t first,
               int32_t channels, const x86::FloatOutput& store, float* output) {
  const int32_t outputs = s.output_height * s.output_width;
  const ptrdiff_t panel_size = static_cast<ptrdiff_t>(DepthOf(s)) * kPanel;
  Windows windows(s);
  float sums[kOutputs * kPanel];
  for (int32_t begin = 0; begin < outputs; begin += kOutputs) {
    // The last ones overlap what has been done.
    const int32_t at = std::min(begin, outputs - kOutputs);
    int32_t oy = at / s.output_width, ox = at % s.output_width;
    for (int v = 0; v < kOutputs; ++v) {
      windows.Find(image, oy, ox, v);
      if (++ox == s.output_width) ox = 0, ++oy;
    }
    for (int32_t c = 0; c < channels; c += kPanel) {
      const int32_t count = std::min(kPanel, channels - c);
      const float* panel = packed + c / kPanel * panel_size;
      count > 8 ? Multiply<2>(windows, panel, sums) : Multiply<1>(windows, panel, sums);
      float* out = output + static_cast<ptrdiff_t>(at) * s.output_channels + first + c;
      for (int v = 0; v < kOutputs; ++v, out += s.output_channels) {
        store.Store(sums + v * kPanel, first + c, count, out);
      }
    }
  }
}

// The same for any number of outputs. filter: that of the first channel.
void RunInPlace(const ConvShape& s, const float* image, const float* filter, int32_t first,
                int32_t channels, const x86::FloatOutput& store, float* output) {
  const int32_t depth = DepthOf(s);
  float patch[kMaxDepth];
  for (int32_t oy = 0; oy < s.output_height; ++oy) {
    for (int32_t ox = 0; ox < s.output_width; ++ox, output += s.output_channels) {
      x86::MakePatch(s, image, 0, oy, ox, patch);
      for (int32_t c = 0; c < channels; c += x86::kFloatRows) {
        const int32_t count = std::min(x86::kFloatRows, channels - c);
        float sums[x86::kFloatRows];
        x86::FloatRowSums<1>(patch, depth, filter + c * static_cast<ptrdiff_t>(depth), count, sums);
        store.Store(sums, first + c, count, output + first + c);
      }
    }
  }
}

}  // namespace

void ConvLoop(const ConvFloat& p, const float* input, const float* filter, const float* bias,
              float* output) {
  const ConvShape& s = p.shape;
  const int64_t depth = int64_t{s.filter_height} * s.filter_width * s.filter_channels;
  if (depth > kMaxDepth) {
    ConvSums<float>(s, input, 0.0f, filter, FinishFloat{p.range, bias, output});
    return;
  }
  const int32_t group_outputs = s.output_channels / (s.input_channels / s.filter_channels);
  const ptrdiff_t in_size =
      static_cast<ptrdiff_t>(s.input_height) * s.input_width * s.input_channels;
  const ptrdiff_t outputs = static_cast<ptrdiff_t>(s.output_height) * s.output_width;
  const bool packs = outputs >= kOutputs;
  const auto panel_size = static_cast<int32_t>(depth * kPanel);
  const int32_t block = packs ? kPacked / panel_size * kPanel : group_outputs;
  const x86::FloatOutput store(p.range, bias);
  alignas(32) float packed[kPacked];
  for (int32_t o = 0; o < s.output_channels;) {
    const int32_t group = o / group_outputs;
    const int32_t channels = std::min(block, (group + 1) * group_outputs - o);
    const float* of_block = filter + o * depth;
    for (int32_t c = 0; packs && c < channels; c += kPanel) {
      PackPanel(of_block + c * depth, std::min(kPanel, channels - c), static_cast<int32_t>(depth),
                packed + c / kPanel * static_cast<ptrdiff_t>(panel_size));
    }
    for (int32_t b = 0; b < s.batches; ++b) {
      const float* image = input + b * in_size + group * s.filter_channels;
      float* out = output + b * outputs * s.output_channels;
      packs ? RunPacked(s, image, packed, o, channels, store, out)
            : RunInPlace(s, image, of_block, o, channels, store, out);
    }
    o += channels;
  }
}

}  // namespace millrace::micro
