// DataFormatDimMap, DataFormatVecPermute: dimensions and sizes from one data format to another.
#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/integer_at.h"

namespace millrace {
namespace {

// The letters of both formats; INVALID_ARGUMENT unless they are the same ones.
class DataFormatBase : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("src_format", &from_));
    MR_RETURN_IF_ERROR(c.GetAttr("dst_format", &to_));
    std::string a = from_, b = to_;
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    if ((from_.size() == 4 || from_.size() == 5) && a == b) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("source and destination formats must have the same 4 or 5 letters, not ",
                     from_, " and ", to_));
  }

 protected:
  std::string from_, to_;
};

class DimMapKernel final : public DataFormatBase {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& x = c.input(0);
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, x.shape(), &out));
    const int64_t rank = static_cast<int64_t>(from_.size());
    for (int64_t i = 0; i < x.num_elements(); ++i) {
      const int64_t given = IntegerAt(x, i), dim = given < 0 ? given + rank : given;
      if (dim < 0 || dim >= rank) {
        return absl::InvalidArgumentError(
            absl::StrCat("dimension ", given, " is outside of [", -rank, ", ", rank, ")"));
      }
      SetIntegerAt(out, i, static_cast<int64_t>(to_.find(from_[dim])));
    }
    return absl::OkStatus();
  }
};

// A vector of one number a dimension, or a matrix of two; or of the spatial dimensions alone.
class VecPermuteKernel final : public DataFormatBase {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& x = c.input(0);
    const int64_t rank = static_cast<int64_t>(from_.size());
    const bool fits = (x.rank() == 1 || (x.rank() == 2 && x.dim(1) == 2)) &&
                      (x.dim(0) == rank || x.dim(0) == rank - 2);
    if (!fits) {
      return absl::InvalidArgumentError(absl::StrCat(
          "input must be a vector of ", rank, " or ", rank - 2,
          " elements, or a matrix of so many rows and 2 columns, not ", x.shape().ToString()));
    }
    std::string from = from_, to = to_;
    if (x.dim(0) == rank - 2) {
      for (std::string* format : {&from, &to}) {
        format->erase(std::remove_if(format->begin(), format->end(),
                                     [](char ch) { return ch == 'N' || ch == 'C'; }),
                      format->end());
      }
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, x.shape(), &out));
    const int64_t columns = x.rank() == 2 ? 2 : 1;
    for (int64_t i = 0; i < x.num_elements(); ++i) {
      const size_t row = from.find(to[static_cast<size_t>(i / columns)]);
      SetIntegerAt(out, i, IntegerAt(x, static_cast<int64_t>(row) * columns + i % columns));
    }
    return absl::OkStatus();
  }
};

}  // namespace

absl::Status RegisterDataFormat(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("DataFormatDimMap")
                               .Input("x: T")
                               .Output("y: T")
                               .Attr("T: {int32, int64} = DT_INT32")
                               .Attr("src_format: string = 'NHWC'")
                               .Attr("dst_format: string = 'NCHW'")
                               .Doc("Where dimensions of src_format are in dst_format.")
                               .Shape(SameAsInput0)
                               .NotDifferentiable()
                               .Cpu<DimMapKernel>()));
  return r.Add(
      Op("DataFormatVecPermute")
          .Input("x: T")
          .Output("y: T")
          .Attr("T: {int32, int64} = DT_INT32")
          .Attr("src_format: string = 'NHWC'")
          .Attr("dst_format: string = 'NCHW'")
          .Doc("Numbers that belong to the dimensions of src_format, in the order of dst_format.")
          .Shape(SameAsInput0)
          .NotDifferentiable()
          .Cpu<VecPermuteKernel>());
}

}  // namespace millrace
