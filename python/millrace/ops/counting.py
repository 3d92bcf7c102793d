"""What occurs how often, and where values stand among others."""

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.ops.elementwise import cast
from millrace.ops.reduce import reduce_all, reduce_max, reduce_mean

__all__ = [
    "bincount",
    "confusion_matrix",
    "histogram_fixed_width",
    "histogram_fixed_width_bins",
    "is_non_decreasing",
    "is_strictly_increasing",
    "searchsorted",
    "unravel_index",
    "zero_fraction",
]


@public
def bincount(
    arr,
    weights=None,
    minlength=None,
    maxlength=None,
    dtype=dtypes.int32,
    name=None,
    axis=None,
    binary_output=False,
):
    """How often each number from 0 to the greatest occurs.

    Args:
      arr: integers >= 0; [n] or [rows, n] with axis=-1.
      weights: of the shape of arr: their sums instead of counts, in their dtype.
      minlength, maxlength: of the result; numbers from maxlength on do not count.
      axis: 0 or None counts all elements, -1 each row by itself.
      binary_output: 1 for what occurs instead of how often.
    """
    if axis not in (None, 0, -1):
        raise ValueError(f"bincount: axis must be None, 0 or -1, got {axis}")
    arr = convert_to_tensor(arr, dtype_hint=dtypes.int32)
    if axis != -1 and not (binary_output and axis == 0):
        arr = apply_op("Reshape", (arr, [-1]))
    if weights is None:
        weights = convert_to_tensor([], dtypes.as_dtype(dtype))
    else:
        weights = convert_to_tensor(weights)
        if arr.shape.rank == 1:
            weights = apply_op("Reshape", (weights, [-1]))
    nonempty = cast(apply_op("Greater", (apply_op("Size", (arr,)), 0)), arr.dtype)
    one = convert_to_tensor(1, arr.dtype)
    greatest = apply_op("Maximum", (reduce_max(arr), convert_to_tensor(-1, arr.dtype)))
    size = nonempty * (greatest + one)
    if minlength is not None:
        size = apply_op("Maximum", (convert_to_tensor(minlength, arr.dtype), size))
    if maxlength is not None:
        size = apply_op("Minimum", (convert_to_tensor(maxlength, arr.dtype), size))
    return apply_op("DenseBincount", (arr, size, weights), {"binary_output": binary_output}, name)


@public
def confusion_matrix(
    labels, predictions, num_classes=None, weights=None, dtype=dtypes.int32, name=None
):
    """[classes, classes]: how many examples of the class of the row were taken for the class of
    the column.

    When it runs: InvalidArgumentError for a negative label or prediction.
    """
    labels, predictions = (
        cast(t, dtypes.int64)
        for t in (convert_to_tensor(predictions), convert_to_tensor(labels))[::-1]
    )
    from millrace.framework.scopes import identity_after
    from millrace.ops.debugging import assert_less, assert_non_negative

    checks = [assert_non_negative(labels), assert_non_negative(predictions)]
    if num_classes is None:
        greatest = apply_op("Maximum", (reduce_max(predictions), reduce_max(labels)))
        n = greatest + convert_to_tensor(1, dtypes.int64)
    else:
        n = convert_to_tensor(num_classes, dtypes.int64)
        checks += [assert_less(labels, n), assert_less(predictions, n)]
    predictions = identity_after([c for c in checks if c is not None], predictions)
    dtype = dtypes.as_dtype(dtype)
    if weights is None:
        values = apply_op("OnesLike", (cast(predictions, dtype),))
    else:
        values = cast(weights, dtype)
    shape = apply_op("Pack", ([n, n],), {"axis": 0})
    indices = apply_op("Pack", ([labels, predictions],), {"axis": 1})
    return apply_op("ScatterNd", (indices, values, shape), None, name)


@public
def histogram_fixed_width_bins(values, value_range, nbins=100, dtype=dtypes.int32, name=None):
    """Which of nbins bins of equal width over value_range each value is in; what lies outside is
    in the first or the last."""
    values = convert_to_tensor(values)
    flat = apply_op("Reshape", (values, [-1]))
    low, high = (convert_to_tensor(value_range, values.dtype)[i] for i in range(2))
    scaled = (flat - low) / (high - low)
    bins = apply_op("Floor", (cast(scaled, dtypes.float64) * float(nbins),))
    top = convert_to_tensor(float(nbins - 1), dtypes.float64)
    clipped = apply_op("ClipByValue", (bins, convert_to_tensor(0.0, dtypes.float64), top))
    return apply_op("Reshape", (cast(clipped, dtype), apply_op("Shape", (values,))), None, name)


@public
def histogram_fixed_width(values, value_range, nbins=100, dtype=dtypes.int32, name=None):
    """How many values are in each of nbins bins of equal width over value_range; what lies outside
    counts in the first or the last."""
    values = convert_to_tensor(values)
    value_range = convert_to_tensor(value_range, values.dtype)
    attrs = {"dtype": dtypes.as_dtype(dtype)}
    return apply_op("HistogramFixedWidth", (values, value_range, nbins), attrs, name)


@public
def searchsorted(sorted_sequence, values, side="left", out_type=dtypes.int32, name=None):
    """Where the values would be put into sorted rows: before equal ones (side="left"), or behind.

    Args:
      sorted_sequence: [..., n], each row in ascending order.
      values: [..., m], with the same leading dimensions.
    """
    if side not in ("left", "right"):
        raise ValueError(f"side must be 'left' or 'right', got {side!r}")
    sequence = convert_to_tensor(sorted_sequence)
    values = convert_to_tensor(values, sequence.dtype)
    shape = apply_op("Shape", (values,))
    flat = apply_op("Reshape", (sequence, _rows_of(sequence)))
    wanted = apply_op("Reshape", (values, _rows_of(values)))
    op = "LowerBound" if side == "left" else "UpperBound"
    found = apply_op(op, (flat, wanted), {"out_type": dtypes.as_dtype(out_type)})
    return apply_op("Reshape", (found, shape), None, name)


def _rows_of(tensor):
    """[rows, size of the last axis] of a tensor."""
    last = apply_op("Shape", (tensor,))[-1]
    return apply_op("Pack", ([convert_to_tensor(-1), last],), {"axis": 0})


@public
def unravel_index(indices, dims, name=None):
    """The coordinates, [rank, n], of elements of a tensor of shape `dims` that are numbered in
    order."""
    indices = convert_to_tensor(indices)
    return apply_op("UnravelIndex", (indices, convert_to_tensor(dims, indices.dtype)), None, name)


@public
def zero_fraction(value, name=None):
    """Which part of the elements is 0."""
    value = convert_to_tensor(value)
    zero = convert_to_tensor(0, value.dtype)
    return reduce_mean(cast(apply_op("Equal", (value, zero)), "float32"), name=name)


def _neighbours(op, x, name):
    flat = apply_op("Reshape", (convert_to_tensor(x), [-1]))
    return reduce_all(apply_op(op, (flat[:-1], flat[1:])), name=name)


@public
def is_non_decreasing(x, name=None):
    """Whether no element is less than the one before it."""
    return _neighbours("LessEqual", x, name)


@public
def is_strictly_increasing(x, name=None):
    """Whether each element is greater than the one before it."""
    return _neighbours("Less", x, name)
