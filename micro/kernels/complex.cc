#include "micro/kernels/complex.h"

#include <cmath>

#include "micro/kernels/common/elementwise.h"
#include "micro/signal/complex_fft.h"

namespace millrace::micro {
namespace {

using Complex = signal::Complex<float>;

Status Prepare(OpContext& context) {
  if (context.input(0).type() != TensorType::kComplex64 ||
      context.output().type() != TensorType::kFloat32) {
    return NoKernelForType(context);
  }
  return CheckElements(context);
}

Status InvokeReal(OpContext& context) {
  RunElements<Complex, float>(context, [](Complex x) { return x.real; });
  return Status::kOk;
}

Status InvokeImag(OpContext& context) {
  RunElements<Complex, float>(context, [](Complex x) { return x.imaginary; });
  return Status::kOk;
}

Status InvokeAbs(OpContext& context) {
  RunElements<Complex, float>(context, [](Complex x) { return std::hypot(x.real, x.imaginary); });
  return Status::kOk;
}

}  // namespace

const OpRegistration kRealOp = {
    .code = BuiltinOp::kReal,
    .max_version = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .prepare = Prepare,
    .invoke = InvokeReal,
};

const OpRegistration kImagOp = {
    .code = BuiltinOp::kImag,
    .max_version = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .prepare = Prepare,
    .invoke = InvokeImag,
};

const OpRegistration kComplexAbsOp = {
    .code = BuiltinOp::kComplexAbs,
    .max_version = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .prepare = Prepare,
    .invoke = InvokeAbs,
};

}  // namespace millrace::micro
