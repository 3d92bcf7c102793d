// NextAfter.
#include <cmath>

#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/math/binary.h"

namespace millrace {
namespace {

struct NextAfterOf {
  static constexpr int kCost = 5;
  template <typename T>
  static T Do(T x, T y) {
    return std::nextafter(x, y);
  }
};

}  // namespace

absl::Status RegisterNextAfter(Registry& r) {
  return r.Add(WithBinary<NextAfterOf, Types<float, double>>(
      Op("NextAfter")
          .Input("x1: T")
          .Input("x2: T")
          .Output("output: T")
          .Attr("T: {double, float} = DT_FLOAT")
          .Doc("The number after x1 in the direction of x2; shapes broadcast.")
          .Shape(BroadcastInputs)
          .NotDifferentiable()));
}

}  // namespace millrace
