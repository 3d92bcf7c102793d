#include "micro/kernels/zeros_like.h"

#include <cstring>

#include "micro/kernels/common/elementwise.h"

namespace millrace::micro {
namespace {

Status Prepare(OpContext& context) {
  if (BitsOf(context.output().type()) < 8) return NoKernelForType(context);
  return CheckElementsOfOneType(context);
}

Status Invoke(OpContext& context) {
  const TensorView output = context.output();
  if (output.bytes() > 0) std::memset(output.raw(), 0, output.bytes());
  return Status::kOk;
}

}  // namespace

const OpRegistration kZerosLikeOp = {
    .code = BuiltinOp::kZerosLike,
    .max_version = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
