// Bitcast, CheckNumerics, UnravelIndex, BroadcastArgs.
#include <cmath>

#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/int_args.h"

namespace millrace {
namespace {

// The output's dimensions for an element that becomes `in_size` / `out_size` elements, or part of
// one.
absl::StatusOr<DimVector> BitcastDims(absl::Span<const int64_t> dims, int64_t in_size,
                                      int64_t out_size) {
  DimVector out(dims.begin(), dims.end());
  if (in_size > out_size) {
    out.push_back(in_size / out_size);
  } else if (in_size < out_size) {
    if (out.empty() || (out.back() >= 0 && out.back() != out_size / in_size)) {
      return absl::InvalidArgumentError(
          absl::StrCat("Cannot bitcast: the last dimension must be ", out_size / in_size));
    }
    out.pop_back();
  }
  return out;
}

class BitcastKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const DType from = c.input(0).dtype(), to = c.output_type(0);
    MR_ASSIGN_OR_RETURN(const DimVector dims, BitcastDims(c.input(0).shape().dims(),
                                                          static_cast<int64_t>(DTypeSize(from)),
                                                          static_cast<int64_t>(DTypeSize(to))));
    MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create(dims));
    MR_ASSIGN_OR_RETURN(Tensor out, c.take_input(0).Bitcast(to, shape));
    c.set_output(0, std::move(out));
    return absl::OkStatus();
  }
};

absl::Status BitcastShape(ShapeContext& c) {
  if (!c.input(0).known_rank()) return absl::OkStatus();
  MR_ASSIGN_OR_RETURN(
      const DimVector dims,
      BitcastDims(c.input(0).dims(), static_cast<int64_t>(DTypeSize(c.input_type(0))),
                  static_cast<int64_t>(DTypeSize(c.output_type(0)))));
  MR_ASSIGN_OR_RETURN(PartialShape out, PartialShape::Create(dims));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

template <typename T>
class CheckNumericsKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("message", &message_); }
  absl::Status Compute(KernelContext& c) override {
    bool has_inf = false, has_nan = false;
    for (const T& x : c.input(0).flat<T>()) {
      has_inf = has_inf || std::isinf(static_cast<double>(x));
      has_nan = has_nan || std::isnan(static_cast<double>(x));
    }
    if (has_inf || has_nan) {
      return absl::InvalidArgumentError(
          absl::StrCat(message_, " : Tensor had ", has_inf ? "Inf" : "",
                       has_inf && has_nan ? " and " : "", has_nan ? "NaN" : "", " values"));
    }
    c.set_output(0, c.take_input(0));
    return absl::OkStatus();
  }

 private:
  std::string message_;
};

absl::StatusOr<Gradients> CheckNumericsGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{
      b.Op1("CheckNumerics", {dy[0]},
            {{"message",
              absl::StrCat("Not a number (NaN) or infinity (Inf) values detected in gradient. ",
                           op.attr<std::string>("message"))}})};
}

template <typename T>
class UnravelIndexKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& indices = c.input(0);
    MR_ASSIGN_OR_RETURN(const Shape shape, ShapeArg(c.input(1), "dims"));
    if (indices.rank() > 1) {
      return absl::InvalidArgumentError(absl::StrCat(
          "The indices can only be scalar or vector, got ", indices.shape().ToString()));
    }
    const int64_t n = indices.num_elements(), rank = shape.rank();
    if (n == 0) return absl::InvalidArgumentError("received empty indices");
    if (shape.num_elements() > std::numeric_limits<T>::max()) {
      return absl::InvalidArgumentError(
          absl::StrCat("the product of dims ", shape.ToString(), " overflows"));
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(
        c.allocate_output(0, indices.rank() == 0 ? Shape({rank}) : Shape({rank, n}), &out));
    for (int64_t i = 0; i < n; ++i) {
      int64_t rest = indices.data<T>()[i];
      if (rest < 0 || rest >= shape.num_elements()) {
        return absl::InvalidArgumentError(
            absl::StrCat("index is out of bound as with dims: ", rest, " for ", shape.ToString()));
      }
      for (int64_t d = rank - 1; d >= 0; --d) {
        const int64_t size = shape.dim(static_cast<int>(d));
        out->mutable_data<T>()[d * n + i] = static_cast<T>(rest % size);
        rest /= size;
      }
    }
    return absl::OkStatus();
  }
};

absl::Status UnravelIndexShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape dims, c.WithRank(1, 1));
  if (!c.input(0).known_rank()) return absl::OkStatus();
  PartialShape out = PartialShape::Of({dims.dim(0)});
  if (c.input(0).rank() == 1) out.AddDim(c.input(0).dim(0));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

class BroadcastArgsKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const DimVector a, IntVectorArg(c.input(0), "s0"));
    MR_ASSIGN_OR_RETURN(const DimVector b, IntVectorArg(c.input(1), "s1"));
    DimVector dims(std::max(a.size(), b.size()));
    for (size_t i = 1; i <= dims.size(); ++i) {
      const int64_t x = i <= a.size() ? a[a.size() - i] : 1,
                    y = i <= b.size() ? b[b.size() - i] : 1;
      if (x != y && x != 1 && y != 1) {
        return absl::InvalidArgumentError(
            absl::StrCat("Incompatible shapes: sizes ", x, " and ", y, ", ", i, " from the end"));
      }
      dims[dims.size() - i] = x == 1 ? y : x;
    }
    MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create(dims));
    MR_ASSIGN_OR_RETURN(Tensor out, ShapeToTensor(shape, c.output_type(0)));
    c.set_output(0, std::move(out));
    return absl::OkStatus();
  }
  bool cheap() const override { return true; }
};

absl::Status BroadcastArgsShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape a, c.WithRank(0, 1));
  MR_ASSIGN_OR_RETURN(const PartialShape b, c.WithRank(1, 1));
  const bool known = a.dim(0) >= 0 && b.dim(0) >= 0;
  c.set_output(
      0, PartialShape::Of({known ? std::max(a.dim(0), b.dim(0)) : PartialShape::kUnknownDim}));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterBitcast(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(
      Op("Bitcast")
          .Input("input: T")
          .Output("output: type")
          .Attr("T: {bfloat16, half, float, double, int64, int32, uint8, uint16, uint32, uint64, "
                "int8, int16, complex64, complex128, qint8, quint8, qint16, quint16, qint32}")
          .Attr(
              "type: {bfloat16, half, float, double, int64, int32, uint8, uint16, uint32, uint64, "
              "int8, int16, complex64, complex128, qint8, quint8, qint16, quint16, qint32}")
          .Doc("The same bytes as elements of another type.")
          .Shape(BitcastShape)
          .NotDifferentiable()
          .Cpu<BitcastKernel>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("CheckNumerics")
                .Input("tensor: T")
                .Output("output: T")
                .Attr("T: {bfloat16, half, float, double}")
                .Attr("message: string")
                .Stateful()
                .Doc("The input; INVALID_ARGUMENT with `message` if it holds an infinity or a NaN.")
                .Shape(SameAsInput0)
                .Gradient(CheckNumericsGradient)
                .Cpu<CheckNumericsKernel, half, bfloat16, float, double>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("CheckNumericsV2")
                .Input("tensor: T")
                .Output("output: T")
                .Attr("T: {bfloat16, half, float, double}")
                .Attr("message: string")
                .Stateful()
                .Doc("The input; INVALID_ARGUMENT with `message` if it holds an infinity or a NaN.")
                .Shape(SameAsInput0)
                .Gradient(CheckNumericsGradient)
                .Cpu<CheckNumericsKernel, half, bfloat16, float, double>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("UnravelIndex")
                .Input("indices: Tidx")
                .Input("dims: Tidx")
                .Output("output: Tidx")
                .Attr("Tidx: {int32, int64} = DT_INT32")
                .Doc("Positions in a tensor of shape `dims` for indices into its flat form.")
                .Shape(UnravelIndexShape)
                .NotDifferentiable()
                .CpuFor<UnravelIndexKernel, int32_t, int64_t>("Tidx")));
  return r.Add(Op("BroadcastArgs")
                   .Input("s0: T")
                   .Input("s1: T")
                   .Output("r0: T")
                   .Attr("T: {int32, int64} = DT_INT32")
                   .Doc("The shape that two shapes broadcast to.")
                   .Shape(BroadcastArgsShape)
                   .NotDifferentiable()
                   .Cpu<BroadcastArgsKernel>());
}

}  // namespace millrace
