// Convolutions for Armv7E-M: two output positions by two channels at once, over patches of the
// image that are widened to 16 bits once for all channels.
#include "micro/kernels/arm/dsp/output.h"
#include "micro/kernels/arm/dsp/simd.h"
#include "micro/kernels/loops/patch.h"

#if defined(__GNUC__) && !defined(__clang__)
// Loads moved far ahead want more registers than there are.
#pragma GCC optimize("no-schedule-insns")
#endif

namespace millrace::micro {
namespace {

using dsp::Load4;

// Two patches, less the zero point, as groups of four elements: of the first patch elements 0, 2,
// 1, 3, then of the second.
constexpr int kGroup = 8;

int32_t Groups(const ConvShape& s) { return (PatchSize(s) + 3) / 4; }

bool WidensInPlace(const ConvShape& s) { return s.filter_channels % 4 == 0; }

// Writes one of the patches. Counts are multiples of 4, except of a last run.
struct Widen {
  int16_t* to;
  int32_t zero_point;

  void Inside(const int8_t* x, int32_t count) {
    const int16x2_t minus_zero = dsp::Twice(-zero_point);
    for (; count >= 4; count -= 4, x += 4) Put(minus_zero, Load4(x));
    if (count > 0) {
      uint32_t rest = 0;
      for (int32_t i = 0; i < count; ++i) rest |= static_cast<uint32_t>(uint8_t(x[i])) << (8 * i);
      Put(minus_zero, rest);
    }
  }
  void Outside(int32_t count) {
    for (; count > 0; count -= 4) Put(0, 0);
  }

 private:
  void Put(int16x2_t minus_zero, uint32_t bytes) {
    const int16x2_t pairs[2] = {dsp::EvenPlus(minus_zero, bytes), dsp::OddPlus(minus_zero, bytes)};
    __builtin_memcpy(__builtin_assume_aligned(to, 4), pairs, sizeof(pairs));
    to += kGroup;
  }
};

// Writes a patch as bytes, for channels that do not come in fours.
struct Copy {
  int8_t* to;
  int32_t zero_point;

  void Inside(const int8_t* x, int32_t count) {
    for (int32_t i = 0; i < count; ++i) *to++ = x[i];
  }
  void Outside(int32_t count) {
    for (int32_t i = 0; i < count; ++i) *to++ = static_cast<int8_t>(zero_point);
  }
};

struct Layer {
  dsp::Int8Output output;
  int32_t depth;
  int32_t channels;
  const int8_t* filter;
  const int32_t* bias;
  const int32_t* multipliers;
  const int8_t* shifts;
};

// Sums of two channels (a, b) at two positions (0, 1).
struct Sums {
  int32_t a0, a1, b0, b1;
};

inline void AddGroup(const int16_t* x, const int8_t* w, int32_t next, Sums* sums) {
  const dsp::FourPairs pairs = dsp::LoadPairs(x);
  const uint32_t a = Load4(w);
  const int16x2_t a_even = dsp::Even(a), a_odd = dsp::Odd(a);
  sums->a0 = __smlad(pairs.first_even, a_even, sums->a0);
  sums->a1 = __smlad(pairs.second_even, a_even, sums->a1);
  sums->a0 = __smlad(pairs.first_odd, a_odd, sums->a0);
  sums->a1 = __smlad(pairs.second_odd, a_odd, sums->a1);
  const uint32_t b = Load4(w + next);
  const int16x2_t b_even = dsp::Even(b), b_odd = dsp::Odd(b);
  sums->b0 = __smlad(pairs.first_even, b_even, sums->b0);
  sums->b1 = __smlad(pairs.second_even, b_even, sums->b1);
  sums->b0 = __smlad(pairs.first_odd, b_odd, sums->b0);
  sums->b1 = __smlad(pairs.second_odd, b_odd, sums->b1);
}

// Adds the products of `whole` groups of four elements. w: weights of the first channel; those of
// the second lie `next` behind.
inline Sums AddGroups(const int16_t* x, const int8_t* w, int32_t next, int32_t whole, Sums sums) {
  if (whole % 2 != 0) {
    AddGroup(x, w, next, &sums);
    x += kGroup;
    w += 4;
  }
  for (const int8_t* const end = w + whole / 2 * 8; w != end; w += 8, x += 2 * kGroup) {
    AddGroup(x, w, next, &sums);
    AddGroup(x + kGroup, w + 4, next, &sums);
  }
  return sums;
}

// Adds those of the last group, which has fewer.
inline Sums AddRest(const int16_t* x, const int8_t* w, int32_t next, int32_t rest, Sums sums) {
  for (int32_t i = 0; i < rest; ++i) {
    // Element i of a group lies at 0, 2, 1, 3.
    const int32_t at = (i & 1) * 2 + (i >> 1);
    sums.a0 += x[at] * w[i];
    sums.a1 += x[at + 4] * w[i];
    sums.b0 += x[at] * w[i + next];
    sums.b1 += x[at + 4] * w[i + next];
  }
  return sums;
}

// All channels of two positions, which may be the same.
void TwoPositions(const Layer& from, const int16_t* patches, int8_t* first, int8_t* second) {
  // A copy: the compiler must take bytes that are written for any memory it can reach.
  const Layer layer = from;
  const int32_t whole = layer.depth / 4, rest = layer.depth % 4;
  const int8_t* w = layer.filter;
  const int32_t* bias = layer.bias;
  for (int32_t o = 0; o < layer.channels; o += 2) {
    const bool two = o + 1 < layer.channels;
    const int32_t next = two ? layer.depth : 0;
    Sums sums = {0, 0, 0, 0};
    if (bias != nullptr) {
      sums.a0 = sums.a1 = *bias++;
      if (two) sums.b0 = sums.b1 = *bias++;
    }
    sums = AddGroups(patches, w, next, whole, sums);
    if (rest > 0) sums = AddRest(patches + whole * kGroup, w + whole * 4, next, rest, sums);
    w += 2 * layer.depth;
    layer.output.Two(sums.a0, sums.a1, layer.multipliers[o], layer.shifts[o], first + o,
                     second + o);
    if (!two) return;
    layer.output.Two(sums.b0, sums.b1, layer.multipliers[o + 1], layer.shifts[o + 1], first + o + 1,
                     second + o + 1);
  }
}

// Widens the patch of each position of a group, and computes every two.
void Group(const ConvQuantized& p, const Layer& layer, const int8_t* input, int8_t* output) {
  const ConvShape& s = p.shape;
  auto* patches = static_cast<int16_t*>(p.scratch);
  auto* bytes = reinterpret_cast<int8_t*>(patches + Groups(s) * kGroup);
  const bool in_place = WidensInPlace(s);
  int8_t* first = nullptr;
  for (int32_t b = 0; b < s.batches; ++b) {
    for (int32_t oy = 0; oy < s.output_height; ++oy) {
      const Taps rows = RowTaps(s, oy, s.dilation_height);
      for (int32_t ox = 0; ox < s.output_width; ++ox, output += s.output_channels) {
        const Taps columns = ColumnTaps(s, ox, s.dilation_width);
        Widen widen = {patches + (first == nullptr ? 0 : kGroup / 2), p.input_zero_point};
        if (in_place) {
          ForEachRun(s, input, rows, columns, &widen);
        } else {
          Copy copy = {bytes, p.input_zero_point};
          ForEachRun(s, input, rows, columns, &copy);
          widen.Inside(bytes, layer.depth);
        }
        if (first == nullptr) {
          first = output;
        } else {
          TwoPositions(layer, patches, first, output);
          first = nullptr;
        }
      }
    }
    input += s.input_height * s.input_width * s.input_channels;
  }
  if (first != nullptr) TwoPositions(layer, patches, first, first);
}

}  // namespace

void ConvLoop(const ConvQuantized& p, const int8_t* input, const int8_t* filter,
              const int32_t* bias, int8_t* output) {
  const ConvShape& s = p.shape;
  const int32_t groups = s.input_channels / s.filter_channels;
  Layer layer = {dsp::Int8Output(p.output_zero_point, p.range,
                                 dsp::AreSmall(PatchSize(s), bias, s.output_channels)),
                 PatchSize(s),
                 s.output_channels / groups,
                 filter,
                 bias,
                 p.factors.multipliers,
                 p.factors.shifts};
  for (int32_t g = 0; g < groups; ++g) {
    Group(p, layer, input + g * s.filter_channels, output + g * layer.channels);
    layer.filter += layer.channels * layer.depth;
    if (bias != nullptr) layer.bias += layer.channels;
    layer.multipliers += layer.channels;
    layer.shifts += layer.channels;
  }
}

size_t ConvScratchBytes(const ConvShape& s) {
  const auto groups = static_cast<size_t>(Groups(s));
  return groups * kGroup * sizeof(int16_t) + (WidensInPlace(s) ? 0 : groups * 4);
}

}  // namespace millrace::micro
