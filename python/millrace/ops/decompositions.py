"""Matrix decompositions, solvers and what is made of them; leading dimensions are a batch."""

import collections

import numpy as np

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.ops.linalg import matmul
from millrace.ops.matrices import eye, matrix_band_part, matrix_diag_part, matrix_transpose
from millrace.ops.reduce import reduce_max, reduce_sum

__all__ = [
    "adjoint",
    "cholesky",
    "cholesky_solve",
    "det",
    "eig",
    "eigh",
    "eigvals",
    "eigvalsh",
    "expm",
    "inv",
    "logdet",
    "logm",
    "lstsq",
    "lu",
    "lu_matrix_inverse",
    "lu_reconstruct",
    "lu_solve",
    "matrix_rank",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "sqrtm",
    "svd",
    "triangular_solve",
]

_SignLogDet = collections.namedtuple("LogMatrixDeterminant", ["sign", "log_abs_determinant"])


@public
def adjoint(matrix, name=None):
    """The conjugate transpose of matrices."""
    return matrix_transpose(matrix, name, conjugate=True)


@public
def cholesky(input, name=None):
    """The lower triangular L with L L^H = input, which is Hermitian and positive definite.

    When it runs: InvalidArgumentError if it is not.
    """
    return apply_op("Cholesky", (input,), None, name)


@public
def triangular_solve(matrix, rhs, lower=True, adjoint=False, name=None):
    """The solution x of matrix x = rhs for a triangular matrix; with `adjoint` of matrix^H x =
    rhs."""
    return apply_op(
        "MatrixTriangularSolve", (matrix, rhs), {"lower": lower, "adjoint": adjoint}, name
    )


@public
def cholesky_solve(chol, rhs, name=None):
    """The solution x of A x = rhs, given chol = cholesky(A)."""
    first = triangular_solve(chol, rhs)
    return triangular_solve(chol, first, adjoint=True, name=name)


@public
def det(input, name=None):
    """The determinant."""
    return apply_op("MatrixDeterminant", (input,), None, name)


@public
def slogdet(input, name=None):
    """(sign, log_abs_determinant): the determinant is sign * exp(log_abs_determinant)."""
    return _SignLogDet(*apply_op("LogMatrixDeterminant", (input,), None, name))


@public
def logdet(matrix, name=None):
    """The logarithm of the determinant of a Hermitian positive definite matrix."""
    diagonal = matrix_diag_part(cholesky(matrix))
    from millrace.ops.matrices import real

    return 2.0 * reduce_sum(apply_op("Log", (real(diagonal),)), -1, name=name)


@public
def inv(input, adjoint=False, name=None):
    """The inverse, or that of the adjoint. When it runs: InvalidArgumentError if it is singular."""
    return apply_op("MatrixInverse", (input,), {"adjoint": adjoint}, name)


@public
def solve(matrix, rhs, adjoint=False, name=None):
    """The solution x of matrix x = rhs; with `adjoint` of matrix^H x = rhs."""
    return apply_op("MatrixSolve", (matrix, rhs), {"adjoint": adjoint}, name)


@public
def lstsq(matrix, rhs, l2_regularizer=0.0, fast=True, name=None):
    """The x of least |matrix x - rhs|^2 + l2_regularizer |x|^2; of several the shortest.

    Args:
      matrix, rhs: [..., m, n] and [..., m, k].
      fast: by the normal equations (full rank needed), else by singular values, which ignores
        l2_regularizer.
    """
    matrix, rhs = convert_to_tensor(matrix), convert_to_tensor(rhs)
    if not fast:
        return matmul(pinv(matrix), rhs, name=name)
    rows, columns = matrix.shape[-2], matrix.shape[-1]
    if rows is None or columns is None:
        raise ValueError("lstsq: the last two dimensions of matrix must be known")
    tall = rows >= columns
    gram = matmul(matrix, matrix, adjoint_a=tall, adjoint_b=not tall)
    if l2_regularizer:
        gram = gram + l2_regularizer * eye(min(rows, columns), dtype=matrix.dtype)
    factor = cholesky(gram)
    if tall:
        return cholesky_solve(factor, matmul(matrix, rhs, adjoint_a=True), name=name)
    return matmul(matrix, cholesky_solve(factor, rhs), adjoint_a=True, name=name)


@public
def qr(input, full_matrices=False, name=None):
    """(q, r): input = q r with orthonormal columns of q and r upper triangular."""
    return apply_op("Qr", (input,), {"full_matrices": full_matrices}, name)


@public
def svd(tensor, full_matrices=False, compute_uv=True, name=None):
    """(s, u, v): tensor = u diag(s) v^H with the singular values in descending order; s alone
    without compute_uv."""
    attrs = {"full_matrices": full_matrices, "compute_uv": compute_uv}
    s, u, v = apply_op("Svd", (tensor,), attrs, name)
    if not compute_uv:
        return s
    return s, u, v


def _eig(tensor, vectors, name):
    tensor = convert_to_tensor(tensor)
    narrow = tensor.dtype in (dtypes.float32, dtypes.complex64)
    type = dtypes.complex64 if narrow else dtypes.complex128
    return apply_op("Eig", (tensor,), {"compute_v": vectors, "Tout": type}, name)


@public
def eig(tensor, name=None):
    """(eigenvalues, eigenvectors as columns of unit length) of square matrices, both complex."""
    return tuple(_eig(tensor, True, name))


@public
def eigvals(tensor, name=None):
    """The complex eigenvalues of square matrices."""
    return _eig(tensor, False, name)[0]


@public
def eigh(tensor, name=None):
    """(eigenvalues in ascending order, eigenvectors as columns) of Hermitian matrices."""
    return tuple(apply_op("SelfAdjointEigV2", (tensor,), {"compute_v": True}, name))


@public
def eigvalsh(tensor, name=None):
    """The eigenvalues of Hermitian matrices in ascending order."""
    return apply_op("SelfAdjointEigV2", (tensor,), {"compute_v": False}, name)[0]


@public
def lu(input, output_idx_type=dtypes.int32, name=None):
    """(lu, p): the factors in one matrix, and the row permutation of partial pivoting."""
    return apply_op("Lu", (input,), {"output_idx_type": dtypes.as_dtype(output_idx_type)}, name)


def _lower_and_upper(lower_upper):
    x = convert_to_tensor(lower_upper)
    lower = matrix_band_part(x, -1, 0)
    one = apply_op("OnesLike", (matrix_diag_part(x),))
    return apply_op("MatrixSetDiag", (lower, one)), matrix_band_part(x, 0, -1)


def _permuted_rows(x, perm):
    batch = perm.shape.rank - 1
    return apply_op("GatherV2", (x, perm, batch), {"batch_dims": batch})


def _inverse_permutation(perm):
    from millrace.ops.rearrange import argsort

    return argsort(perm)


@public
def lu_reconstruct(lower_upper, perm, validate_args=False, name=None):
    """The matrix of which lu() gave these."""
    lower, upper = _lower_and_upper(lower_upper)
    perm = convert_to_tensor(perm)
    product = matmul(lower, upper)
    return _permuted_rows(product, _inverse_permutation(perm))


@public
def lu_solve(lower_upper, perm, rhs, validate_args=False, name=None):
    """The solution x of A x = rhs, given lu(A)."""
    lower, upper = _lower_and_upper(lower_upper)
    rhs = _permuted_rows(convert_to_tensor(rhs), convert_to_tensor(perm))
    return triangular_solve(upper, triangular_solve(lower, rhs), lower=False, name=name)


@public
def lu_matrix_inverse(lower_upper, perm, validate_args=False, name=None):
    """The inverse of the matrix of which lu() gave these."""
    x = convert_to_tensor(lower_upper)
    return lu_solve(x, perm, eye(x.shape[-1], batch_shape=x.shape[:-2].as_list(), dtype=x.dtype))


def _cutoff(s, rows, columns, dtype):
    largest = reduce_max(s, -1, True)
    return largest * max(rows, columns) * np.finfo(dtype.real_dtype.as_numpy_dtype).eps


@public
def matrix_rank(a, tol=None, validate_args=False, name=None):
    """How many singular values are greater than tol, by default a rounding error of the
    greatest."""
    a = convert_to_tensor(a)
    s = svd(a, compute_uv=False)
    if tol is None:
        tol = _cutoff(s, a.shape[-2], a.shape[-1], a.dtype)
    above = apply_op("Cast", (apply_op("Greater", (s, tol)),), {"DstT": dtypes.int32})
    return reduce_sum(above, -1, name=name)


@public
def pinv(a, rcond=None, validate_args=False, name=None):
    """The Moore-Penrose inverse; singular values up to rcond times the greatest count as 0."""
    a = convert_to_tensor(a)
    if not a.dtype.is_floating:
        raise TypeError(f"pinv needs a float matrix, got {a.dtype.name}")
    if rcond is None:
        eps = np.finfo(a.dtype.as_numpy_dtype).eps
        rcond = 10.0 * max(a.shape[-2], a.shape[-1]) * eps
    s, u, v = svd(a)
    cutoff = convert_to_tensor(rcond, a.dtype) * reduce_max(s, -1)
    kept = apply_op("Greater", (s, apply_op("ExpandDims", (cutoff, -1))))
    infinite = apply_op("Fill", (apply_op("Shape", (s,)), convert_to_tensor(np.inf, a.dtype)))
    s = apply_op("SelectV2", (kept, s, infinite))
    return matmul(v / apply_op("ExpandDims", (s, -2)), u, adjoint_b=True, name=name)


# Coefficients of the diagonal Pade approximant of order 13 (Higham 2005, algorithm 2.3).
_PADE = (
    64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000,
    10559470521600, 670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1,
)  # fmt: skip


@public
def expm(input, name=None):
    """The exponential of matrices, by scaling and squaring (Higham 2005).

    In a graph the number of squarings is fixed by the values at run time through a loop.
    """
    from millrace.framework.control_flow import while_loop

    a = convert_to_tensor(input)
    real = a.dtype.real_dtype
    size = a.shape[-1]
    if size is None:
        raise ValueError("expm: the size of the matrices must be known")
    magnitude = apply_op("ComplexAbs" if a.dtype.is_complex else "Abs", (a,))
    norm = reduce_max(reduce_sum(magnitude, -2))
    theta = convert_to_tensor(5.371920351148152 if real.size == 8 else 3.925724783138660, real)
    two = convert_to_tensor(2.0, real)
    log2 = apply_op("Log", (norm / theta,)) / apply_op("Log", (two,))
    zero = convert_to_tensor(0.0, real)
    squarings = apply_op("Maximum", (apply_op("Ceil", (log2,)), zero))
    a = a * apply_op("Cast", (apply_op("Pow", (two, -squarings)),), {"DstT": a.dtype})
    identity = eye(size, batch_shape=a.shape[:-2].as_list(), dtype=a.dtype)
    even, odd = _pade_sums(a, identity)
    result = solve(even - odd, even + odd)
    count = apply_op("Cast", (squarings,), {"DstT": dtypes.int32})
    _, result = while_loop(
        lambda i, r: apply_op("Less", (i, count)),
        lambda i, r: (i + 1, matmul(r, r)),
        [convert_to_tensor(0), result],
    )
    return apply_op("Identity", (result,), None, name)


def _pade_sums(a, identity):
    """(sum of the even terms, sum of the odd terms) of the approximant's numerator."""
    square = matmul(a, a)
    even, odd, power = float(_PADE[0]) * identity, float(_PADE[1]) * identity, identity
    for k in range(2, len(_PADE), 2):
        power = matmul(power, square)
        even, odd = even + float(_PADE[k]) * power, odd + float(_PADE[k + 1]) * power
    return even, matmul(a, odd)


@public
def sqrtm(input, name=None):
    """A matrix whose square is the input. When it runs: InvalidArgumentError if it has none."""
    return apply_op("MatrixSquareRoot", (input,), None, name)


@public
def logm(input, name=None):
    """The matrix of which expm gives the input, of complex matrices."""
    return apply_op("MatrixLogarithm", (input,), None, name)
