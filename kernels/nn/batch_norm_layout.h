// Where the channels are in the images that batch normalisation works on.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"
#include "core/tensor/shape.h"

namespace millrace {

// A tensor seen as [outer, channels, inner].
struct ChannelView {
  int64_t outer = 1, channels = 1, inner = 1;

  static ChannelView Of(const Shape& shape, bool channels_first) {
    const int axis = channels_first ? 1 : shape.rank() - 1;
    ChannelView v;
    for (int d = 0; d < axis; ++d) v.outer *= shape.dim(d);
    v.channels = shape.dim(axis);
    for (int d = axis + 1; d < shape.rank(); ++d) v.inner *= shape.dim(d);
    return v;
  }
  int64_t count() const { return outer * inner; }  // elements a channel

  // fn(index of an element) for all elements of a channel.
  template <typename F>
  void ForEach(int64_t channel, F fn) const {
    for (int64_t o = 0; o < outer; ++o) {
      const int64_t at = (o * channels + channel) * inner;
      for (int64_t i = 0; i < inner; ++i) fn(at + i);
    }
  }
};

// NCHW and NCDHW.
inline bool ChannelsFirst(absl::string_view data_format) {
  return data_format.size() > 1 && data_format[1] == 'C';
}

}  // namespace millrace
