#include <algorithm>
#include <cstring>

#include "micro/kernels/reference/conv_sums.h"
#include "micro/kernels/x86/requant.h"

namespace millrace::micro {
namespace {

constexpr int32_t kChannels = 8;  // at once
constexpr int32_t kMaxTaps = 128;

// Weights of eight channels, two taps interleaved as words, tap by tap in the filter's order; with
// an odd number of taps the last pair's second is 0.
struct Weights {
  __m256i pairs[kMaxTaps / 2];
  __m256i sum;  // of all taps, by channel
};

__m128i Load8(const int8_t* p) { return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)); }

void LoadWeights(const ConvShape& s, const int8_t* filter, Weights* w) {
  const int32_t taps = s.filter_height * s.filter_width;
  w->sum = _mm256_setzero_si256();
  for (int32_t t = 0; t < taps; t += 2) {
    const __m128i first = Load8(filter + static_cast<ptrdiff_t>(t) * s.output_channels);
    const __m128i second = t + 1 < taps
                               ? Load8(filter + static_cast<ptrdiff_t>(t + 1) * s.output_channels)
                               : _mm_setzero_si128();
    const __m256i pair = _mm256_cvtepi8_epi16(_mm_unpacklo_epi8(first, second));
    w->pairs[t / 2] = pair;
    w->sum = _mm256_add_epi32(w->sum, _mm256_madd_epi16(pair, _mm256_set1_epi16(1)));
  }
}

// Where the inputs of eight channels under the taps of one output are; `outside` for taps that the
// image does not have. One more than the taps, so that pairs are whole.
void FindTaps(const ConvShape& s, const int8_t* image, const Taps& rows, const Taps& columns,
              const int8_t* outside, const int8_t** taps) {
  for (int32_t i = 0; i < s.filter_height; ++i) {
    const bool in_rows = i >= rows.begin && i < rows.end;
    for (int32_t j = 0; j < s.filter_width; ++j) {
      const bool inside = in_rows && j >= columns.begin && j < columns.end;
      const ptrdiff_t at =
          static_cast<ptrdiff_t>(rows.Position(i)) * s.input_width + columns.Position(j);
      *taps++ = inside ? image + at * s.input_channels : outside;
    }
  }
  *taps = outside;
}

// The block of channels first .. first + 7 of one image, each with an input channel of its own or
// all with the only one.
class Block {
 public:
  Block(const ConvQuantized& p, const int8_t* filter, const int32_t* bias, int32_t first)
      : shape_(p.shape),
        factors_(x86::LoadRequant8(p.factors, first)),
        store_(p.output_zero_point, p.range),
        taps_(p.shape.filter_height * p.shape.filter_width) {
    LoadWeights(shape_, filter + first, &weights_);
    // A tap outside of the image reads as the zero point, so that it counts nothing in the end.
    const __m256i of_zero = _mm256_mullo_epi32(weights_.sum, _mm256_set1_epi32(p.input_zero_point));
    const __m256i b = bias == nullptr
                          ? _mm256_setzero_si256()
                          : _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bias + first));
    start_ = _mm256_sub_epi32(b, of_zero);
    std::memset(outside_, p.input_zero_point, sizeof(outside_));
  }

  template <bool kOneChannel>
  void Run(const int8_t* image, int8_t* output) const {
    const ConvShape& s = shape_;
    // Where taps of a window that is inside of the image lie, behind its first.
    int32_t offsets[kMaxTaps + 1];
    for (int32_t t = 0; t < taps_; ++t) {
      const int32_t i = t / s.filter_width, j = t % s.filter_width;
      offsets[t] =
          (i * s.dilation_height * s.input_width + j * s.dilation_width) * s.input_channels;
    }
    offsets[taps_] = 0;
    const int8_t* taps[kMaxTaps + 1];
    for (int32_t oy = 0; oy < s.output_height; ++oy) {
      const Taps rows = RowTaps(s, oy, s.dilation_height);
      for (int32_t ox = 0; ox < s.output_width; ++ox, output += s.output_channels) {
        const Taps columns = ColumnTaps(s, ox, s.dilation_width);
        if (rows.count() == s.filter_height && columns.count() == s.filter_width) {
          const int8_t* corner =
              image + (static_cast<ptrdiff_t>(rows.first) * s.input_width + columns.first) *
                          s.input_channels;
          Compute<kOneChannel>([&](int32_t t) { return corner + offsets[t]; }, output);
        } else {
          FindTaps(s, image, rows, columns, outside_, taps);
          Compute<kOneChannel>([&](int32_t t) { return taps[t]; }, output);
        }
      }
    }
  }

 private:
  template <bool kOneChannel, typename Tap>
  void Compute(const Tap& tap, int8_t* output) const {
    __m256i sum = start_;
    for (int32_t t = 0; t < taps_; t += 2) {
      const __m128i bytes = kOneChannel ? Repeated(*tap(t), *tap(t + 1))
                                        : _mm_unpacklo_epi8(Load8(tap(t)), Load8(tap(t + 1)));
      sum = _mm256_add_epi32(sum,
                             _mm256_madd_epi16(_mm256_cvtepi8_epi16(bytes), weights_.pairs[t / 2]));
    }
    store_.Store(x86::MultiplyByRequant8(sum, factors_), output);
  }

  static __m128i Repeated(int8_t a, int8_t b) {
    return _mm_set1_epi16(static_cast<int16_t>(static_cast<uint8_t>(a) | b * 256));
  }

  const ConvShape& shape_;
  x86::Requant8 factors_;
  x86::Output8 store_;
  int32_t taps_;
  Weights weights_;
  __m256i start_;
  int8_t outside_[16];
};

// One channel in plain C++.
void RunChannel(const ConvQuantized& p, const int8_t* input, const int8_t* filter,
                const int32_t* bias, int32_t o, int8_t* output) {
  const ConvShape& s = p.shape;
  const int8_t* channel = input + o / (s.output_channels / s.input_channels);
  const FinishInt8 finish = {p, bias, output};
  int32_t at = o;
  for (int32_t oy = 0; oy < s.output_height; ++oy) {
    const Taps rows = RowTaps(s, oy, s.dilation_height);
    for (int32_t ox = 0; ox < s.output_width; ++ox, at += s.output_channels) {
      const Taps columns = ColumnTaps(s, ox, s.dilation_width);
      int32_t sum = 0;
      for (int32_t i = rows.begin; i < rows.end; ++i) {
        const int8_t* row =
            channel + static_cast<ptrdiff_t>(rows.Position(i)) * s.input_width * s.input_channels;
        for (int32_t j = columns.begin; j < columns.end; ++j) {
          sum += (row[columns.Position(j) * s.input_channels] - p.input_zero_point) *
                 filter[(i * s.filter_width + j) * s.output_channels + o];
        }
      }
      finish(sum, o, at);
    }
  }
}

}  // namespace

void DepthwiseConvLoop(const ConvQuantized& p, const int8_t* input, const int8_t* filter,
                       const int32_t* bias, int8_t* output) {
  const ConvShape& s = p.shape;
  const bool one_channel = s.input_channels == 1;
  const bool fits = (one_channel || s.input_channels == s.output_channels) &&
                    int64_t{s.filter_height} * s.filter_width <= kMaxTaps;
  const int32_t in_blocks = fits ? s.output_channels / kChannels * kChannels : 0;
  const ptrdiff_t in_size =
      static_cast<ptrdiff_t>(s.input_height) * s.input_width * s.input_channels;
  const ptrdiff_t out_size =
      static_cast<ptrdiff_t>(s.output_height) * s.output_width * s.output_channels;
  for (int32_t first = 0; first < in_blocks; first += kChannels) {
    const Block block(p, filter, bias, first);
    for (int32_t b = 0; b < s.batches; ++b) {
      const int8_t* image = input + b * in_size;
      int8_t* out = output + b * out_size + first;
      if (one_channel) {
        block.Run<true>(image, out);
      } else {
        block.Run<false>(image + first, out);
      }
    }
  }
  for (int32_t o = in_blocks; o < s.output_channels; ++o) {
    for (int32_t b = 0; b < s.batches; ++b) {
      RunChannel(p, input + b * in_size, filter, bias, o, output + b * out_size);
    }
  }
}

size_t DepthwiseConvScratchBytes(const ConvShape&) { return 0; }

}  // namespace millrace::micro
