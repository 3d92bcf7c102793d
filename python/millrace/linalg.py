"""Linear algebra, under the names of tf.linalg."""

from millrace.ops.clip import global_norm
from millrace.ops.linalg import matmul, matvec, norm, tensordot
from millrace.ops.matrices import einsum, eye, matrix_transpose, trace
from millrace.ops.matrices import matrix_band_part as band_part
from millrace.ops.matrices import matrix_diag as diag
from millrace.ops.matrices import matrix_diag_part as diag_part

__all__ = [
    "band_part",
    "diag",
    "diag_part",
    "einsum",
    "eye",
    "global_norm",
    "matmul",
    "matrix_transpose",
    "matvec",
    "norm",
    "tensordot",
    "trace",
]
