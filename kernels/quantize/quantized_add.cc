// QuantizedBiasAdd, QuantizedAdd, QuantizedMul: 8-bit numbers added and multiplied in 32 bits.
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/broadcast.h"
#include "kernels/math/wide.h"
#include "kernels/quantize/quantized_converter.h"
#include "kernels/quantize/quantized_type.h"

namespace millrace {
namespace {

// A range of 32-bit numbers for sums of 8-bit numbers of two ranges, with room for more sums of
// these.
QuantizedRange SumRange(const QuantizedRange& a, const QuantizedRange& b, int spare_bits,
                        DType out) {
  const float most =
      std::max({std::abs(a.min), std::abs(a.max), std::abs(b.min), std::abs(b.max)}) *
      static_cast<float>(1 << spare_bits);
  return {QuantizedType::Of(out), -most, most};
}

// The numbers of input i, of `range`, as those of `to`, as TensorFlow takes them: with a bias all
// in single precision, else a scalar exactly and a tensor in whole steps from what 0 becomes.
std::vector<double> InRange(KernelContext& c, int i, const QuantizedRange& range,
                            const QuantizedRange& to, bool with_bias) {
  std::vector<double> values = LoadWide<double>(c.input(i));
  const QuantizedConverter convert(range, to);
  const double zero = to.FromFloatUnclamped(range.ToFloat(0));
  const double step = to.FromFloatUnclamped(range.ToFloat(1)) - zero;
  for (double& v : values) {
    if (with_bias) {
      v = convert(v);
    } else {
      v = c.input(i).rank() == 0 ? to.FromFloat(range.ToFloat(v))
                                 : std::clamp(zero + v * step, to.type.lowest, to.type.highest);
    }
  }
  return values;
}

// Those of input i, less what stands for 0.
std::vector<double> LessZero(KernelContext& c, int i, const QuantizedRange& range) {
  std::vector<double> values = LoadWide<double>(c.input(i));
  const double zero = range.FromFloat(0);
  for (double& v : values) v -= zero;
  return values;
}

// (x, y, min_x, max_x, min_y, max_y); kBias: y is a vector along x's last dimension.
template <bool kProduct, bool kBias>
class QuantizedSumKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const QuantizedRange x_range, InputRange(c, 0, 2, 3));
    MR_ASSIGN_OR_RETURN(const QuantizedRange y_range, InputRange(c, 1, 4, 5));
    const Shape &x_shape = c.input(0).shape(), &y_shape = c.input(1).shape();
    if (kBias && (x_shape.rank() < 2 || y_shape.rank() != 1 ||
                  y_shape.dim(0) != x_shape.dim(x_shape.rank() - 1))) {
      return absl::InvalidArgumentError(
          absl::StrCat("the bias must be a vector along the last dimension of an input of at least "
                       "two, but the shapes are ",
                       x_shape.ToString(), " and ", y_shape.ToString()));
    }
    MR_ASSIGN_OR_RETURN(const Broadcast broadcast, Broadcast::Create({&x_shape, &y_shape}));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, broadcast.output(), &out));
    const QuantizedRange range = kProduct
                                     ? ProductRange(x_range, y_range, out->dtype())
                                     : SumRange(x_range, y_range, kBias ? 17 : 14, out->dtype());
    const std::vector<double> x =
        kProduct ? LessZero(c, 0, x_range) : InRange(c, 0, x_range, range, kBias);
    const std::vector<double> y =
        kProduct ? LessZero(c, 1, y_range) : InRange(c, 1, y_range, range, kBias);
    // TensorFlow adds what 0 becomes to a bias; it may be one off 0.
    const double zero = kBias ? range.FromFloat(0) : 0;
    std::vector<double> z(static_cast<size_t>(out->num_elements()));
    broadcast.ForEachRun(
        c.pool(), 1 << 14, [&](int64_t to, const Broadcast::Offsets& at, int64_t count) {
          for (int64_t i = 0; i < count; ++i) {
            const double a = x[static_cast<size_t>(at[0] + i * broadcast.step(0))];
            const double b = y[static_cast<size_t>(at[1] + i * broadcast.step(1))];
            z[static_cast<size_t>(to + i)] =
                std::clamp(kProduct ? a * b : a + b + zero, range.type.lowest, range.type.highest);
          }
        });
    StoreWide(z, out);
    SetRangeOutputs(c, 1, range.min, range.max);
    return absl::OkStatus();
  }
};

absl::Status ScalarRanges(ShapeContext& c) {
  for (int i = 2; i < 6; ++i) MR_RETURN_IF_ERROR(c.WithRank(i, 0).status());
  for (int i = 1; i < 3; ++i) c.set_output(i, PartialShape::Scalar());
  return absl::OkStatus();
}

absl::Status QuantizedSumShape(ShapeContext& c) {
  absl::StatusOr<PartialShape> shape = BroadcastShapes(c.input(0), c.input(1));
  if (!shape.ok()) return c.Error(1, shape.status().message());
  c.set_output(0, *std::move(shape));
  return ScalarRanges(c);
}

absl::Status QuantizedBiasShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(PartialShape x, c.WithRankAtLeast(0, 2));
  MR_ASSIGN_OR_RETURN(const PartialShape bias, c.WithRank(1, 1));
  if (x.known_rank()) {
    MR_ASSIGN_OR_RETURN(const int64_t channels,
                        ShapeContext::MergeDim(x.dim(x.rank() - 1), bias.dim(0)));
    x.SetDim(x.rank() - 1, channels);
  }
  c.set_output(0, std::move(x));
  return ScalarRanges(c);
}

constexpr char kTypes[] = ": {qint8, quint8, qint32, qint16, quint16}";

template <bool kProduct>
absl::Status AddSum(Registry& r, const char* name, absl::string_view doc) {
  return r.Add(Op(name)
                   .Input("x: T1")
                   .Input("y: T2")
                   .Input("min_x: float")
                   .Input("max_x: float")
                   .Input("min_y: float")
                   .Input("max_y: float")
                   .Output("z: Toutput")
                   .Output("min_z: float")
                   .Output("max_z: float")
                   .Attr(absl::StrCat("T1", kTypes))
                   .Attr(absl::StrCat("T2", kTypes))
                   .Attr(absl::StrCat("Toutput", kTypes, " = DT_QINT32"))
                   .Doc(doc)
                   .Shape(QuantizedSumShape)
                   .NotDifferentiable()
                   .template Cpu<QuantizedSumKernel<kProduct, false>>());
}

}  // namespace

absl::Status RegisterQuantizedAdd(Registry& r) {
  MR_RETURN_IF_ERROR(
      AddSum<false>(r, "QuantizedAdd", "x + y of quantised numbers, and the sum's range."));
  MR_RETURN_IF_ERROR(
      AddSum<true>(r, "QuantizedMul", "x * y of quantised numbers, and the product's range."));
  return r.Add(Op("QuantizedBiasAdd")
                   .Input("input: T1")
                   .Input("bias: T2")
                   .Input("min_input: float")
                   .Input("max_input: float")
                   .Input("min_bias: float")
                   .Input("max_bias: float")
                   .Output("output: out_type")
                   .Output("min_out: float")
                   .Output("max_out: float")
                   .Attr(absl::StrCat("T1", kTypes))
                   .Attr(absl::StrCat("T2", kTypes))
                   .Attr(absl::StrCat("out_type", kTypes))
                   .Doc("A bias added to the last dimension of quantised numbers, and the sum's "
                        "range.")
                   .Shape(QuantizedBiasShape)
                   .NotDifferentiable()
                   .Cpu<QuantizedSumKernel<false, true>>());
}

}  // namespace millrace
