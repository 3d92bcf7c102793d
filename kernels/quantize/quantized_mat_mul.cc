// QuantizedMatMul, QuantizedConv2D: sums of products of 8-bit numbers in 32 bits.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/gemm.h"
#include "kernels/math/wide.h"
#include "kernels/nn/conv2d.h"
#include "kernels/nn/window.h"
#include "kernels/quantize/quantized_type.h"

namespace millrace {
namespace {

// The elements of a quantised tensor less the number that stands for 0.
absl::Status Centred(KernelContext& c, const Tensor& t, const QuantizedRange& range, Tensor* out) {
  MR_RETURN_IF_ERROR(c.allocate_temp(DType::kInt32, t.shape(), out));
  const double place = range.FromFloatUnclamped(0);
  const double zero =
      std::clamp<double>(std::isnan(place) ? 0 : place, std::numeric_limits<int32_t>::lowest() / 2,
                         std::numeric_limits<int32_t>::max() / 2);
  std::vector<int64_t> values = LoadWide<int64_t>(t);
  for (int64_t& v : values) v -= static_cast<int64_t>(zero);
  StoreWide(values, out);
  return absl::OkStatus();
}

// Output 0, of 32 bits, and its range, that of products of both inputs.
absl::Status AllocateProducts(KernelContext& c, const Shape& shape, const QuantizedRange& a,
                              const QuantizedRange& b, Tensor* sums) {
  Tensor* out;
  MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
  MR_RETURN_IF_ERROR(c.allocate_temp(DType::kInt32, shape, sums));
  const QuantizedRange range = ProductRange(a, b, out->dtype());
  SetRangeOutputs(c, 1, range.min, range.max);
  return absl::OkStatus();
}

void StoreSums(const Tensor& sums, Tensor* out) { StoreWide(LoadWide<int64_t>(sums), out); }

class QuantizedMatMulKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("transpose_a", &transpose_a_));
    return c.GetAttr("transpose_b", &transpose_b_);
  }
  absl::Status Compute(KernelContext& c) override {
    const Tensor &a = c.input(0), &b = c.input(1);
    MR_ASSIGN_OR_RETURN(const QuantizedRange a_range, InputRange(c, 0, 2, 3));
    MR_ASSIGN_OR_RETURN(const QuantizedRange b_range, InputRange(c, 1, 4, 5));
    for (const QuantizedRange* range : {&a_range, &b_range}) {
      if (range->max > range->min) continue;
      return absl::InvalidArgumentError(absl::StrCat("the ends of a range must ascend, not be ",
                                                     range->min, " and ", range->max));
    }
    if (a.rank() != 2 || b.rank() != 2) {
      return absl::InvalidArgumentError(absl::StrCat("In[0] and In[1] must be matrices, not ",
                                                     a.shape().ToString(), " and ",
                                                     b.shape().ToString()));
    }
    const int64_t inner = a.dim(transpose_a_ ? 0 : 1);
    if (inner != b.dim(transpose_b_ ? 1 : 0)) {
      return absl::InvalidArgumentError(
          absl::StrCat("Matrix size-incompatible: In[0]: ", a.shape().ToString(),
                       ", In[1]: ", b.shape().ToString()));
    }
    const Shape shape({a.dim(transpose_a_ ? 1 : 0), b.dim(transpose_b_ ? 0 : 1)});
    Tensor x, y, sums;
    MR_RETURN_IF_ERROR(AllocateProducts(c, shape, a_range, b_range, &sums));
    MR_RETURN_IF_ERROR(Centred(c, a, a_range, &x));
    MR_RETURN_IF_ERROR(Centred(c, b, b_range, &y));
    int32_t* const to = sums.mutable_data<int32_t>();
    std::fill_n(to, shape.num_elements(), 0);
    if (inner > 0 && shape.num_elements() > 0) {
      Gemm(c.pool(), {shape.dim(0), shape.dim(1), inner, transpose_a_, transpose_b_},
           x.data<int32_t>(), y.data<int32_t>(), to);
    }
    StoreSums(sums, c.mutable_output(0));
    return absl::OkStatus();
  }

 private:
  bool transpose_a_ = false, transpose_b_ = false;
};

class QuantizedConv2DKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_ASSIGN_OR_RETURN(attrs_, WindowAttrs::Read(c.attrs()));
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const QuantizedRange x_range, InputRange(c, 0, 2, 3));
    MR_ASSIGN_OR_RETURN(const QuantizedRange filter_range, InputRange(c, 1, 4, 5));
    MR_ASSIGN_OR_RETURN(const Convolution conv,
                        Convolution::Create(attrs_, c.input(0).shape(), c.input(1).shape()));
    if (conv.groups != 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("input and filter must have the same depth, not the shapes ",
                       c.input(0).shape().ToString(), " and ", c.input(1).shape().ToString()));
    }
    MR_ASSIGN_OR_RETURN(const Shape shape, ImageShape(attrs_, conv.g.batch, conv.g.out_height,
                                                      conv.g.out_width, conv.out_channels()));
    // What hangs over the edge stands for 0, as 0 does once the numbers are centred.
    Tensor x, filter, sums;
    MR_RETURN_IF_ERROR(AllocateProducts(c, shape, x_range, filter_range, &sums));
    MR_RETURN_IF_ERROR(Centred(c, c.input(0), x_range, &x));
    MR_RETURN_IF_ERROR(Centred(c, c.input(1), filter_range, &filter));
    Convolve(c.pool(), conv, x, filter, &sums);
    StoreSums(sums, c.mutable_output(0));
    return absl::OkStatus();
  }

 private:
  WindowAttrs attrs_;
};

absl::Status QuantizedMatMulShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(MatMulShape(c));
  for (int i = 2; i < 6; ++i) MR_RETURN_IF_ERROR(c.WithRank(i, 0).status());
  for (int i = 1; i < 3; ++i) c.set_output(i, PartialShape::Scalar());
  return absl::OkStatus();
}

absl::Status QuantizedConvShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape x, c.WithRank(0, 4));
  MR_ASSIGN_OR_RETURN(const PartialShape filter, c.WithRank(1, 4));
  for (int i = 2; i < 6; ++i) MR_RETURN_IF_ERROR(c.WithRankAtMost(i, 1).status());
  MR_ASSIGN_OR_RETURN(const WindowAttrs attrs, WindowAttrs::Read(c.attrs()));
  PartialShape y = PartialShape::Of({x.dim(0), -1, -1, filter.dim(3)});
  for (int d = 0; d < 2; ++d) {
    if (filter.dim(d) < 0) continue;
    MR_ASSIGN_OR_RETURN(const int64_t size,
                        attrs.OutputSize(d, x.dim(d + 1), filter.dim(d), nullptr));
    y.SetDim(d + 1, size);
  }
  c.set_output(0, std::move(y));
  for (int i = 1; i < 3; ++i) c.set_output(i, PartialShape::Scalar());
  return absl::OkStatus();
}

constexpr char kTypes[] = ": {qint8, quint8, qint32, qint16, quint16}";

}  // namespace

absl::Status RegisterQuantizedMatMul(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("QuantizedMatMul")
                               .Input("a: T1")
                               .Input("b: T2")
                               .Input("min_a: float")
                               .Input("max_a: float")
                               .Input("min_b: float")
                               .Input("max_b: float")
                               .Output("out: Toutput")
                               .Output("min_out: float")
                               .Output("max_out: float")
                               .Attr(absl::StrCat("T1", kTypes))
                               .Attr(absl::StrCat("T2", kTypes))
                               .Attr(absl::StrCat("Toutput", kTypes, " = DT_QINT32"))
                               .Attr("transpose_a: bool = false")
                               .Attr("transpose_b: bool = false")
                               .Attr(absl::StrCat("Tactivation", kTypes, " = DT_QUINT8"))
                               .Doc("The product of two quantised matrices, and its range.")
                               .Shape(QuantizedMatMulShape)
                               .NotDifferentiable()
                               .Cpu<QuantizedMatMulKernel>()));
  return r.Add(Op("QuantizedConv2D")
                   .Input("input: Tinput")
                   .Input("filter: Tfilter")
                   .Input("min_input: float")
                   .Input("max_input: float")
                   .Input("min_filter: float")
                   .Input("max_filter: float")
                   .Output("output: out_type")
                   .Output("min_output: float")
                   .Output("max_output: float")
                   .Attr(absl::StrCat("Tinput", kTypes))
                   .Attr(absl::StrCat("Tfilter", kTypes))
                   .Attr(absl::StrCat("out_type", kTypes, " = DT_QINT32"))
                   .Attr("strides: list(int)")
                   .Attr("padding: {'SAME', 'VALID'}")
                   .Attr("dilations: list(int) = [1, 1, 1, 1]")
                   .Doc("The convolution of quantised images with a quantised filter, and its "
                        "range.")
                   .Shape(QuantizedConvShape)
                   .NotDifferentiable()
                   .Cpu<QuantizedConv2DKernel>());
}

}  // namespace millrace
