// Bincount, DenseBincount: how often each value occurs.
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/integer_at.h"

namespace millrace {
namespace {

absl::StatusOr<int64_t> BinsArg(const Tensor& size) {
  if (size.rank() != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("Shape must be rank 0 but is ", size.shape().ToString(), " for size"));
  }
  const int64_t bins = IntegerAt(size, 0);
  if (bins < 0) {
    return absl::InvalidArgumentError(absl::StrCat("size (", bins, ") must be non-negative"));
  }
  return bins;
}

// A matrix is counted row by row. Values that are no bin are left out.
template <typename T>
class BincountKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    dense_ = c.attrs().Has("binary_output");
    return dense_ ? c.GetAttr("binary_output", &binary_) : absl::OkStatus();
  }

  absl::Status Compute(KernelContext& c) override {
    const Tensor &values = c.input(0), &weights = c.input(2);
    MR_ASSIGN_OR_RETURN(const int64_t bins, BinsArg(c.input(1)));
    if (dense_ && values.rank() > 2) {
      return absl::InvalidArgumentError(
          absl::StrCat("Shape must be at most rank 2 but is ", values.shape().ToString()));
    }
    const bool weighted = weights.num_elements() > 0;
    if (weighted && weights.shape() != values.shape()) {
      return absl::InvalidArgumentError(
          absl::StrCat("`weights` must be the same shape as `arr` or a length-0 `Tensor`, not ",
                       weights.shape().ToString(), " for ", values.shape().ToString()));
    }
    const bool by_rows = dense_ && values.rank() == 2;
    const int64_t rows = by_rows ? values.dim(0) : 1;
    MR_ASSIGN_OR_RETURN(const Shape shape,
                        by_rows ? Shape::Create({rows, bins}) : Shape::Create({bins}));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    T* counts = out->mutable_data<T>();
    std::fill_n(counts, out->num_elements(), T(0));
    const int64_t row = rows == 0 ? 0 : values.num_elements() / rows;
    for (int64_t i = 0; i < values.num_elements(); ++i) {
      const int64_t value = IntegerAt(values, i);
      if (value < 0) return absl::InvalidArgumentError("Input arr must be non-negative!");
      if (value >= bins) continue;
      T& count = counts[i / row * bins + value];
      if (binary_) {
        count = T(1);
      } else {
        count += weighted ? weights.data<T>()[i] : T(1);
      }
    }
    return absl::OkStatus();
  }

 private:
  bool dense_ = false, binary_ = false;
};

absl::Status BincountShape(ShapeContext& c) {
  const auto size = c.input_as_ints(1);
  const int64_t bins = size.has_value() && size->size() == 1 && (*size)[0] >= 0 ? (*size)[0] : -1;
  if (c.op().name == "Bincount") {
    c.set_output(0, PartialShape::Of({bins}));
  } else if (c.input(0).known_rank()) {
    c.set_output(0, c.input(0).rank() == 2 ? PartialShape::Of({c.input(0).dim(0), bins})
                                           : PartialShape::Of({bins}));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterBincount(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(
      Op("Bincount")
          .Input("arr: int32")
          .Input("size: int32")
          .Input("weights: T")
          .Output("bins: T")
          .Attr("T: {int32, int64, float, double}")
          .Doc(
              "How often each of 0, ..., size - 1 occurs, or the sum of the weights where it does.")
          .Shape(BincountShape)
          .NotDifferentiable()
          .Cpu<BincountKernel, int32_t, int64_t, float, double>()));
  return r.Add(
      Op("DenseBincount")
          .Input("input: Tidx")
          .Input("size: Tidx")
          .Input("weights: T")
          .Output("output: T")
          .Attr("Tidx: {int32, int64}")
          .Attr("T: {int32, int64, float, double}")
          .Attr("binary_output: bool = false")
          .Doc("How often each of 0, ..., size - 1 occurs in a vector or in each row of a matrix, "
               "the "
               "sum of the weights where it does, or, with binary_output, whether it does.")
          .Shape(BincountShape)
          .NotDifferentiable()
          .Cpu<BincountKernel, int32_t, int64_t, float, double>());
}

}  // namespace millrace
