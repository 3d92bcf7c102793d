"""Linear algebra, under the names of tf.linalg."""

from millrace.ops.clip import global_norm
from millrace.ops.decompositions import *  # noqa: F403
from millrace.ops.decompositions import __all__ as _decompositions
from millrace.ops.linalg import cross, l2_normalize, matmul, matvec, norm, normalize, tensordot
from millrace.ops.matrices import (
    einsum,
    eye,
    matrix_transpose,
    tensor_diag,
    tensor_diag_part,
    trace,
)
from millrace.ops.matrices import matrix_band_part as band_part
from millrace.ops.matrices import matrix_diag as diag
from millrace.ops.matrices import matrix_diag_part as diag_part
from millrace.ops.matrices import matrix_set_diag as set_diag
from millrace.ops.tridiagonal import *  # noqa: F403
from millrace.ops.tridiagonal import __all__ as _tridiagonal

__all__ = [
    *_decompositions,
    *_tridiagonal,
    "band_part",
    "cross",
    "diag",
    "diag_part",
    "einsum",
    "eye",
    "global_norm",
    "l2_normalize",
    "matmul",
    "matrix_transpose",
    "matvec",
    "norm",
    "normalize",
    "set_diag",
    "tensor_diag",
    "tensor_diag_part",
    "tensordot",
    "trace",
]
