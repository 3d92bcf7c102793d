// MATRIX_DIAG, MATRIX_SET_DIAG: matrices by their diagonals.
#ifndef MILLRACE_MICRO_KERNELS_MATRIX_DIAG_H_
#define MILLRACE_MICRO_KERNELS_MATRIX_DIAG_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input [..., n] -> output [..., n, n], 0 beside the diagonal. Any type of whole bytes.
extern const OpRegistration kMatrixDiagOp;
// input [..., rows, columns], diagonal [..., min(rows, columns)] -> output: the input with that
// diagonal. Any type of whole bytes.
extern const OpRegistration kMatrixSetDiagOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_MATRIX_DIAG_H_
