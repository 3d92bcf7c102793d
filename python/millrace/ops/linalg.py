"""Matrix products and their like."""

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
def matvec(a, b, transpose_a=False, name=None):
    """The product of matrices [..., m, k] and vectors [..., k]."""
    a, b = _same_dtype(a, b)
    column = apply_op("ExpandDims", (b, -1))
    return apply_op(
        "Squeeze", (matmul(a, column, transpose_a=transpose_a),), {"squeeze_dims": [-1]}, name
    )


@public
def norm(tensor, ord="euclidean", axis=None, keepdims=None, name=None):
    """The 2-norm ("euclidean"), or the 1-norm (1) of the elements along the axes."""
    from millrace.ops.reduce import reduce_sum

    x = convert_to_tensor(tensor)
    magnitude = apply_op("ComplexAbs" if x.dtype.is_complex else "Abs", (x,))
    if ord == 1:
        return reduce_sum(magnitude, axis, bool(keepdims), name)
    if ord not in ("euclidean", 2):
        raise ValueError(f"norm: ord must be 'euclidean', 2 or 1, got {ord!r}")
    return apply_op(
        "Sqrt", (reduce_sum(apply_op("Square", (magnitude,)), axis, bool(keepdims)),), None, name
    )


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
