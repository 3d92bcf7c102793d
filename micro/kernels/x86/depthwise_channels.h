// Depthwise convolutions of integers, eight channels in the lanes of a vector. Windows of 3 x 3 are
// done along rows (depthwise_3x3.h). Of others all channels of an output are done before the next
// output, so that its taps are found once; two outputs beside each other are done together where
// their windows lie in the image.
#ifndef MILLRACE_MICRO_KERNELS_X86_DEPTHWISE_CHANNELS_H_
#define MILLRACE_MICRO_KERNELS_X86_DEPTHWISE_CHANNELS_H_

#include <immintrin.h>

#include <algorithm>
#include <iterator>
#include <type_traits>

#include "micro/kernels/loops/conv.h"
#include "micro/kernels/loops/taps.h"
#include "micro/kernels/x86/depthwise_3x3.h"
#include "micro/kernels/x86/unroll.h"
#include "micro/kernels/x86/words.h"

namespace millrace::micro::x86 {

constexpr int32_t kLanes = 8;
constexpr int32_t kMaxTaps = 128;
constexpr int32_t kMaxBlocks = 128;  // of eight channels, at once
constexpr int32_t kMaxPairs = 1024;  // of all blocks at once

// Where the taps of the window at an output are, channel 0; `outside` for those that the image does
// not have. One more than the taps, so that pairs are whole. T: int8, uint8
// or int16.
template <typename T>
class TapFinder {
 public:
  TapFinder(const ConvShape& s, const T* outside) : s_(s), outside_(outside) {
    for (int32_t i = 0, t = 0; i < s.filter_height; ++i) {
      for (int32_t j = 0; j < s.filter_width; ++j, ++t) {
        offsets_[t] =
            (i * s.dilation_height * s.input_width + j * s.dilation_width) * s.input_channels;
      }
    }
  }

  void Find(const T* image, const Taps& rows, const Taps& columns, const T** taps) const {
    const ptrdiff_t corner =
        (static_cast<ptrdiff_t>(rows.first) * s_.input_width + columns.first) * s_.input_channels;
    const int32_t count = s_.filter_height * s_.filter_width;
    if (rows.count() == s_.filter_height && columns.count() == s_.filter_width) {
      for (int32_t t = 0; t < count; ++t) taps[t] = image + (corner + offsets_[t]);
      taps[count] = taps[0];
      return;
    }
    std::fill(taps, taps + count + 1, outside_);
    for (int32_t i = rows.begin; i < rows.end; ++i) {
      for (int32_t j = columns.begin; j < columns.end; ++j) {
        const int32_t t = i * s_.filter_width + j;
        taps[t] = image + (corner + offsets_[t]);
      }
    }
  }

 private:
  const ConvShape& s_;
  const T* outside_;
  int32_t offsets_[kMaxTaps];  // behind the first tap
};

// The channels first .. first + 8 * blocks - 1 of a layer, each with an input channel of its own,
// or all with the only one. Output: what becomes of sums. It has
//   Element          of the output
//   Channels         what it wants to know of eight channels
//   Of(channel)      Channels from `channel` on
//   Start(channel)   what their sums begin with
//   Store(channels, sums of one to four outputs, how many of them count, out, elements between
//   outputs)
template <typename T, typename Output>
class DepthwiseChannels {
 public:
  using Element = typename Output::Element;

  DepthwiseChannels(const ConvShape& shape, int32_t zero_point, const WeightOf<T>* filter,
                    int32_t filter_zero_point, const Output& output, int32_t first, int32_t blocks)
      : shape_(shape),
        output_(output),
        filter_zero_(static_cast<int16_t>(filter_zero_point)),
        first_(first),
        blocks_count_(blocks),
        pairs_count_((shape.filter_height * shape.filter_width + 1) / 2) {
    // A tap outside of the image reads as the zero point, so that it counts nothing in the end.
    std::fill(std::begin(outside_), std::end(outside_), static_cast<T>(zero_point));
    for (int32_t b = 0; b < blocks; ++b) {
      const int32_t channel = first + b * kLanes;
      const __m256i of_zero =
          _mm256_mullo_epi32(LoadWeights(filter + channel, b), _mm256_set1_epi32(zero_point));
      blocks_[b].channels = output.Of(channel);
      blocks_[b].start = _mm256_sub_epi32(output.Start(channel), of_zero);
      if (Is3x3(shape)) blocks_[b].weights = WeightsOf3x3(b);
    }
  }

  void Run(const T* image, Element* output) const {
    if (Is3x3(shape_)) return RunRows(image + first_, output + first_);
    const TapFinder<T> finder(shape_, outside_);
    const bool one_channel = shape_.input_channels == 1;
    const T* taps[kMaxTaps + 1];
    image += one_channel ? 0 : first_;
    output += first_;
    for (int32_t oy = 0; oy < shape_.output_height; ++oy) {
      const Taps rows = RowTaps(shape_, oy, shape_.dilation_height);
      for (int32_t ox = 0; ox < shape_.output_width;) {
        const Taps columns = ColumnTaps(shape_, ox, shape_.dilation_width);
        finder.Find(image, rows, columns, taps);
        const bool two =
            !one_channel && ox + 2 <= shape_.output_width && rows.count() == shape_.filter_height &&
            columns.count() == shape_.filter_width &&
            ColumnTaps(shape_, ox + 1, shape_.dilation_width).count() == shape_.filter_width;
        if (one_channel) {
          Compute<true, 1>(taps, output);
        } else {
          two ? Compute<false, 2>(taps, output) : Compute<false, 1>(taps, output);
        }
        const int32_t count = two ? 2 : 1;
        ox += count;
        output += count * static_cast<ptrdiff_t>(shape_.output_channels);
      }
    }
  }

 private:
  void RunRows(const T* image, Element* output) const {
    const ptrdiff_t channels = shape_.output_channels;
    for (int32_t oy = 0; oy < shape_.output_height; ++oy) {
      const int32_t y = oy * shape_.stride_height - shape_.padding_top;
      for (int32_t b = 0; b < blocks_count_; ++b) {
        const Columns3<T> columns(shape_, image + b * kLanes, y, -shape_.padding_left, outside_);
        const Block& block = blocks_[b];
        const auto store = [&](const __m256i(&sums)[4], int count, int32_t at) {
          output_.Store(block.channels, sums, count, output + at * channels + b * kLanes, channels);
        };
        if (shape_.stride_width == 1) {
          DepthwiseRow3x3<1>(columns, block.weights, block.start, shape_.output_width, store);
        } else {
          DepthwiseRow3x3<2>(columns, block.weights, block.start, shape_.output_width, store);
        }
      }
      output += shape_.output_width * channels;
    }
  }

  // From the pairs, which are in the order of the filter: taps 0 1, 2 3, 4 5, 6 7, 8.
  Weights3x3 WeightsOf3x3(int32_t block) const {
    const __m256i* pairs = pairs_ + static_cast<ptrdiff_t>(block) * pairs_count_;
    const __m256i low = _mm256_set1_epi32(0xFFFF);
    const auto first = [&](int i) { return _mm256_and_si256(pairs[i], low); };
    const auto second = [&](int i) { return _mm256_srli_epi32(pairs[i], 16); };
    const auto both = [&](__m256i a, __m256i b) {
      return _mm256_or_si256(a, _mm256_slli_epi32(b, 16));
    };
    return {{both(first(0), second(1)), both(second(0), first(2)), both(first(1), second(2))},
            {first(3), second(3), first(4)}};
  }

  // Two taps interleaved as words, pair by pair in the filter's order; with an odd number of taps
  // the last pair's second is 0. Returns the sum of all taps by channel.
  __m256i LoadWeights(const WeightOf<T>* filter, int32_t block) {
    const int32_t taps = shape_.filter_height * shape_.filter_width;
    __m256i sum = _mm256_setzero_si256();
    WeightOf<T> none[kLanes];
    std::fill(std::begin(none), std::end(none), static_cast<WeightOf<T>>(filter_zero_));
    for (int32_t t = 0; t < taps;
         t += 2, filter += 2 * static_cast<ptrdiff_t>(shape_.output_channels)) {
      const WeightOf<T>* second = t + 1 < taps ? filter + shape_.output_channels : none;
      const __m256i pair =
          _mm256_sub_epi16(Pairs8(filter, second), _mm256_set1_epi16(filter_zero_));
      pairs_[block * pairs_count_ + t / 2] = pair;
      sum = _mm256_add_epi32(sum, _mm256_madd_epi16(pair, _mm256_set1_epi16(1)));
    }
    return sum;
  }

  // kOutputs outputs beside each other; taps: of the first.
  template <bool kOneChannel, int kOutputs>
  void Compute(const T* const* taps, Element* output) const {
    const ptrdiff_t to_next = static_cast<ptrdiff_t>(shape_.stride_width) * shape_.input_channels;
    const __m256i* weights = pairs_;
    for (int32_t b = 0; b < blocks_count_; ++b, weights += pairs_count_) {
      __m256i sums[kOutputs];
      MR_UNROLL
      for (__m256i& sum : sums) sum = blocks_[b].start;
      for (int32_t i = 0; i < pairs_count_; ++i) {
        const T* first = taps[2 * i] + (kOneChannel ? 0 : b * kLanes);
        const T* second = taps[2 * i + 1] + (kOneChannel ? 0 : b * kLanes);
        MR_UNROLL
        for (int o = 0; o < kOutputs; ++o, first += to_next, second += to_next) {
          const __m256i pairs = kOneChannel ? RepeatedPair(*first, *second) : Pairs8(first, second);
          sums[o] = _mm256_add_epi32(sums[o], _mm256_madd_epi16(pairs, weights[i]));
        }
      }
      output_.Store(blocks_[b].channels, sums, kOutputs, output + b * kLanes,
                    shape_.output_channels);
    }
  }

  // What is known of eight channels before an image is seen.
  struct Block {
    typename Output::Channels channels;
    __m256i start;       // of the sums, less what the input's zero point adds
    Weights3x3 weights;  // of such windows
  };

  const ConvShape& shape_;
  Output output_;
  int16_t filter_zero_;
  int32_t first_;
  int32_t blocks_count_;
  int32_t pairs_count_;  // of a block
  Block blocks_[kMaxBlocks];
  __m256i pairs_[kMaxPairs];
  T outside_[kMaxBlocks * kLanes];
};

// One channel of one image in plain C++; `at`: the position of its first output.
template <typename T, typename Finish>
void DepthwiseChannel(const ConvShape& s, int32_t zero_point, const T* image,
                      const WeightOf<T>* filter, int32_t filter_zero_point, int32_t o, int32_t at,
                      const Finish& finish) {
  const T* channel = image + o / (s.output_channels / s.input_channels);
  for (int32_t oy = 0; oy < s.output_height; ++oy) {
    const Taps rows = RowTaps(s, oy, s.dilation_height);
    for (int32_t ox = 0; ox < s.output_width; ++ox, at += s.output_channels) {
      const Taps columns = ColumnTaps(s, ox, s.dilation_width);
      std::conditional_t<std::is_same_v<T, int16_t>, int64_t, int32_t> sum = 0;
      for (int32_t i = rows.begin; i < rows.end; ++i) {
        const T* row =
            channel + static_cast<ptrdiff_t>(rows.Position(i)) * s.input_width * s.input_channels;
        for (int32_t j = columns.begin; j < columns.end; ++j) {
          sum += (row[columns.Position(j) * s.input_channels] - zero_point) *
                 (filter[(i * s.filter_width + j) * s.output_channels + o] - filter_zero_point);
        }
      }
      finish(sum, o, at);
    }
  }
}

// All of a layer. finish(sum, channel, position): for what Output does not take.
template <typename T, typename Output, typename Finish>
void DepthwiseConv(const ConvShape& s, int32_t zero_point, const T* input,
                   const WeightOf<T>* filter, int32_t filter_zero_point, const Output& out,
                   const Finish& finish, typename Output::Element* output) {
  const int64_t taps = int64_t{s.filter_height} * s.filter_width;
  const bool fits =
      (s.input_channels == 1 || s.input_channels == s.output_channels) && taps <= kMaxTaps;
  const int32_t in_blocks = fits ? s.output_channels / kLanes : 0;
  const ptrdiff_t in_size =
      static_cast<ptrdiff_t>(s.input_height) * s.input_width * s.input_channels;
  const int32_t out_size = s.output_height * s.output_width * s.output_channels;
  for (int32_t block = 0; block < in_blocks;) {
    const auto pairs = static_cast<int32_t>((taps + 1) / 2);
    const int32_t blocks = std::min({in_blocks - block, kMaxBlocks, kMaxPairs / pairs});
    const DepthwiseChannels<T, Output> channels(s, zero_point, filter, filter_zero_point, out,
                                                block * kLanes, blocks);
    for (int32_t b = 0; b < s.batches; ++b) {
      channels.Run(input + b * in_size, output + static_cast<ptrdiff_t>(b) * out_size);
    }
    block += blocks;
  }
  for (int32_t o = in_blocks * kLanes; o < s.output_channels; ++o) {
    for (int32_t b = 0; b < s.batches; ++b) {
      DepthwiseChannel(s, zero_point, input + b * in_size, filter, filter_zero_point, o,
                       b * out_size + o, finish);
    }
  }
}

}  // namespace millrace::micro::x86

#endif  // MILLRACE_MICRO_KERNELS_X86_DEPTHWISE_CHANNELS_H_
