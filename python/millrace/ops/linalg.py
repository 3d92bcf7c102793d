"""Matrix products and their like."""

import math

from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op


@public
def matmul(
    a,
    b,
    transpose_a=False,
    transpose_b=False,
    adjoint_a=False,
    adjoint_b=False,
    a_is_sparse=False,
    b_is_sparse=False,
    output_type=None,
    name=None,
):
    """The matrix product of the two last axes; the axes before them broadcast.

    Args:
      a, b: [..., m, k] and [..., k, n], as they are after transposition.
      transpose_a, transpose_b: swap the two last axes first.
      adjoint_a, adjoint_b: swap and conjugate.
    """
    a, b = _same_dtype(a, b)
    rank_a, rank_b = a.shape.rank, b.shape.rank
    if rank_a == 2 and rank_b == 2 and not adjoint_a and not adjoint_b:
        return apply_op(
            "MatMul", (a, b), {"transpose_a": transpose_a, "transpose_b": transpose_b}, name
        )
    if transpose_a and not adjoint_a and a.dtype.is_complex:
        a = apply_op("Conj", (a,))
    if transpose_b and not adjoint_b and b.dtype.is_complex:
        b = apply_op("Conj", (b,))
    attrs = {"adj_x": transpose_a or adjoint_a, "adj_y": transpose_b or adjoint_b}
    return apply_op("BatchMatMulV2", (a, b), attrs, name)


def _same_dtype(a, b):
    if hasattr(a, "dtype"):
        a = convert_to_tensor(a)
        return a, convert_to_tensor(b, dtype_hint=a.dtype)
    b = convert_to_tensor(b)
    return convert_to_tensor(a, dtype_hint=b.dtype), b


@public
def matvec(
    a,
    b,
    transpose_a=False,
    adjoint_a=False,
    a_is_sparse=False,
    b_is_sparse=False,
    name=None,
):
    """The product of matrices [..., m, k] and vectors [..., k]."""
    a, b = _same_dtype(a, b)
    column = apply_op("ExpandDims", (b, -1))
    product = matmul(a, column, transpose_a=transpose_a, adjoint_a=adjoint_a)
    return apply_op("Squeeze", (product,), {"squeeze_dims": [-1]}, name)


@public
def norm(tensor, ord="euclidean", axis=None, keepdims=None, name=None):
    """The norm of all elements, of vectors along an axis, or of matrices along two.

    Args:
      ord: "euclidean", 1, 2, inf or another p > 0 of vectors; "euclidean" or "fro", 1, 2 (the
        greatest singular value) or inf of matrices.
      axis: one axis, or two; None takes the tensor as one vector.
    """
    from millrace.ops.reduce import reduce_max, reduce_sum

    is_matrix = isinstance(axis, (list, tuple)) and len(axis) == 2
    if isinstance(axis, (list, tuple)) and len(axis) not in (1, 2):
        raise ValueError(f"norm: axis must be None, a number or one or two of them, got {axis}")
    if is_matrix and ord not in ("euclidean", "fro", 1, 2, math.inf):
        raise ValueError(f"norm: ord of matrices must be euclidean, fro, 1, 2 or inf, got {ord!r}")
    if not is_matrix and (ord == "fro" or (isinstance(ord, str) and ord != "euclidean")):
        raise ValueError(f"norm: ord of vectors must be euclidean or a number, got {ord!r}")
    if not isinstance(ord, str) and not ord > 0:
        raise ValueError(f"norm: ord must be positive, got {ord!r}")
    x, keep = convert_to_tensor(tensor), bool(keepdims)
    if is_matrix and ord == 2:
        return _spectral_norm(x, axis, keep)
    magnitude = apply_op("ComplexAbs" if x.dtype.is_complex else "Abs", (x,))
    if ord in ("euclidean", "fro", 2):
        total = reduce_sum(apply_op("Square", (magnitude,)), axis, keep)
        return apply_op("Sqrt", (total,), None, name)
    if is_matrix:  # the greatest sum of a column (1) or of a row (inf)
        first, second = axis if ord == 1 else axis[::-1]
        sums = reduce_sum(magnitude, first, True)
        greatest = reduce_max(sums, second, True)
        return greatest if keep else apply_op("Squeeze", (greatest,), {"squeeze_dims": list(axis)})
    if ord == 1:
        return reduce_sum(magnitude, axis, keep, name)
    if ord == math.inf:
        return reduce_max(magnitude, axis, keep, name)
    power = convert_to_tensor(ord, magnitude.dtype)
    total = reduce_sum(apply_op("Pow", (magnitude, power)), axis, keep)
    return apply_op("Pow", (total, 1.0 / ord), None, name)


def _spectral_norm(x, axis, keep):
    from millrace.ops.decompositions import svd
    from millrace.ops.reduce import reduce_max

    rank = x.shape.rank
    axes = [a % rank for a in axis]
    order = [*(i for i in range(rank) if i not in axes), *axes]
    s = svd(apply_op("Transpose", (x, order)), compute_uv=False)
    greatest = reduce_max(s, -1)
    for a in sorted(axes) if keep else ():
        greatest = apply_op("ExpandDims", (greatest, a))
    return greatest


@public
def normalize(tensor, ord="euclidean", axis=None, name=None):
    """(the tensor divided by its norm, the norm)."""
    x = convert_to_tensor(tensor)
    size = norm(x, ord, axis, True)
    return apply_op("RealDiv", (x, size), None, name), size


@public
def l2_normalize(x, axis=None, epsilon=1e-12, name=None):
    """x / sqrt(max(sum(x * x), epsilon)) along the axes."""
    from millrace.ops.reduce import reduce_sum

    x = convert_to_tensor(x)
    total = reduce_sum(apply_op("Square", (x,)), axis, True)
    scale = apply_op("Rsqrt", (apply_op("Maximum", (total, epsilon)),))
    return apply_op("Mul", (x, scale), None, name)


@public
def cross(a, b, name=None):
    """The cross product of vectors of three elements along the last axis."""
    return apply_op("Cross", (a, b), None, name)


@public
def tensordot(a, b, axes, name=None):
    """The sum of products over `axes`: a number n (last n of a with first n of b) or two lists of
    axes."""
    a, b = _same_dtype(a, b)
    if isinstance(axes, int):
        axes = (list(range(a.shape.rank - axes, a.shape.rank)), list(range(axes)))
    axes_a, axes_b = ([x] if isinstance(x, int) else list(x) for x in axes)
    axes_a = [x % a.shape.rank for x in axes_a]
    axes_b = [x % b.shape.rank for x in axes_b]
    free_a = [i for i in range(a.shape.rank) if i not in axes_a]
    free_b = [i for i in range(b.shape.rank) if i not in axes_b]
    shape_a, shape_b = a.shape.as_list(), b.shape.as_list()
    inner = 1
    for x in axes_a:
        inner *= shape_a[x]
    left = apply_op("Reshape", (apply_op("Transpose", (a, free_a + axes_a)), [-1, inner]))
    right = apply_op("Reshape", (apply_op("Transpose", (b, axes_b + free_b)), [inner, -1]))
    shape = [shape_a[i] for i in free_a] + [shape_b[i] for i in free_b]
    from millrace import dtypes

    return apply_op(
        "Reshape", (matmul(left, right), convert_to_tensor(shape, dtypes.int32)), None, name
    )


__all__ = ["matmul", "matvec", "norm", "tensordot"]
