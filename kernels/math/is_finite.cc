// IsNan, IsInf, IsFinite.
#include <cmath>

#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/math/unary.h"

namespace millrace {
namespace {

struct IsNan {
  template <typename T>
  static bool Do(T x) {
    return x != x;
  }
};

struct IsInf {
  template <typename T>
  static bool Do(T x) {
    return std::abs(x) == std::numeric_limits<T>::infinity();
  }
};

struct IsFinite {
  template <typename T>
  static bool Do(T x) {
    return std::abs(x) <= std::numeric_limits<T>::max();
  }
};

}  // namespace

absl::Status RegisterIsFinite(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(WithUnary<IsNan, FloatingTypes>(Op("IsNan")
                                                .Input("x: T")
                                                .Output("y: bool")
                                                .Attr("T: {bfloat16, half, float, double}")
                                                .Doc("True where x is not a number.")
                                                .Shape(SameAsInput0)
                                                .NotDifferentiable())));
  MR_RETURN_IF_ERROR(
      r.Add(WithUnary<IsInf, FloatingTypes>(Op("IsInf")
                                                .Input("x: T")
                                                .Output("y: bool")
                                                .Attr("T: {bfloat16, half, float, double}")
                                                .Doc("True where x is infinite.")
                                                .Shape(SameAsInput0)
                                                .NotDifferentiable())));
  return r.Add(
      WithUnary<IsFinite, FloatingTypes>(Op("IsFinite")
                                             .Input("x: T")
                                             .Output("y: bool")
                                             .Attr("T: {bfloat16, half, float, double}")
                                             .Doc("True where x is neither infinite nor NaN.")
                                             .Shape(SameAsInput0)
                                             .NotDifferentiable()));
}

}  // namespace millrace
