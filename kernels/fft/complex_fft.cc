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

class FftKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    rank_ = TransformRank(c.op());
    inverse_ = c.op()[0] == 'I';
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    const Tensor& x = c.input(0);
    MR_RETURN_IF_ERROR(CheckSpectralRank(x, rank_));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, x.shape(), &out));
    SpectralField field(x.shape());
    LoadSpectrum(x, 0, x.num_elements(), field.values.data());
    for (int d = 1; d <= rank_; ++d) field.Transform(c, x.rank() - d, inverse_);
    StoreSpectrum(field.values.data(), 0, x.num_elements(), out);
    return absl::OkStatus();
  }

 private:
  int rank_ = 1;
  bool inverse_ = false;
};

absl::Status FftShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(PartialShape s, c.WithRankAtLeast(0, TransformRank(c.op().name)));
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
  struct Form {
    const char* name;
    GradientFn gradient;
    const char* doc;
  };
  const Form forms[] = {
      {"FFT", FftGradient, "The discrete Fourier transform over the last dimensions"},
      {"IFFT", IfftGradient,
       "The inverse of the discrete Fourier transform over the last dimensions"},
  };
  for (const Form& form : forms) {
    for (const char* suffix : {"", "2D", "3D"}) {
      MR_RETURN_IF_ERROR(
          r.Add(Op(absl::StrCat(form.name, suffix))
                    .Input("input: Tcomplex")
                    .Output("output: Tcomplex")
                    .Attr("Tcomplex: {complex64, complex128} = DT_COMPLEX64")
                    .Doc(absl::StrCat(form.doc, ", one, two or three as the name says."))
                    .Shape(FftShape)
                    .Gradient(form.gradient)
                    .Cpu<FftKernel>()));
    }
  }
  return absl::OkStatus();
}

}  // namespace millrace
