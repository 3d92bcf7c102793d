// HistogramFixedWidth.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/integer_at.h"

namespace millrace {
namespace {

// Values outside the range count in the first or the last bin.
template <typename T>
class HistogramFixedWidthKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor &values = c.input(0), &range = c.input(1), &nbins = c.input(2);
    if (range.rank() != 1 || range.dim(0) != 2) {
      return absl::InvalidArgumentError(absl::StrCat(
          "value_range should be a vector of 2 elements, not ", range.shape().ToString()));
    }
    if (nbins.rank() != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("nbins should be a scalar, not ", nbins.shape().ToString()));
    }
    const T low = range.data<T>()[0], high = range.data<T>()[1];
    const int32_t bins = nbins.scalar<int32_t>();
    if (!(low < high)) {
      return absl::InvalidArgumentError(
          absl::StrCat("value_range should satisfy value_range[0] < value_range[1], but got ", low,
                       " and ", high));
    }
    if (bins <= 0)
      return absl::InvalidArgumentError(
          absl::StrCat("nbins should be a positive number, not ", bins));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, Shape({bins}), &out));
    std::memset(out->mutable_raw_data(), 0, out->bytes());
    const double step = (static_cast<double>(high) - static_cast<double>(low)) / bins;
    for (const T v : values.flat<T>()) {
      const double value = static_cast<double>(v);
      if (std::isnan(value))
        return absl::InvalidArgumentError("Histogram values must not contain NaN");
      const double at = std::floor((value - static_cast<double>(low)) / step);
      const auto bin = static_cast<int64_t>(std::min<double>(std::max(at, 0.0), bins - 1));
      SetIntegerAt(out, bin, IntegerAt(*out, bin) + 1);
    }
    return absl::OkStatus();
  }
};

absl::Status HistogramShape(ShapeContext& c) {
  const auto bins = c.input_as_ints(2);
  c.set_output(0, PartialShape::Of(
                      {bins.has_value() && bins->size() == 1 && (*bins)[0] > 0 ? (*bins)[0] : -1}));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterHistogramFixedWidth(Registry& r) {
  return r.Add(Op("HistogramFixedWidth")
                   .Input("values: T")
                   .Input("value_range: T")
                   .Input("nbins: int32")
                   .Output("out: dtype")
                   .Attr("T: {int32, int64, float, double}")
                   .Attr("dtype: {int32, int64} = DT_INT32")
                   .Doc("How many values are in each of `nbins` bins of equal width; those outside "
                        "value_range "
                        "count in the first or the last.")
                   .Shape(HistogramShape)
                   .NotDifferentiable()
                   .Cpu<HistogramFixedWidthKernel, int32_t, int64_t, float, double>());
}

}  // namespace millrace
