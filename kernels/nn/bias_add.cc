// BiasAdd, BiasAddV1, BiasAddGrad: a vector along the channel dimension.
#include <algorithm>
#include <string>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/arithmetic.h"
#include "kernels/math/reduce.h"
#include "kernels/math/sum_reducer.h"

namespace millrace {
namespace {

// NHWC: the last dimension; NCHW: the second. BiasAddV1 has no data_format and means NHWC.
absl::Status ReadFormat(KernelConstruction& c, bool* channels_first) {
  std::string format = "NHWC";
  if (c.attrs().Has("data_format")) MR_RETURN_IF_ERROR(c.GetAttr("data_format", &format));
  *channels_first = format == "NCHW";
  return absl::OkStatus();
}

absl::Status CheckRank(const Tensor& value) {
  if (value.rank() >= 2) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("Input tensor must be at least 2D: ", value.shape().ToString()));
}

template <typename T>
class BiasAddKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return ReadFormat(c, &channels_first_); }

  absl::Status Compute(KernelContext& c) override {
    const Tensor& value = c.input(0);
    const Tensor& bias = c.input(1);
    MR_RETURN_IF_ERROR(CheckRank(value));
    if (bias.rank() != 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("Biases must be 1D: ", bias.shape().ToString()));
    }
    const int axis = channels_first_ ? 1 : value.rank() - 1;
    const int64_t channels = value.dim(axis);
    if (bias.dim(0) != channels) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Must provide as many biases as the channel dimension of the input tensor: ",
          bias.shape().ToString(), " vs. ", channels, " in ", value.shape().ToString()));
    }
    int64_t inner = 1;
    for (int d = axis + 1; d < value.rank(); ++d) inner *= value.dim(d);
    const T* x = value.data<T>();
    const T* b = bias.data<T>();
    Tensor* out;
    MR_RETURN_IF_ERROR(c.forward_or_allocate_output({0}, 0, value.shape(), &out));
    T* y = out->mutable_data<T>();
    const int64_t n = out->num_elements();
    if (n == 0) return absl::OkStatus();
    if (inner == 1) {
      c.pool()->ParallelFor(n / channels, std::max<int64_t>(1, kGrain / channels),
                            [&](int64_t begin, int64_t end) {
                              for (int64_t i = begin; i < end; ++i)
                                AddRow(x + i * channels, b, channels, y + i * channels);
                            });
    } else {
      c.pool()->ParallelFor(n / inner, std::max<int64_t>(1, kGrain / inner),
                            [&](int64_t begin, int64_t end) {
                              for (int64_t i = begin; i < end; ++i)
                                AddScalar(x + i * inner, b[i % channels], inner, y + i * inner);
                            });
    }
    return absl::OkStatus();
  }

 private:
  static constexpr int64_t kGrain = 32768;
  using A = ArithmeticType<T>;

  static void AddRow(const T* x, const T* b, int64_t n, T* y) {
#pragma GCC ivdep
    for (int64_t j = 0; j < n; ++j)
      y[j] = static_cast<T>(Plus(static_cast<A>(x[j]), static_cast<A>(b[j])));
  }
  static void AddScalar(const T* x, T b, int64_t n, T* y) {
    const A s = static_cast<A>(b);
#pragma GCC ivdep
    for (int64_t j = 0; j < n; ++j) y[j] = static_cast<T>(Plus(static_cast<A>(x[j]), s));
  }

  bool channels_first_ = false;
};

template <typename T>
class BiasAddGradKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return ReadFormat(c, &channels_first_); }

  absl::Status Compute(KernelContext& c) override {
    const Tensor& dy = c.input(0);
    MR_RETURN_IF_ERROR(CheckRank(dy));
    const int axis = channels_first_ ? 1 : dy.rank() - 1;
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, Shape({dy.dim(axis)}), &out));
    absl::InlinedVector<bool, 8> reduced(dy.rank(), true);
    reduced[axis] = false;
    return Reduce(c, reduce_internal::LoopsFor<SumReducer, T>(), dy, reduced,
                  out->mutable_raw_data());
  }

 private:
  bool channels_first_ = false;
};

AttrMap Format(const OpView& op) {
  if (!op.attrs().Has("data_format")) return {};
  return {{"data_format", op.attr<std::string>("data_format")}};
}

absl::StatusOr<Gradients> BiasAddGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{dy[0], b.Op1("BiasAddGrad", {dy[0]}, Format(op))};
}

// A gradient of shape [channels], spread again over dy's shape.
absl::StatusOr<Gradients> BiasAddGradGradient(Builder& b, const OpView& op, const Gradients& dz) {
  const Output dy = op.input(0);
  return Gradients{b.Op1("BiasAdd", {b.ZerosLike(dy), dz[0]}, Format(op))};
}

// Checks the channels where they are known; the output is as the input.
absl::Status BiasAddShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(PartialShape value, c.WithRankAtLeast(0, 2));
  MR_ASSIGN_OR_RETURN(const PartialShape bias, c.WithRank(1, 1));
  std::string format = "NHWC";
  if (c.attrs().Has("data_format")) MR_RETURN_IF_ERROR(c.GetAttr("data_format", &format));
  if (value.known_rank()) {
    const int axis = format == "NCHW" ? 1 : value.rank() - 1;
    const auto channels = ShapeContext::MergeDim(value.dim(axis), bias.dim(0));
    if (!channels.ok()) return c.Error(1, channels.status().message());
    value.SetDim(axis, *channels);
  }
  c.set_output(0, std::move(value));
  return absl::OkStatus();
}

absl::Status BiasAddGradShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape dy, c.WithRankAtLeast(0, 2));
  std::string format;
  MR_RETURN_IF_ERROR(c.GetAttr("data_format", &format));
  PartialShape shape = PartialShape::UnknownOfRank(1);
  if (dy.known_rank()) shape.SetDim(0, dy.dim(format == "NCHW" ? 1 : dy.rank() - 1));
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterBiasAdd(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("BiasAdd")
                .Input("value: T")
                .Input("bias: T")
                .Output("output: T")
                .Attr("T: numbertype")
                .Attr("data_format: {'NHWC', 'NCHW'} = 'NHWC'")
                .Doc("value + bias, where bias is a vector along the channels: the "
                     "last dimension, or the second for NCHW.")
                .Shape(BiasAddShape)
                .Gradient(BiasAddGradient)
                .Cpu<BiasAddKernel, half, bfloat16, float, double, int8_t, int16_t, int32_t,
                     int64_t, uint8_t, uint16_t, uint32_t, uint64_t, complex64, complex128>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("BiasAddV1")
                .Input("value: T")
                .Input("bias: T")
                .Output("output: T")
                .Attr("T: numbertype")
                .Doc("value + bias, where bias is a vector along the last dimension.")
                .Shape(BiasAddShape)
                .Gradient(BiasAddGradient)
                .Cpu<BiasAddKernel, half, bfloat16, float, double, int8_t, int16_t, int32_t,
                     int64_t, uint8_t, uint16_t, uint32_t, uint64_t, complex64, complex128>()));
  return r.Add(
      Op("BiasAddGrad")
          .Input("out_backprop: T")
          .Output("output: T")
          .Attr("T: numbertype")
          .Attr("data_format: {'NHWC', 'NCHW'} = 'NHWC'")
          .Doc("The gradient of BiasAdd by its bias: the sum over all dimensions but the channels.")
          .Shape(BiasAddGradShape)
          .Gradient(BiasAddGradGradient)
          .Cpu<BiasAddGradKernel, half, bfloat16, float, double, int8_t, int16_t, int32_t, int64_t,
               uint8_t, uint16_t, uint32_t, uint64_t, complex64, complex128>());
}

}  // namespace millrace
