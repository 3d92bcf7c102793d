// RFFT, RFFT2D, RFFT3D, IRFFT, IRFFT2D, IRFFT3D: between real numbers and half their spectrum,
// computed in double.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/fft/spectral_field.h"

namespace millrace {
namespace {

// The lengths of the transform: input 1, one a dimension.
absl::StatusOr<Shape> RealShape(KernelContext& c, int rank) {
  const Tensor &x = c.input(0), &lengths = c.input(1);
  MR_RETURN_IF_ERROR(CheckSpectralRank(x, rank));
  if (lengths.rank() != 1 || lengths.dim(0) != rank) {
    return absl::InvalidArgumentError(
        absl::StrCat("fft_length must have shape [", rank, "], not ", lengths.shape().ToString()));
  }
  Shape shape = x.shape();
  for (int d = 0; d < rank; ++d) {
    const int32_t n = lengths.data<int32_t>()[d];
    if (n < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("fft_length[", d, "] must >= 0, but got: ", n));
    }
    MR_RETURN_IF_ERROR(shape.SetDim(x.rank() - rank + d, n));
  }
  return shape;
}

// Of real numbers: the half of the spectrum that says all.
class RfftKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    rank_ = TransformRank(c.op());
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const Shape shape, RealShape(c, rank_));
    const Tensor& x = c.input(0);
    const int last = x.rank() - 1;
    for (int d = 0; d < rank_; ++d) {
      if (x.num_elements() == 0 || x.dim(last - d) >= shape.dim(last - d)) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("Input dimension ", last - d, " must have length of at least ",
                       shape.dim(last - d), " but got: ", x.dim(last - d)));
    }
    Shape half = shape;
    MR_RETURN_IF_ERROR(half.SetDim(last, shape.dim(last) == 0 ? 0 : shape.dim(last) / 2 + 1));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, half, &out));
    if (half.num_elements() == 0) return absl::OkStatus();
    SpectralField field = SpectralField::Fitted(x, shape);
    for (int d = 0; d < rank_; ++d) field.Transform(c, last - d, /*inverse=*/false);
    const int64_t n = shape.dim(last), kept = half.dim(last);
    for (int64_t i = 0; i < half.num_elements() / kept; ++i)
      StoreSpectrum(&field.values[i * n], i * kept, kept, out);
    return absl::OkStatus();
  }

 private:
  int rank_ = 1;
};

// The inverse, of half a spectrum: the other half is its mirror image, conjugated.
class IrfftKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    rank_ = TransformRank(c.op());
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const Shape shape, RealShape(c, rank_));
    const Tensor& x = c.input(0);
    const int last = x.rank() - 1;
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    const int64_t n = shape.dim(last);
    Shape half = shape;
    MR_RETURN_IF_ERROR(half.SetDim(last, n == 0 ? 0 : n / 2 + 1));
    for (int d = 0; d < rank_; ++d) {
      if (x.num_elements() == 0 || x.dim(last - d) >= half.dim(last - d)) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("Input dimension ", last - d, " must have length of at least ",
                       half.dim(last - d), " but got: ", x.dim(last - d)));
    }
    if (shape.num_elements() == 0) return absl::OkStatus();
    SpectralField field = SpectralField::Fitted(x, half);
    for (int d = 1; d < rank_; ++d) field.Transform(c, last - d, /*inverse=*/true);
    SpectralField full(shape);
    const int64_t kept = half.dim(last);
    for (int64_t i = 0; i < shape.num_elements() / n; ++i) {
      FourierTransform::Complex* line = &full.values[i * n];
      std::copy_n(&field.values[i * kept], kept, line);
      for (int64_t k = kept; k < n; ++k) line[k] = std::conj(line[n - k]);
    }
    full.Transform(c, last, /*inverse=*/true);
    StoreSpectrum(full.values.data(), 0, shape.num_elements(), out);
    return absl::OkStatus();
  }

 private:
  int rank_ = 1;
};

absl::Status RealFftShape(ShapeContext& c) {
  const int rank = TransformRank(c.op().name);
  MR_ASSIGN_OR_RETURN(PartialShape out, c.WithRankAtLeast(0, rank));
  MR_ASSIGN_OR_RETURN(const PartialShape lengths, c.WithRank(1, 1));
  if (lengths.dim(0) >= 0 && lengths.dim(0) != rank)
    return c.Error(1, absl::StrCat("must have ", rank, " elements"));
  if (!out.known_rank()) return absl::OkStatus();
  const auto given = c.input_as_ints(1);
  for (int d = 0; d < rank; ++d) {
    int64_t n = given.has_value() ? (*given)[d] : PartialShape::kUnknownDim;
    if (n < -1) return c.Error(1, "must not be negative");
    if (d == rank - 1 && c.op().name[0] == 'R' && n > 0) n = n / 2 + 1;
    out.SetDim(out.rank() - rank + d, n);
  }
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

// x with zeros after its end in each dimension, up to `shape`.
Output PadTo(Builder& b, Output x, Output shape) {
  const Output missing = b.Sub(shape, b.Shape(x));
  return b.Op1("Pad", {x, b.Pack({{b.ZerosLike(missing), missing}}, 1)});
}

// A tensor's shape with the last dimensions, those that are transformed, replaced.
Output WithLast(Builder& b, const OpView& op, Output x, Output last) {
  const Output kept = b.Sub(b.Rank(x), b.Scalar<int32_t>(TransformRank(op.schema().name)));
  const Output batch = b.Slice(b.Shape(x), b.Ints({0}), b.ExpandDims(kept, 0));
  return b.Concat({{batch, last}}, b.Scalar<int32_t>(0));
}

// The transpose of the transform of all fft_length numbers, of which the first components were
// kept.
absl::StatusOr<Gradients> RfftGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output x = op.input(0);
  const Output full = PadTo(b, dy[0], WithLast(b, op, x, op.input(1)));
  const Output size = TransformSize(b, op, full, b.dtype(full));
  const Output spectrum =
      b.Mul(b.Op1(absl::StrCat("IFFT", TransformSuffix(op.schema())), {full}), size);
  const Output real = b.Op1("Real", {spectrum}, {{"Tout", b.dtype(x)}});
  return Gradients{PadTo(b, real, b.Shape(x)), Gradient()};
}

// Components that have a mirror image count twice.
absl::StatusOr<Gradients> IrfftGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output x = op.input(0);
  const Output spectrum = b.Op1(absl::StrCat("RFFT", TransformSuffix(op.schema())),
                                {dy[0], op.input(1)}, {{"Tcomplex", b.dtype(x)}});
  const Output shape = b.Shape(dy[0]), one = b.Scalar<int32_t>(1);
  const Output n = b.Gather(shape, b.Sub(b.Rank(dy[0]), one));
  const Output half = b.Op1("FloorDiv", {n, b.Scalar<int32_t>(2)});
  const Output k = b.Range(b.Scalar<int32_t>(0), b.Add(half, one), one);
  const Output has_mirror =
      b.LogicalAnd(b.Greater(k, b.Scalar<int32_t>(0)), b.Less(b.Mul(k, b.Scalar<int32_t>(2)), n));
  const Output times = b.Cast(b.Where(has_mirror, b.Scalar<int32_t>(2), one), b.dtype(x));
  const Output dx = b.Div(b.Mul(spectrum, times), TransformSize(b, op, dy[0], b.dtype(x)));
  return Gradients{PadTo(b, dx, b.Shape(x)), Gradient()};
}

}  // namespace

absl::Status RegisterRealFft(Registry& r) {
  for (const char* suffix : {"", "2D", "3D"}) {
    MR_RETURN_IF_ERROR(
        r.Add(Op(absl::StrCat("RFFT", suffix))
                  .Input("input: Treal")
                  .Input("fft_length: int32")
                  .Output("output: Tcomplex")
                  .Attr("Treal: {float, double} = DT_FLOAT")
                  .Attr("Tcomplex: {complex64, complex128} = DT_COMPLEX64")
                  .Doc("The discrete Fourier transform of real numbers over the last dimensions, "
                       "cropped to fft_length; of the last only the first fft_length / 2 + 1 "
                       "components are given.")
                  .Shape(RealFftShape)
                  .Gradient(RfftGradient)
                  .Cpu<RfftKernel>()));
    MR_RETURN_IF_ERROR(
        r.Add(Op(absl::StrCat("IRFFT", suffix))
                  .Input("input: Tcomplex")
                  .Input("fft_length: int32")
                  .Output("output: Treal")
                  .Attr("Treal: {float, double} = DT_FLOAT")
                  .Attr("Tcomplex: {complex64, complex128} = DT_COMPLEX64")
                  .Doc("The inverse of RFFT: real numbers, of sizes fft_length, from half a "
                       "spectrum.")
                  .Shape(RealFftShape)
                  .Gradient(IrfftGradient)
                  .Cpu<IrfftKernel>()));
  }
  return absl::OkStatus();
}

}  // namespace millrace
