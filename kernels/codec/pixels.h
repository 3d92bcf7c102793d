// An image in memory.
#pragma once

#include <cstdint>
#include <vector>

namespace millrace {

// Larger images are refused, as in TensorFlow: a file may claim any size.
inline constexpr int64_t kMostPixelValues = int64_t{1} << 29;

// Rows from the top, pixels from the left, channels together; T is uint8_t or uint16_t.
template <typename T>
struct Pixels {
  int64_t height = 0, width = 0, channels = 0;
  std::vector<T> values;

  int64_t row() const { return width * channels; }
};

}  // namespace millrace
