// The gradients of broadcasting.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "core/graph/builder.h"

namespace millrace {
namespace {

// The axes of x's and y's common shape along which x was repeated. REQUIRES: the shapes broadcast.
std::vector<int32_t> RepeatedAxes(const Shape& x, const Shape& y) {
  const int rank = std::max(x.rank(), y.rank());
  std::vector<int32_t> axes;
  for (int i = 0; i < rank; ++i) {
    const int in_x = i - (rank - x.rank());
    const int in_y = i - (rank - y.rank());
    const int64_t other = in_y < 0 ? 1 : y.dim(in_y);
    if (in_x < 0 || (x.dim(in_x) == 1 && other != 1)) axes.push_back(i);
  }
  return axes;
}

bool Broadcast(const Shape& x, const Shape& y) {
  for (int i = 1; i <= std::min(x.rank(), y.rank()); ++i) {
    const int64_t a = x.dim(x.rank() - i), b = y.dim(y.rank() - i);
    if (a != b && a != 1 && b != 1) return false;
  }
  return true;
}

// `grad`, of the common shape, summed to x's.
Output SumTo(Builder& b, Output grad, const Shape& x, const Shape& y) {
  const std::vector<int32_t> axes = RepeatedAxes(x, y);
  if (axes.empty()) return grad;
  const int new_axes = std::max(0, y.rank() - x.rank());
  const Output sum = b.Sum(grad, b.Ints(axes));
  // Leading axes are gone for good; axes of size one have to come back.
  if (static_cast<int>(axes.size()) == new_axes) return sum;
  std::vector<int32_t> dims(x.dims().begin(), x.dims().end());
  return b.Reshape(sum, b.Ints(dims));
}

}  // namespace

std::pair<Output, Output> Builder::UnbroadcastGradients(Output x, Output grad_x, Output y,
                                                        Output grad_y) {
  if (!ok()) return {};
  const PartialShape shape_x = shape(x), shape_y = shape(y);
  if (shape_x.fully_defined() && shape_y.fully_defined() &&
      Broadcast(shape_x.ToShape(), shape_y.ToShape())) {
    const millrace::Shape sx = shape_x.ToShape(), sy = shape_y.ToShape();
    if (grad_x.valid()) grad_x = SumTo(*this, grad_x, sx, sy);
    if (grad_y.valid()) grad_y = SumTo(*this, grad_y, sy, sx);
    return {grad_x, grad_y};
  }
  const Output dims_x = Shape(x), dims_y = Shape(y);
  const Outputs axes = Op("BroadcastGradientArgs", {dims_x, dims_y});
  if (grad_x.valid()) grad_x = Reshape(Sum(grad_x, axes[0]), dims_x);
  if (grad_y.valid()) grad_y = Reshape(Sum(grad_y, axes[1]), dims_y);
  return {grad_x, grad_y};
}

}  // namespace millrace
