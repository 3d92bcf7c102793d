// LowerBound, UpperBound: where values belong among sorted ones.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"

namespace millrace {
namespace {

// Row by row of two matrices.
template <typename T, bool kUpper>
class BoundKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor &sorted = c.input(0), &values = c.input(1);
    if (sorted.rank() != 2 || values.rank() != 2 || sorted.dim(0) != values.dim(0)) {
      return absl::InvalidArgumentError(
          absl::StrCat("sorted_inputs and values must be matrices of as many rows, not ",
                       sorted.shape().ToString(), " and ", values.shape().ToString()));
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, values.shape(), &out));
    const auto before = [](const T& x, const T& y) { return x < y; };
    for (int64_t i = 0; i < values.num_elements(); ++i) {
      const T* begin = sorted.data<T>() + i / values.dim(1) * sorted.dim(1);
      const T* end = begin + sorted.dim(1);
      const T& value = values.data<T>()[i];
      const int64_t at = (kUpper ? std::upper_bound(begin, end, value, before)
                                 : std::lower_bound(begin, end, value, before)) -
                         begin;
      if (out->dtype() == DType::kInt32) {
        out->mutable_data<int32_t>()[i] = static_cast<int32_t>(at);
      } else {
        out->mutable_data<int64_t>()[i] = at;
      }
    }
    return absl::OkStatus();
  }
};

template <typename T>
using LowerBoundKernel = BoundKernel<T, false>;
template <typename T>
using UpperBoundKernel = BoundKernel<T, true>;

absl::Status BoundShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(0, 2).status());
  MR_ASSIGN_OR_RETURN(PartialShape values, c.WithRank(1, 2));
  c.set_output(0, std::move(values));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterBounds(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("LowerBound")
                .Input("sorted_inputs: T")
                .Input("values: T")
                .Output("output: out_type")
                .Attr("T: type")
                .Attr("out_type: {int32, int64} = DT_INT32")
                .Doc("For each value the first place, in the same row of sorted_inputs, whose "
                     "element is not "
                     "less.")
                .Shape(BoundShape)
                .NotDifferentiable()
                .Cpu<LowerBoundKernel, half, bfloat16, float, double, int8_t, int16_t, int32_t,
                     int64_t, uint8_t, uint16_t, uint32_t, uint64_t>()));
  return r.Add(
      Op("UpperBound")
          .Input("sorted_inputs: T")
          .Input("values: T")
          .Output("output: out_type")
          .Attr("T: type")
          .Attr("out_type: {int32, int64} = DT_INT32")
          .Doc("For each value the first place, in the same row of sorted_inputs, whose element is "
               "greater.")
          .Shape(BoundShape)
          .NotDifferentiable()
          .Cpu<UpperBoundKernel, half, bfloat16, float, double, int8_t, int16_t, int32_t, int64_t,
               uint8_t, uint16_t, uint32_t, uint64_t>());
}

}  // namespace millrace
