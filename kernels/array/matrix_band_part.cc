// MatrixBandPart, Diag, DiagPart.
#include <complex>

#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/elements.h"
#include "kernels/array/scalar_arg.h"

namespace millrace {
namespace {

class MatrixBandPartKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& in = c.input(0);
    if (in.rank() < 2) {
      return absl::InvalidArgumentError(
          absl::StrCat("input must be at least 2-dim, received shape: ", in.shape().ToString()));
    }
    const int64_t rows = in.dim(in.rank() - 2), cols = in.dim(in.rank() - 1);
    MR_ASSIGN_OR_RETURN(int64_t lower, IntScalarArg(c.input(1), "num_lower"));
    MR_ASSIGN_OR_RETURN(int64_t upper, IntScalarArg(c.input(2), "num_upper"));
    if (lower > rows || upper > cols) {
      return absl::InvalidArgumentError(absl::StrCat(
          "num_lower must be negative or less or equal to number of rows (", rows, ") got: ", lower,
          ", num_upper negative or at most ", cols, " got: ", upper));
    }
    if (lower < 0) lower = rows;
    if (upper < 0) upper = cols;
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, in.shape(), &out));
    const int64_t total = in.num_elements() == 0 ? 0 : in.num_elements() / cols;
    ZeroElements(in.dtype(), out->mutable_raw_data(), in.num_elements());
    for (int64_t r = 0; r < total; ++r) {
      const int64_t i = r % rows;
      const int64_t begin = std::clamp<int64_t>(i - lower, 0, cols),
                    end = std::clamp<int64_t>(i + upper + 1, 0, cols);
      CopyElements(in.dtype(), ElementAt(in, r * cols + begin),
                   MutableElementAt(*out, r * cols + begin), end - begin);
    }
    return absl::OkStatus();
  }
};

class DiagKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& in = c.input(0);
    if (in.rank() < 1) return absl::InvalidArgumentError("Input must be at least rank 1, got 0");
    DimVector dims(in.shape().dims().begin(), in.shape().dims().end());
    dims.insert(dims.end(), in.shape().dims().begin(), in.shape().dims().end());
    MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create(dims));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    ZeroElements(in.dtype(), out->mutable_raw_data(), out->num_elements());
    const int64_t n = in.num_elements();
    for (int64_t i = 0; i < n; ++i)
      CopyElements(in.dtype(), ElementAt(in, i), MutableElementAt(*out, i * (n + 1)), 1);
    return absl::OkStatus();
  }
};

class DiagPartKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& in = c.input(0);
    const int half_rank = in.rank() / 2;
    bool fits = in.rank() > 0 && in.rank() % 2 == 0;
    for (int d = 0; fits && d < half_rank; ++d) fits = in.dim(d) == in.dim(half_rank + d);
    if (!fits) {
      return absl::InvalidArgumentError(
          absl::StrCat("the shape must be some shape twice over, got ", in.shape().ToString()));
    }
    const Shape shape{in.shape().dims().subspan(0, half_rank)};
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    const int64_t n = shape.num_elements();
    for (int64_t i = 0; i < n; ++i)
      CopyElements(in.dtype(), ElementAt(in, i * (n + 1)), MutableElementAt(*out, i), 1);
    return absl::OkStatus();
  }
};

absl::Status AtLeastMatrix(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRankAtLeast(0, 2).status());
  c.set_output(0, c.input(0));
  return absl::OkStatus();
}

absl::Status DiagShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape in, c.WithRankAtLeast(0, 1));
  if (!in.known_rank()) return absl::OkStatus();
  DimVector dims(in.dims().begin(), in.dims().end());
  dims.insert(dims.end(), in.dims().begin(), in.dims().end());
  MR_ASSIGN_OR_RETURN(PartialShape out, PartialShape::Create(dims));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::Status DiagPartShape(ShapeContext& c) {
  const PartialShape& in = c.input(0);
  if (!in.known_rank()) return absl::OkStatus();
  if (in.rank() == 0 || in.rank() % 2 != 0)
    return c.Error(0, absl::StrCat("must have even and non-zero rank, is ", in.ToString()));
  DimVector dims;
  for (int d = 0; d < in.rank() / 2; ++d) {
    MR_ASSIGN_OR_RETURN(const int64_t n,
                        ShapeContext::MergeDim(in.dim(d), in.dim(in.rank() / 2 + d)));
    dims.push_back(n);
  }
  MR_ASSIGN_OR_RETURN(PartialShape out, PartialShape::Create(dims));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::StatusOr<Gradients> BandPartGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Op1("MatrixBandPart", {dy[0], op.input(1), op.input(2)}), {}, {}};
}
absl::StatusOr<Gradients> DiagGradient(Builder& b, const OpView&, const Gradients& dy) {
  return Gradients{b.Op1("DiagPart", {dy[0]})};
}
absl::StatusOr<Gradients> DiagPartGradient(Builder& b, const OpView&, const Gradients& dy) {
  return Gradients{b.Op1("Diag", {dy[0]})};
}

}  // namespace

absl::Status RegisterMatrixBandPart(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("MatrixBandPart")
                .Input("input: T")
                .Input("num_lower: Tindex")
                .Input("num_upper: Tindex")
                .Output("band: T")
                .Attr("T: type")
                .Attr("Tindex: {int32, int64} = DT_INT64")
                .Doc("Matrices with zeros outside num_lower diagonals below and num_upper above "
                     "the main one; a negative number keeps all on that side.")
                .Shape(AtLeastMatrix)
                .Gradient(BandPartGradient)
                .Cpu<MatrixBandPartKernel>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("Diag")
                .Input("diagonal: T")
                .Output("output: T")
                .Attr("T: {bfloat16, half, float, double, int32, int64, complex64, complex128}")
                .Doc("output[i..., i...] = diagonal[i...], zero elsewhere.")
                .Shape(DiagShape)
                .Gradient(DiagGradient)
                .Cpu<DiagKernel>()));
  return r.Add(Op("DiagPart")
                   .Input("input: T")
                   .Output("diagonal: T")
                   .Attr("T: {bfloat16, half, float, double, int32, int64, complex64, complex128}")
                   .Doc("diagonal[i...] = input[i..., i...].")
                   .Shape(DiagPartShape)
                   .Gradient(DiagPartGradient)
                   .Cpu<DiagPartKernel>());
}

}  // namespace millrace
