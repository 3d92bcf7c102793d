"""Matrices made, cut and multiplied; complex numbers."""

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.ops.reduce import reduce_sum

__all__ = [
    "complex",
    "count_nonzero",
    "einsum",
    "eye",
    "imag",
    "matrix_band_part",
    "matrix_diag",
    "matrix_diag_part",
    "matrix_set_diag",
    "matrix_transpose",
    "real",
    "tensor_diag",
    "tensor_diag_part",
    "trace",
]


@public
def einsum(equation, *inputs, name=None):
    """The product of tensors whose axes the equation names: "bij,bjk->bik"."""
    tensors = [convert_to_tensor(t) for t in inputs]
    return apply_op("Einsum", (tensors,), {"equation": equation.replace(" ", "")}, name)


@public
def eye(num_rows, num_columns=None, batch_shape=None, dtype=dtypes.float32, name=None):
    """Ones on the diagonal of a matrix of zeros (of each matrix of the batch)."""
    columns = num_rows if num_columns is None else num_columns
    shape = [*(batch_shape or ()), num_rows, columns]
    zero = convert_to_tensor(0, dtype)
    zeros = apply_op("Fill", (convert_to_tensor(shape, dtypes.int32), zero))
    length = apply_op("Minimum", (num_rows, columns))
    diagonal_shape = convert_to_tensor([*(batch_shape or ()), length], dtypes.int32)
    ones = apply_op("Fill", (diagonal_shape, convert_to_tensor(1, dtype)))
    return apply_op("MatrixSetDiag", (zeros, ones), None, name)


def _diagonals(k):
    """Which diagonals: a number, or the lowest and the highest."""
    return convert_to_tensor(k, dtypes.int32)


@public
def matrix_diag(
    diagonal, name="diag", k=0, num_rows=-1, num_cols=-1, padding_value=0, align="RIGHT_LEFT"
):
    """Matrices with these diagonals, padding_value elsewhere.

    Args:
      diagonal: [..., length]; [..., diagonals, longest length] where k names several.
      k: the diagonal (0 the main one, above it > 0), or the lowest and the highest of a band.
      num_rows, num_cols: as many as needed if -1.
      align: which end of short diagonals is padded, above and below the main one.
    """
    diagonal = convert_to_tensor(diagonal)
    padding = convert_to_tensor(padding_value, diagonal.dtype)
    args = (diagonal, _diagonals(k), num_rows, num_cols, padding)
    return apply_op("MatrixDiagV3", args, {"align": align}, name)


@public
def matrix_diag_part(input, name="diag_part", k=0, padding_value=0, align="RIGHT_LEFT"):
    """Diagonals of matrices: arguments as for matrix_diag."""
    input = convert_to_tensor(input)
    padding = convert_to_tensor(padding_value, input.dtype)
    return apply_op("MatrixDiagPartV3", (input, _diagonals(k), padding), {"align": align}, name)


@public
def matrix_set_diag(input, diagonal, name="set_diag", k=0, align="RIGHT_LEFT"):
    """Matrices with other diagonals: arguments as for matrix_diag."""
    return apply_op("MatrixSetDiagV3", (input, diagonal, _diagonals(k)), {"align": align}, name)


@public
def tensor_diag(diagonal, name=None):
    """The tensor of shape [..., ...], twice that of diagonal, with it on its diagonal."""
    return apply_op("Diag", (diagonal,), None, name)


@public
def tensor_diag_part(input, name=None):
    """The inverse of tensor_diag."""
    return apply_op("DiagPart", (input,), None, name)


@public
def matrix_band_part(input, num_lower, num_upper, name=None):
    """Matrices with zeros outside of a band around the diagonal; -1: all on that side stays."""
    return apply_op("MatrixBandPart", (input, num_lower, num_upper), None, name)


@public
def matrix_transpose(a, name=None, conjugate=False):
    """The last two axes swapped."""
    a = convert_to_tensor(a)
    rank = a.shape.rank
    if rank is None or rank < 2:
        raise ValueError(f"matrix_transpose needs matrices of known rank, got {a!r}")
    op = "ConjugateTranspose" if conjugate else "Transpose"
    return apply_op(op, (a, [*range(rank - 2), rank - 1, rank - 2]), None, name)


@public
def trace(x, name=None):
    """The sum along the diagonal of matrices."""
    return reduce_sum(matrix_diag_part(x), -1, name=name)


@public
def count_nonzero(input, axis=None, keepdims=False, dtype=dtypes.int64, name=None):
    """How many elements are not 0 (not empty, not False) along the axes."""
    input = convert_to_tensor(input)
    zero = convert_to_tensor(b"" if input.dtype is dtypes.string else 0)
    if input.dtype not in (dtypes.string, dtypes.int32):
        zero = apply_op("Cast", (zero,), {"DstT": input.dtype})
    other = apply_op("Cast", (apply_op("NotEqual", (input, zero)),), {"DstT": dtypes.int64})
    found = reduce_sum(other, axis, keepdims, name=name)
    dtype = dtypes.as_dtype(dtype)
    return found if dtype is dtypes.int64 else apply_op("Cast", (found,), {"DstT": dtype})


def _part_type(x):
    return {dtypes.complex64: dtypes.float32, dtypes.complex128: dtypes.float64}.get(x.dtype)


@public
def real(input, name=None):
    """The real part."""
    input = convert_to_tensor(input)
    part = _part_type(input)
    return input if part is None else apply_op("Real", (input,), {"Tout": part}, name)


@public
def imag(input, name=None):
    """The imaginary part."""
    input = convert_to_tensor(input)
    part = _part_type(input)
    if part is None:
        return apply_op("ZerosLike", (input,), None, name)
    return apply_op("Imag", (input,), {"Tout": part}, name)


@public
def complex(real, imag, name=None):
    """The complex number of two parts."""
    real = convert_to_tensor(real)
    whole = dtypes.complex128 if real.dtype is dtypes.float64 else dtypes.complex64
    return apply_op("Complex", (real, imag), {"Tout": whole}, name)
