// All, Any.
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/math/reduce.h"

namespace millrace {
namespace {

struct AllReducer {
  template <typename A>
  static A Init() {
    return true;
  }
  template <typename A>
  static A Map(A x) {
    return x;
  }
  template <typename A>
  static A Combine(A x, A y) {
    return x & y;
  }
  template <typename A>
  static A Finish(A x, int64_t count) {
    return x;
  }
};

struct AnyReducer : AllReducer {
  template <typename A>
  static A Init() {
    return false;
  }
  template <typename A>
  static A Combine(A x, A y) {
    return x | y;
  }
};

}  // namespace

absl::Status RegisterAllAny(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("All")
                .Input("input: bool")
                .Input("reduction_indices: Tidx")
                .Output("output: bool")
                .Attr("keep_dims: bool = false")
                .Attr("Tidx: {int32, int64} = DT_INT32")
                .Doc("True if all elements over the axes in reduction_indices are.")
                .Shape(ReductionShape)
                .NotDifferentiable()
                .AddKernel({"CPU", {}, {}, &reduce_internal::Make<AllReducer, bool>, nullptr})));
  return r.Add(Op("Any")
                   .Input("input: bool")
                   .Input("reduction_indices: Tidx")
                   .Output("output: bool")
                   .Attr("keep_dims: bool = false")
                   .Attr("Tidx: {int32, int64} = DT_INT32")
                   .Doc("True if any element over the axes in reduction_indices is.")
                   .Shape(ReductionShape)
                   .NotDifferentiable()
                   .AddKernel({"CPU", {}, {}, &reduce_internal::Make<AnyReducer, bool>, nullptr}));
}

}  // namespace millrace
