// Where: the positions of elements that are not zero.
#include <complex>

#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"

namespace millrace {
namespace {

template <typename T>
class WhereKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& in = c.input(0);
    if (in.rank() == 0) {
      return absl::InvalidArgumentError("input must have at least one dimension, not be a scalar");
    }
    const T* x = in.data<T>();
    const int64_t n = in.num_elements();
    int64_t count = 0;
    for (int64_t i = 0; i < n; ++i) count += x[i] != T(0);
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, Shape({count, in.rank()}), &out));
    int64_t* to = out->mutable_data<int64_t>();
    for (int64_t i = 0; i < n; ++i) {
      if (x[i] == T(0)) continue;
      int64_t rest = i;
      for (int d = in.rank() - 1; d >= 0; --d) {
        to[d] = rest % in.dim(d);
        rest /= in.dim(d);
      }
      to += in.rank();
    }
    return absl::OkStatus();
  }
};

absl::Status WhereShape(ShapeContext& c) {
  c.set_output(0, PartialShape::Of({PartialShape::kUnknownDim, c.input(0).rank()}));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterWhere(Registry& r) {
  return r.Add(
      Op("Where")
          .Input("input: T")
          .Output("index: int64")
          .Attr("T: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, "
                "qint32, bfloat16, qint16, quint16, uint16, complex128, half, uint32, uint64, "
                "bool} = DT_BOOL")
          .Doc("The positions of the elements that are true or not zero, in row-major order. "
               "index: [count, rank].")
          .Shape(WhereShape)
          .NotDifferentiable()
          .Cpu<WhereKernel, bool, half, bfloat16, float, double, int8_t, int16_t, int32_t, int64_t,
               uint8_t, uint16_t, uint32_t, uint64_t, std::complex<float>, std::complex<double>>());
}

}  // namespace millrace
