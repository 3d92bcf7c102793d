// Complex numbers and their parts.
#include <cmath>

#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/math/binary.h"
#include "kernels/math/unary.h"

namespace millrace {
namespace {
struct Conj {
  template <typename T>
  static T Do(T x) {
    return std::conj(x);
  }
};

struct Real {
  template <typename T>
  static T Do(std::complex<T> x) {
    return x.real();
  }
};

struct Imag {
  template <typename T>
  static T Do(std::complex<T> x) {
    return x.imag();
  }
};

struct Angle {
  static constexpr int kCost = 20;
  template <typename T>
  static T Do(std::complex<T> x) {
    return std::arg(x);
  }
};

struct ComplexAbs {
  static constexpr int kCost = 6;
  template <typename T>
  static T Do(std::complex<T> x) {
    return std::abs(x);
  }
};

struct MakeComplex {
  template <typename T>
  static std::complex<T> Do(T re, T im) {
    return {re, im};
  }
};

DType RealTypeOf(DType complex) {
  return complex == DType::kComplex128 ? DType::kDouble : DType::kFloat;
}
DType ComplexTypeOf(DType real) {
  return real == DType::kDouble ? DType::kComplex128 : DType::kComplex64;
}

Output ToComplex(Builder& b, Output re, Output im) {
  return b.Op1("Complex", {re, im}, {{"Tout", ComplexTypeOf(b.dtype(re))}});
}

Output PartOf(Builder& b, const char* op, Output z) {
  return b.Op1(op, {z}, {{"Tout", RealTypeOf(b.dtype(z))}});
}

absl::StatusOr<Gradients> ConjGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Conj(dy[0])};
}

absl::StatusOr<Gradients> RealGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{ToComplex(b, dy[0], b.ScalarLike(dy[0], 0))};
}

absl::StatusOr<Gradients> ImagGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{ToComplex(b, b.ScalarLike(dy[0], 0), dy[0])};
}

// angle = atan2(im, re): its gradient is (-im, re) / |x|^2 = i x / |x|^2 = i / conj(x)
absl::StatusOr<Gradients> AngleGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output i_dy = ToComplex(b, b.ScalarLike(dy[0], 0), dy[0]);
  return Gradients{b.Div(i_dy, b.Conj(op.input(0)))};
}

absl::StatusOr<Gradients> ComplexAbsGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{
      b.Mul(ToComplex(b, dy[0], b.ScalarLike(dy[0], 0)), b.Op1("Sign", {op.input(0)}))};
}

absl::StatusOr<Gradients> ComplexGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const auto [re, im] = b.UnbroadcastGradients(op.input(0), PartOf(b, "Real", dy[0]), op.input(1),
                                               PartOf(b, "Imag", dy[0]));
  return Gradients{re, im};
}

absl::Status CheckTypes(ShapeContext& c) {
  const bool from_complex = IsComplex(c.input_type(0));
  const DType wanted = from_complex ? RealTypeOf(c.input_type(0)) : ComplexTypeOf(c.input_type(0));
  if (c.output_type(0) == wanted) return absl::OkStatus();
  return c.Error(0, "is of a type that does not fit attribute Tout");
}

}  // namespace

absl::Status RegisterComplex(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(
      WithUnary<Conj, ComplexTypes>(Op("Conj")
                                        .Input("input: T")
                                        .Output("output: T")
                                        .Attr("T: {complex64, complex128, variant} = DT_COMPLEX64")
                                        .Doc("The complex conjugate, elementwise.")
                                        .Shape(SameAsInput0)
                                        .Gradient(ConjGradient))));
  MR_RETURN_IF_ERROR(
      r.Add(WithUnary<Real, ComplexTypes>(Op("Real")
                                              .Input("input: T")
                                              .Output("output: Tout")
                                              .Attr("T: {complex64, complex128} = DT_COMPLEX64")
                                              .Attr("Tout: {float, double} = DT_FLOAT")
                                              .Doc("The real part, elementwise.")
                                              .Shape(CheckTypes, SameAsInput0)
                                              .Gradient(RealGradient))));
  MR_RETURN_IF_ERROR(
      r.Add(WithUnary<Imag, ComplexTypes>(Op("Imag")
                                              .Input("input: T")
                                              .Output("output: Tout")
                                              .Attr("T: {complex64, complex128} = DT_COMPLEX64")
                                              .Attr("Tout: {float, double} = DT_FLOAT")
                                              .Doc("The imaginary part, elementwise.")
                                              .Shape(CheckTypes, SameAsInput0)
                                              .Gradient(ImagGradient))));
  MR_RETURN_IF_ERROR(
      r.Add(WithUnary<Angle, ComplexTypes>(Op("Angle")
                                               .Input("input: T")
                                               .Output("output: Tout")
                                               .Attr("T: {complex64, complex128} = DT_COMPLEX64")
                                               .Attr("Tout: {float, double} = DT_FLOAT")
                                               .Doc("atan2(imag, real) in radians, elementwise.")
                                               .Shape(CheckTypes, SameAsInput0)
                                               .Gradient(AngleGradient))));
  MR_RETURN_IF_ERROR(r.Add(
      WithUnary<ComplexAbs, ComplexTypes>(Op("ComplexAbs")
                                              .Input("x: T")
                                              .Output("y: Tout")
                                              .Attr("T: {complex64, complex128} = DT_COMPLEX64")
                                              .Attr("Tout: {float, double} = DT_FLOAT")
                                              .Doc("sqrt(real^2 + imag^2), elementwise.")
                                              .Shape(CheckTypes, SameAsInput0)
                                              .Gradient(ComplexAbsGradient))));
  return r.Add(WithBinary<MakeComplex, Types<float, double>>(
      Op("Complex")
          .Input("real: T")
          .Input("imag: T")
          .Output("out: Tout")
          .Attr("T: {float, double} = DT_FLOAT")
          .Attr("Tout: {complex64, complex128} = DT_COMPLEX64")
          .Doc("A complex number of its real and imaginary part, elementwise; the parts broadcast.")
          .Shape(CheckTypes, BroadcastInputs)
          .Gradient(ComplexGradient)));
}

}  // namespace millrace
