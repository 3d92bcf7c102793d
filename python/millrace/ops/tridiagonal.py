"""Matrices with a few diagonals; leading dimensions are a batch."""

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.ops.decompositions import eigh, eigvalsh
from millrace.ops.matrices import matrix_diag, matrix_diag_part, matrix_transpose

__all__ = [
    "banded_triangular_solve",
    "eigh_tridiagonal",
    "tridiagonal_matmul",
    "tridiagonal_solve",
]


def _diagonals(diagonals, diagonals_format):
    """(superdiagonal, diagonal, subdiagonal), each [..., M]; the last element of the first and the
    first of the last are not used."""
    if diagonals_format == "compact":
        compact = convert_to_tensor(diagonals)
        return [compact[..., i, :] for i in range(3)]
    if diagonals_format == "sequence":
        above, diagonal, below = (convert_to_tensor(d) for d in diagonals)
    elif diagonals_format == "matrix":
        matrix = convert_to_tensor(diagonals)
        above, diagonal, below = (matrix_diag_part(matrix, k=k) for k in (1, 0, -1))
    else:
        raise ValueError(f"diagonals_format is compact, sequence or matrix, not {diagonals_format}")
    n = diagonal.shape[-1]
    if n is None:
        raise ValueError("the number of elements on the diagonal must be known")
    return [_filled(above, n, [0, 1]), diagonal, _filled(below, n, [1, 0])]


def _filled(diagonal, n, before_and_after):
    if diagonal.shape[-1] == n:
        return diagonal
    if diagonal.shape[-1] != n - 1:
        raise ValueError(f"a diagonal of shape {diagonal.shape} beside one of {n} elements")
    return apply_op("Pad", (diagonal, [[0, 0]] * (diagonal.shape.rank - 1) + [before_and_after]))


@public
def tridiagonal_solve(
    diagonals,
    rhs,
    diagonals_format="compact",
    transpose_rhs=False,
    conjugate_rhs=False,
    name=None,
    partial_pivoting=True,
    perturb_singular=False,
):
    """x with A x = rhs, of a tridiagonal A.

    Args:
      diagonals: "compact": [..., 3, M]: the superdiagonal, the diagonal and the subdiagonal, of
        which the superdiagonal's last and the subdiagonal's first element are not used; "sequence":
        the three, of M elements or without these; "matrix": [..., M, M].
      rhs: [..., M], or [..., M, K], or [..., K, M] with transpose_rhs (x is [..., M, K] all the
        same).
    """
    parts = _diagonals(diagonals, diagonals_format)
    compact = apply_op("Pack", (parts,), {"axis": -2})
    rhs = convert_to_tensor(rhs, compact.dtype)
    is_vector = rhs.shape.rank == compact.shape.rank - 1
    if is_vector:
        rhs = apply_op("ExpandDims", (rhs, -1))
        rhs = apply_op("Conj", (rhs,)) if conjugate_rhs and rhs.dtype.is_complex else rhs
    elif transpose_rhs:
        rhs = matrix_transpose(rhs, conjugate=conjugate_rhs)
    elif conjugate_rhs and rhs.dtype.is_complex:
        rhs = apply_op("Conj", (rhs,))
    attrs = {"partial_pivoting": partial_pivoting, "perturb_singular": perturb_singular}
    made = apply_op("TridiagonalSolve", (compact, rhs), attrs, name)
    if is_vector:
        return apply_op("Squeeze", (made,), {"squeeze_dims": [-1]})
    return made


@public
def tridiagonal_matmul(diagonals, rhs, diagonals_format="compact", name=None):
    """A rhs, [..., M, K], of a tridiagonal A; diagonals as for tridiagonal_solve."""
    parts = _diagonals(diagonals, diagonals_format)
    rhs = convert_to_tensor(rhs, parts[1].dtype)
    rows = [apply_op("ExpandDims", (p, -2)) for p in parts]
    return apply_op("TridiagonalMatMul", (*rows, rhs), None, name)


@public
def eigh_tridiagonal(
    alpha, beta, eigvals_only=True, select="a", select_range=None, tol=None, name=None
):
    """The eigenvalues, in rising order, of Hermitian tridiagonal matrices; with eigvals_only=False
    (eigenvalues, eigenvectors in columns).

    Args:
      alpha: the diagonal [..., n].
      beta: the diagonal beside it [..., n - 1].
      select: "a" all, "i" those from select_range[0] to select_range[1] by number, both included,
        "v" those of (select_range[0], select_range[1]] (where ops run at once, of one matrix).
    """
    alpha = convert_to_tensor(alpha)
    beta = convert_to_tensor(beta, alpha.dtype)
    above = apply_op("Conj", (beta,)) if beta.dtype.is_complex else beta
    matrix = matrix_diag(alpha) + matrix_diag(beta, k=-1) + matrix_diag(above, k=1)
    values, vectors = (eigvalsh(matrix), None) if eigvals_only else eigh(matrix)
    if values.dtype.is_complex:
        values = apply_op("Real", (values,), {"Tout": dtypes.as_dtype(values.dtype.real_dtype)})
    begin, end = _selected(values, select, select_range)
    values = apply_op("Identity", (values[..., begin:end],), None, name)
    return values if eigvals_only else (values, vectors[..., begin:end])


def _selected(values, select, select_range):
    """From which eigenvalue on to before which one."""
    if select not in ("a", "i", "v"):
        raise ValueError(f"select must be 'a', 'i' or 'v', got {select!r}")
    if select == "a":
        return 0, None
    if select_range is None or len(select_range) != 2 or select_range[0] > select_range[1]:
        raise ValueError(f"select={select!r} needs a range that rises, got {select_range}")
    low, high = select_range
    if select == "i":
        return int(low), int(high) + 1
    if values.shape.rank != 1:
        raise NotImplementedError("select='v' takes one matrix")

    def up_to(limit):
        below = apply_op("LessEqual", (values, convert_to_tensor(limit, values.dtype)))
        return apply_op("Sum", (apply_op("Cast", (below,), {"DstT": dtypes.int32}), [0]))

    return up_to(low), up_to(high)


@public
def banded_triangular_solve(bands, rhs, lower=True, adjoint=False, name=None):
    """x with A x = rhs, of a triangular A with few diagonals.

    Args:
      bands: [..., K, M]: the K diagonals, the main one last of an upper matrix and first of a lower
        one; the elements outside of the matrix, at the right of the former and at the left of the
        latter, are not used.
      rhs: [..., M, N].
    """
    bands = convert_to_tensor(bands)
    attrs = {"lower": lower, "adjoint": adjoint}
    args = (bands, convert_to_tensor(rhs, bands.dtype))
    return apply_op("BandedTriangularSolve", args, attrs, name)
