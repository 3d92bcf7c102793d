// Less, LessEqual, Greater, GreaterEqual, Equal, NotEqual, ApproximateEqual.
#include <cmath>
#include <string>

#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/math/binary.h"

namespace millrace {
namespace {

#define MILLRACE_COMPARISON(Name, relation)  \
  struct Name {                              \
    template <typename T>                    \
    static bool Do(const T& x, const T& y) { \
      return x relation y;                   \
    }                                        \
  }
MILLRACE_COMPARISON(LessThan, <);
MILLRACE_COMPARISON(AtMost, <=);
MILLRACE_COMPARISON(GreaterThan, >);
MILLRACE_COMPARISON(AtLeast, >=);
MILLRACE_COMPARISON(Same, ==);
MILLRACE_COMPARISON(Different, !=);
#undef MILLRACE_COMPARISON

// |x - y| < tolerance, for two tensors of one shape.
template <typename T>
class ApproximateEqualKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("tolerance", &tolerance_); }

  absl::Status Compute(KernelContext& c) override {
    const Tensor& x = c.input(0);
    const Tensor& y = c.input(1);
    if (x.shape() != y.shape()) {
      return absl::InvalidArgumentError("x and y must be of one shape, not " +
                                        x.shape().ToString() + " and " + y.shape().ToString());
    }
    Tensor* z;
    MR_RETURN_IF_ERROR(c.allocate_output(0, x.shape(), &z));
    const T* a = x.data<T>();
    const T* b = y.data<T>();
    bool* out = z->mutable_data<bool>();
    const T tolerance = static_cast<T>(tolerance_);
    c.pool()->ParallelFor(x.num_elements(), 32768, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) out[i] = std::abs(a[i] - b[i]) < tolerance;
    });
    return absl::OkStatus();
  }

 private:
  float tolerance_ = 0;
};

// As BroadcastInputs, but shapes that do not broadcast are no error where the op was told so.
absl::Status EqualShape(ShapeContext& c) {
  bool fail = true;
  MR_RETURN_IF_ERROR(c.GetAttr("incompatible_shape_error", &fail));
  if (fail) return BroadcastInputs(c);
  const auto shape = BroadcastShapes(c.input(0), c.input(1));
  // A dimension that is unknown may turn out not to broadcast, and then the answer is one scalar.
  c.set_output(0, shape.ok() && c.input(0).fully_defined() && c.input(1).fully_defined() ? *shape
                  : shape.ok() ? PartialShape::Unknown()
                               : PartialShape::Scalar());
  return absl::OkStatus();
}

// Quantised numbers compare as the integers that store them.
template <typename F>
Op& WithQuantized(Op& op) {
  op.AddKernel({"CPU", {{"T", DType::kQInt8}}, {}, &binary_internal::Make<F, int8_t>, nullptr});
  op.AddKernel({"CPU", {{"T", DType::kQUInt8}}, {}, &binary_internal::Make<F, uint8_t>, nullptr});
  op.AddKernel({"CPU", {{"T", DType::kQInt16}}, {}, &binary_internal::Make<F, int16_t>, nullptr});
  op.AddKernel({"CPU", {{"T", DType::kQUInt16}}, {}, &binary_internal::Make<F, uint16_t>, nullptr});
  return op.AddKernel(
      {"CPU", {{"T", DType::kQInt32}}, {}, &binary_internal::Make<F, int32_t>, nullptr});
}

}  // namespace

absl::Status RegisterCompare(Registry& r) {
  using Comparable = Join<NumberTypes, Types<bool, std::string>>;
  MR_RETURN_IF_ERROR(
      r.Add(WithBinary<LessThan, RealTypes>(Op("Less")
                                                .Input("x: T")
                                                .Input("y: T")
                                                .Output("z: bool")
                                                .Attr("T: realnumbertype")
                                                .Doc("x < y, elementwise; shapes broadcast.")
                                                .Shape(BroadcastInputs)
                                                .NotDifferentiable())));
  MR_RETURN_IF_ERROR(
      r.Add(WithBinary<AtMost, RealTypes>(Op("LessEqual")
                                              .Input("x: T")
                                              .Input("y: T")
                                              .Output("z: bool")
                                              .Attr("T: realnumbertype")
                                              .Doc("x <= y, elementwise; shapes broadcast.")
                                              .Shape(BroadcastInputs)
                                              .NotDifferentiable())));
  MR_RETURN_IF_ERROR(
      r.Add(WithBinary<GreaterThan, RealTypes>(Op("Greater")
                                                   .Input("x: T")
                                                   .Input("y: T")
                                                   .Output("z: bool")
                                                   .Attr("T: realnumbertype")
                                                   .Doc("x > y, elementwise; shapes broadcast.")
                                                   .Shape(BroadcastInputs)
                                                   .NotDifferentiable())));
  MR_RETURN_IF_ERROR(
      r.Add(WithBinary<AtLeast, RealTypes>(Op("GreaterEqual")
                                               .Input("x: T")
                                               .Input("y: T")
                                               .Output("z: bool")
                                               .Attr("T: realnumbertype")
                                               .Doc("x >= y, elementwise; shapes broadcast.")
                                               .Shape(BroadcastInputs)
                                               .NotDifferentiable())));
  MR_RETURN_IF_ERROR(r.Add(WithQuantized<Same>(WithBinary<Same, Comparable>(
      Op("Equal")
          .Input("x: T")
          .Input("y: T")
          .Output("z: bool")
          .Attr("T: type")
          .Attr("incompatible_shape_error: bool = true")
          .Commutative()
          .Doc("x == y, elementwise; shapes broadcast. Shapes that do not are an error, or with "
               "incompatible_shape_error = false the scalar false.")
          .Shape(EqualShape)
          .NotDifferentiable()))));
  MR_RETURN_IF_ERROR(r.Add(WithQuantized<Different>(WithBinary<Different, Comparable>(
      Op("NotEqual")
          .Input("x: T")
          .Input("y: T")
          .Output("z: bool")
          .Attr("T: type")
          .Attr("incompatible_shape_error: bool = true")
          .Commutative()
          .Doc("x != y, elementwise; shapes broadcast. Shapes that do not are an error, or with "
               "incompatible_shape_error = false the scalar true.")
          .Shape(EqualShape)
          .NotDifferentiable()))));
  return r.Add(Op("ApproximateEqual")
                   .Input("x: T")
                   .Input("y: T")
                   .Output("z: bool")
                   .Attr("T: numbertype")
                   .Attr("tolerance: float = 1e-05")
                   .Commutative()
                   .Doc("|x - y| < tolerance, elementwise; x and y are of one shape.")
                   .Shape(MergeInputs)
                   .NotDifferentiable()
                   .Cpu<ApproximateEqualKernel, float, double>());
}

}  // namespace millrace
