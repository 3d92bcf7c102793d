#include "micro/host/turned_transpose_conv.h"

#include <algorithm>

#include "micro/kernels/x86/float_panels.h"

namespace millrace::micro {
namespace {

constexpr int32_t kOutputs = 24;  // at most that many together

// Outputs of a row that lie a stride apart meet the same elements of the filter, in input elements
// beside each other.
class Row {
 public:
  Row(const TransposeConvFloat& p, const float* filter, const float* bias)
      : s_(p.shape), filter_(filter), store_(p.range, bias) {}

  // image: the input's; output: the row's.
  void Run(const float* image, int32_t oy, float* output) {
    const TransposeConvTaps y = TapsOf(s_.y, oy);
    for (int32_t phase = 0; phase < std::min(s_.x.stride, s_.x.output); ++phase) {
      for (int64_t ox = phase; ox < s_.x.output;) {
        const TransposeConvTaps x = TapsOf(s_.x, static_cast<int32_t>(ox));
        int32_t count = 1;
        while (count < kOutputs && IsMetSo(x, ox + int64_t{count} * s_.x.stride)) ++count;
        Find(image, y, x, count);
        Sum(count, output + ox * s_.channels);
        ox += int64_t{count} * s_.x.stride;
      }
    }
  }

 private:
  // Whether there is an output at ox that meets the same elements of the filter.
  bool IsMetSo(const TransposeConvTaps& x, int64_t ox) const {
    if (ox >= s_.x.output) return false;
    const TransposeConvTaps there = TapsOf(s_.x, static_cast<int32_t>(ox));
    return there.first == x.first && there.end == x.end;
  }

  void Find(const float* image, const TransposeConvTaps& y, const TransposeConvTaps& x,
            int32_t count) {
    const ptrdiff_t row = static_cast<ptrdiff_t>(s_.x.input) * s_.depth;
    parts_ = 0;
    for (int32_t fy = y.first; fy < y.end; fy += s_.y.stride) {
      for (int32_t fx = x.first; fx < x.end; fx += s_.x.stride) ++parts_;
    }
    int32_t part = 0;
    for (int32_t fy = y.first; fy < y.end; fy += s_.y.stride) {
      for (int32_t fx = x.first; fx < x.end; fx += s_.x.stride, ++part) {
        depth_[part] = (fy * s_.x.filter + fx) * s_.depth;
        const float* from = image + (y.at - fy) / s_.y.stride * row +
                            static_cast<ptrdiff_t>((x.at - fx) / s_.x.stride) * s_.depth;
        for (int32_t v = 0; v < count; ++v, from += s_.depth) where_[v * parts_ + part] = from;
      }
    }
  }

  void Sum(int32_t count, float* output) const {
    const ptrdiff_t size = static_cast<ptrdiff_t>(s_.y.filter) * s_.x.filter * s_.depth;
    for (int32_t c = 0; c < s_.channels; c += x86::kFloatPanel) {
      const x86::FloatTarget to = {store_, c, std::min(x86::kFloatPanel, s_.channels - c),
                                   output + c, static_cast<ptrdiff_t>(s_.x.stride) * s_.channels};
      x86::SumFloatParts({parts_, s_.depth, where_, depth_}, count, filter_ + c * size, to);
    }
  }

  const TransposeConvShape& s_;
  const float* filter_;
  x86::FloatOutput store_;
  int32_t parts_ = 0;
  const float* where_[kOutputs * kMaxTransposeConvTaps];
  int32_t depth_[kMaxTransposeConvTaps];
};

}  // namespace

void TurnedTransposeConv(const TransposeConvFloat& p, const float* input, const float* filter,
                         const float* bias, float* output) {
  const TransposeConvShape& s = p.shape;
  Row row(p, filter, bias);
  for (int32_t b = 0; b < s.batches; ++b) {
    for (int32_t oy = 0; oy < s.y.output; ++oy) {
      row.Run(input, oy, output);
      output += static_cast<ptrdiff_t>(s.x.output) * s.channels;
    }
    input += static_cast<ptrdiff_t>(s.y.input) * s.x.input * s.depth;
  }
}

}  // namespace millrace::micro
