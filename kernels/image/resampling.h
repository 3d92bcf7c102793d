// Resampling along one side of an image: each new position is a weighted mean of old ones near it.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/base/thread_pool.h"
#include "core/tensor/shape.h"

namespace millrace {

// How much a sample counts at a distance from it.
struct ResamplingKernel {
  float (*weight)(float radius, float distance) = nullptr;  // distance >= 0
  float radius = 1;                                         // no farther than this

  // INVALID_ARGUMENT for a name that is none of TensorFlow's.
  static absl::StatusOr<ResamplingKernel> Named(absl::string_view name);
};

class Resampling {
 public:
  // The weights of old positions from `first` on.
  struct Span {
    int64_t first = 0;
    std::vector<float> weights;
  };

  // Of `from` positions, scaled and then moved, to `to`. With `antialias` the kernel is as wide as
  // the distance of the new positions, where that is larger. RESOURCE_EXHAUSTED where that means
  // more weights than can be held.
  static absl::StatusOr<Resampling> Create(const ResamplingKernel& kernel, bool antialias,
                                           int64_t from, int64_t to, float scale,
                                           float translation);
  // What gives to each old position the new ones with the weights that it has in them.
  Resampling Transposed() const;

  int64_t size() const { return static_cast<int64_t>(spans_.size()); }
  const Span& span(int64_t i) const { return spans_[i]; }

 private:
  int64_t from_ = 0;
  std::vector<Span> spans_;
};

// Images of shape [batch, height, width, channels] resampled along their rows, then their columns,
// to `out`.
void Resample(ThreadPool* pool, const std::vector<float>& images, const Shape& shape,
              const Resampling& rows, const Resampling& columns, float* out);

}  // namespace millrace
