// The regions of fractional pooling (Graham, Fractional Max-Pooling, 2014): where the windows along
// the height and the width of images [batch, height, width, channels] begin and end.
#pragma once

#include <algorithm>
#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/tensor/tensor.h"

namespace millrace {

struct FractionalRegions {
  const int64_t *rows, *columns;  // one more than there are windows
  int64_t batch, height, width, channels, out_height, out_width;
  bool overlapping;  // a window reaches to the first pixel of the next one

  // For images and pooled images of these shapes. INVALID_ARGUMENT unless the sequences begin with
  // 0 or more, increase, and fit both.
  static absl::StatusOr<FractionalRegions> Create(const Shape& in, const Shape& out,
                                                  const Tensor& rows, const Tensor& columns,
                                                  bool overlapping) {
    const bool fits = in.rank() == 4 && out.rank() == 4 && in.dim(0) == out.dim(0) &&
                      in.dim(3) == out.dim(3) && IsSequence(rows, out.dim(1), in.dim(1)) &&
                      IsSequence(columns, out.dim(2), in.dim(2));
    if (!fits) {
      return absl::InvalidArgumentError(
          absl::StrCat("the pooling sequences do not fit images of shape ", in.ToString(),
                       " and pooled ones of ", out.ToString()));
    }
    return FractionalRegions{rows.data<int64_t>(),
                             columns.data<int64_t>(),
                             in.dim(0),
                             in.dim(1),
                             in.dim(2),
                             in.dim(3),
                             out.dim(1),
                             out.dim(2),
                             overlapping};
  }

  // fn(output pixel, y0, y1, x0, x1) for each window of image `b`.
  template <typename F>
  void ForEachWindow(int64_t b, F fn) const {
    const int64_t reach = overlapping ? 1 : 0;
    for (int64_t y = 0; y < out_height; ++y) {
      for (int64_t x = 0; x < out_width; ++x) {
        fn((b * out_height + y) * out_width + x, rows[y], std::min(height, rows[y + 1] + reach),
           columns[x], std::min(width, columns[x + 1] + reach));
      }
    }
  }
  int64_t InAt(int64_t b, int64_t y, int64_t x) const {
    return ((b * height + y) * width + x) * channels;
  }

 private:
  static bool IsSequence(const Tensor& t, int64_t windows, int64_t size) {
    if (t.rank() != 1 || t.dim(0) != windows + 1) return false;
    const auto v = t.flat<int64_t>();
    for (size_t i = 1; i < v.size(); ++i) {
      if (v[i] <= v[i - 1]) return false;
    }
    return v[0] >= 0 && v.back() <= size;
  }
};

}  // namespace millrace
