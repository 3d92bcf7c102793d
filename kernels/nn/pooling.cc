#include "kernels/nn/pooling.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace millrace {
namespace {

// `attrs` with ksize and strides from tensors.
absl::StatusOr<WindowAttrs> WithWindow(WindowAttrs attrs, const Tensor& window,
                                       const Tensor& strides) {
  std::array<int64_t, 2>* targets[2] = {&attrs.window, &attrs.stride};
  const Tensor* tensors[2] = {&window, &strides};
  const char* names[2] = {"ksize", "strides"};
  for (int k = 0; k < 2; ++k) {
    if (tensors[k]->rank() != 1 || tensors[k]->dim(0) != 4) {
      return absl::InvalidArgumentError(absl::StrCat(
          names[k], " must be a vector of 4, not of shape ", tensors[k]->shape().ToString()));
    }
    const int32_t* v = tensors[k]->data<int32_t>();
    for (int d = 0; d < 4; ++d) {
      if (v[d] < 1)
        return absl::InvalidArgumentError(absl::StrCat(names[k], " must be positive, not ", v[d]));
    }
    if (v[0] != 1 || v[attrs.channels()] != 1) {
      return absl::UnimplementedError("Pooling over the batch or the channels is not supported");
    }
    *targets[k] = {v[attrs.height()], v[attrs.width()]};
  }
  return attrs;
}

absl::Status InferPooled(ShapeContext& c, const WindowAttrs& attrs) {
  MR_ASSIGN_OR_RETURN(PartialShape images, c.WithRank(0, 4));
  if (!images.known_rank()) images = PartialShape::UnknownOfRank(4);
  const int at[2] = {attrs.height(), attrs.width()};
  for (int d = 0; d < 2; ++d) {
    MR_ASSIGN_OR_RETURN(const int64_t size,
                        attrs.OutputSize(d, images.dim(at[d]), attrs.window[d], nullptr));
    images.SetDim(at[d], size);
  }
  for (int i = 0; i < c.num_outputs(); ++i) c.set_output(i, images);
  return absl::OkStatus();
}

}  // namespace

absl::Status PoolAttrs::Init(KernelConstruction& c, int first) {
  first_ = first;
  MR_ASSIGN_OR_RETURN(attrs_, WindowAttrs::Read(c.attrs()));
  return absl::OkStatus();
}

absl::StatusOr<WindowGeometry> PoolAttrs::Geometry(const KernelContext& c,
                                                   const Shape& images) const {
  WindowAttrs attrs = attrs_;
  if (first_ >= 0) {
    MR_ASSIGN_OR_RETURN(attrs, WithWindow(attrs, c.input(first_), c.input(first_ + 1)));
  }
  MR_ASSIGN_OR_RETURN(WindowGeometry g,
                      WindowGeometry::Create(attrs, images, attrs.window[0], attrs.window[1]));
  if (attrs.channels_first) {
    g.batch *= g.in_channels;
    g.in_channels = 1;
  }
  return g;
}

absl::StatusOr<Shape> PoolAttrs::PooledShape(const WindowGeometry& g, const Shape& images) const {
  return ImageShape(attrs_, images.dim(0), g.out_height, g.out_width,
                    images.dim(attrs_.channels()));
}

absl::Status PoolShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const WindowAttrs attrs, WindowAttrs::Read(c.attrs()));
  return InferPooled(c, attrs);
}

absl::Status PoolV2Shape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(WindowAttrs attrs, WindowAttrs::Read(c.attrs()));
  if (c.input_value(1) != nullptr && c.input_value(2) != nullptr) {
    MR_ASSIGN_OR_RETURN(attrs, WithWindow(std::move(attrs), *c.input_value(1), *c.input_value(2)));
    return InferPooled(c, attrs);
  }
  MR_ASSIGN_OR_RETURN(const PartialShape images, c.WithRank(0, 4));
  PartialShape pooled = PartialShape::UnknownOfRank(4);
  if (images.known_rank()) {
    pooled.SetDim(0, images.dim(0));
    pooled.SetDim(attrs.channels(), images.dim(attrs.channels()));
  }
  c.set_output(0, std::move(pooled));
  return absl::OkStatus();
}

}  // namespace millrace
