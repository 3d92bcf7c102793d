// FFT, FFT2D, FFT3D, IFFT, IFFT2D, IFFT3D: over the last one, two or three dimensions, computed in
// double.
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

template <int kRank, bool kInverse>
class FftKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& x = c.input(0);
    MR_RETURN_IF_ERROR(CheckSpectralRank(x, kRank));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, x.shape(), &out));
    SpectralField field(x.shape());
    LoadSpectrum(x, 0, x.num_elements(), field.values.data());
    for (int d = 1; d <= kRank; ++d) field.Transform(c, x.rank() - d, kInverse);
    StoreSpectrum(field.values.data(), 0, x.num_elements(), out);
    return absl::OkStatus();
  }
};

absl::Status FftShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(PartialShape s, c.WithRankAtLeast(0, TransformRank(c.op())));
  c.set_output(0, std::move(s));
  return absl::OkStatus();
}

absl::StatusOr<Gradients> FftGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output size = TransformSize(b, op, dy[0], b.dtype(dy[0]));
  return Gradients{b.Mul(b.Op1(absl::StrCat("IFFT", TransformSuffix(op.schema())), {dy[0]}), size)};
}

absl::StatusOr<Gradients> IfftGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output size = TransformSize(b, op, dy[0], b.dtype(dy[0]));
  return Gradients{b.Div(b.Op1(absl::StrCat("FFT", TransformSuffix(op.schema())), {dy[0]}), size)};
}

}  // namespace

absl::Status RegisterComplexFft(Registry& r) {
  const char* const kForward =
      "The discrete Fourier transform over the last dimensions, one, two or three as the name "
      "says.";
  const char* const kInverse =
      "The inverse of the discrete Fourier transform over the last dimensions.";
  MR_RETURN_IF_ERROR(r.Add(Op("FFT")
                               .Input("input: Tcomplex")
                               .Output("output: Tcomplex")
                               .Attr("Tcomplex: {complex64, complex128} = DT_COMPLEX64")
                               .Doc(kForward)
                               .Shape(FftShape)
                               .Gradient(FftGradient)
                               .Cpu<FftKernel<1, false>>()));
  MR_RETURN_IF_ERROR(r.Add(Op("FFT2D")
                               .Input("input: Tcomplex")
                               .Output("output: Tcomplex")
                               .Attr("Tcomplex: {complex64, complex128} = DT_COMPLEX64")
                               .Doc(kForward)
                               .Shape(FftShape)
                               .Gradient(FftGradient)
                               .Cpu<FftKernel<2, false>>()));
  MR_RETURN_IF_ERROR(r.Add(Op("FFT3D")
                               .Input("input: Tcomplex")
                               .Output("output: Tcomplex")
                               .Attr("Tcomplex: {complex64, complex128} = DT_COMPLEX64")
                               .Doc(kForward)
                               .Shape(FftShape)
                               .Gradient(FftGradient)
                               .Cpu<FftKernel<3, false>>()));
  MR_RETURN_IF_ERROR(r.Add(Op("IFFT")
                               .Input("input: Tcomplex")
                               .Output("output: Tcomplex")
                               .Attr("Tcomplex: {complex64, complex128} = DT_COMPLEX64")
                               .Doc(kInverse)
                               .Shape(FftShape)
                               .Gradient(IfftGradient)
                               .Cpu<FftKernel<1, true>>()));
  MR_RETURN_IF_ERROR(r.Add(Op("IFFT2D")
                               .Input("input: Tcomplex")
                               .Output("output: Tcomplex")
                               .Attr("Tcomplex: {complex64, complex128} = DT_COMPLEX64")
                               .Doc(kInverse)
                               .Shape(FftShape)
                               .Gradient(IfftGradient)
                               .Cpu<FftKernel<2, true>>()));
  return r.Add(Op("IFFT3D")
                   .Input("input: Tcomplex")
                   .Output("output: Tcomplex")
                   .Attr("Tcomplex: {complex64, complex128} = DT_COMPLEX64")
                   .Doc(kInverse)
                   .Shape(FftShape)
                   .Gradient(IfftGradient)
                   .Cpu<FftKernel<3, true>>());
}

}  // namespace millrace
