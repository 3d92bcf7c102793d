// What Conv2D and the ops of its gradient share.
#pragma once

#include "absl/status/statusor.h"
#include "core/base/thread_pool.h"
#include "core/tensor/shape.h"
#include "core/tensor/tensor.h"
#include "kernels/nn/window.h"

namespace millrace {

// A convolution of images with a filter [height, width, in channels / groups, out channels].
struct Convolution {
  WindowGeometry g;
  int64_t groups = 1;
  int64_t group_in = 0;   // input channels of a group
  int64_t group_out = 0;  // output channels of a group

  // INVALID_ARGUMENT, naming the shapes, if they do not fit.
  static absl::StatusOr<Convolution> Create(const WindowAttrs& attrs, const Shape& input,
                                            const Shape& filter);

  int64_t out_channels() const { return groups * group_out; }
  int64_t patch() const { return g.height * g.width * group_in; }
  // Output pixels whose patches are laid out at once, so that they stay in the cache.
  int64_t block() const;
};

// The convolution of NHWC images x with a filter, both of float, double or int32, to y, of
// conv's output shape and the same type. Integers wrap.
void Convolve(ThreadPool* pool, const Convolution& conv, const Tensor& x, const Tensor& filter,
              Tensor* y);

}  // namespace millrace
