// Floor, Ceil, Round, Rint.
#include <cmath>

#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/math/unary.h"

namespace millrace {
namespace {

struct Floor {
  template <typename T>
  static T Do(T x) {
    return std::floor(x);
  }
};

struct Ceil {
  template <typename T>
  static T Do(T x) {
    return std::ceil(x);
  }
};

// To nearest, halves to even: the mode the processor is always in. Of integers TensorFlow makes 0,
// and so does a graph of it here.
struct RoundToEven {
  template <typename T>
  static T Do(T x) {
    if constexpr (std::is_integral_v<T>) {
      return 0;
    } else {
      return std::nearbyint(x);
    }
  }
};

}  // namespace

absl::Status RegisterRounding(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(
      WithUnary<Floor, FloatingTypes>(Op("Floor")
                                          .Input("x: T")
                                          .Output("y: T")
                                          .Attr("T: {bfloat16, half, float, double}")
                                          .Doc("The largest integer not above x, elementwise.")
                                          .Shape(SameAsInput0)
                                          .NotDifferentiable())));
  MR_RETURN_IF_ERROR(r.Add(
      WithUnary<Ceil, FloatingTypes>(Op("Ceil")
                                         .Input("x: T")
                                         .Output("y: T")
                                         .Attr("T: {bfloat16, half, float, double}")
                                         .Doc("The smallest integer not below x, elementwise.")
                                         .Shape(SameAsInput0)
                                         .NotDifferentiable())));
  MR_RETURN_IF_ERROR(r.Add(WithUnary<RoundToEven, Join<FloatingTypes, Types<int32_t, int64_t>>>(
      Op("Round")
          .Input("x: T")
          .Output("y: T")
          .Attr("T: {bfloat16, half, float, double, int8, int16, int32, int64, complex64, "
                "complex128}")
          .Doc("The nearest integer, halves to even, elementwise. Of a tensor of integers, as in "
               "TensorFlow, zeros.")
          .Shape(SameAsInput0)
          .NotDifferentiable())));
  return r.Add(WithUnary<RoundToEven, Types<float, double>>(
      Op("Rint")
          .Input("x: T")
          .Output("y: T")
          .Attr("T: {bfloat16, half, float, double}")
          .Doc("The nearest integer, halves to even, elementwise.")
          .Shape(SameAsInput0)
          .NotDifferentiable()));
}

}  // namespace millrace
