#include "micro/kernels/matrix_diag.h"

#include "micro/kernels/common/strided_copy.h"

namespace millrace::micro {
namespace {

// Checks that `diagonal` has a row for each matrix of `matrices`.
Status CheckDiagonal(const OpContext& context, const TensorView& diagonal,
                     const TensorView& matrices) {
  MR_ENSURE(context, diagonal.type() == matrices.type() && BitsOf(matrices.type()) >= 8,
            Status::kUnsupportedType, "the tensors are not of one type of whole bytes");
  const Shape row = diagonal.shape(), whole = matrices.shape();
  bool fits = row.rank >= 1 && whole.rank == row.rank + 1;
  for (int d = 0; fits && d < row.rank - 1; ++d) fits = row[d] == whole[d];
  if (fits) {
    const int32_t rows = whole[whole.rank - 2], columns = whole.last();
    fits = row.last() == (rows < columns ? rows : columns);
  }
  MR_ENSURE(context, fits, Status::kInvalidShape, "the diagonals do not fit the matrices");
  return Status::kOk;
}

Status PrepareDiag(OpContext& context) {
  MR_TRY(CheckDiagonal(context, context.input(0), context.output()));
  const Shape out = context.output().shape();
  MR_ENSURE(context, out[out.rank - 2] == out.last(), Status::kInvalidShape,
            "the output's matrices are not square");
  return Status::kOk;
}

Status PrepareSetDiag(OpContext& context) {
  const TensorView input = context.input(0), output = context.output();
  MR_ENSURE(context, input.type() == output.type(), Status::kUnsupportedType,
            "input and output are not of one type");
  MR_ENSURE(context, input.shape() == output.shape(), Status::kInvalidShape,
            "the output has not the input's shape");
  return CheckDiagonal(context, context.input(1), output);
}

void WriteDiagonal(const TensorView& diagonal, const TensorView& matrices) {
  const Shape whole = matrices.shape();
  const int32_t size = diagonal.shape().last(), columns = whole.last();
  StridedCopy copy;
  copy.Add(whole.Product(0, whole.rank - 2), size, int64_t{whole[whole.rank - 2]} * columns);
  copy.Add(size, 1, int64_t{columns} + 1);
  copy.Run(matrices.type(), diagonal.raw(), 0, matrices.raw(), 0);
}

Status InvokeDiag(OpContext& context) {
  const TensorView output = context.output();
  __builtin_memset(output.raw(), 0, output.bytes());
  WriteDiagonal(context.input(0), output);
  return Status::kOk;
}

Status InvokeSetDiag(OpContext& context) {
  const TensorView input = context.input(0), output = context.output();
  __builtin_memcpy(output.raw(), input.raw(), output.bytes());
  WriteDiagonal(context.input(1), output);
  return Status::kOk;
}

}  // namespace

const OpRegistration kMatrixDiagOp = {
    .code = BuiltinOp::kMatrixDiag,
    .max_version = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .prepare = PrepareDiag,
    .invoke = InvokeDiag,
};

const OpRegistration kMatrixSetDiagOp = {
    .code = BuiltinOp::kMatrixSetDiag,
    .max_version = 1,
    .min_inputs = 2,
    .max_inputs = 2,
    .prepare = PrepareSetDiag,
    .invoke = InvokeSetDiag,
};

}  // namespace millrace::micro
