"""Reductions over axes, and positions of extremes."""

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import RaggedOperand, convert_to_tensor
from millrace.framework.dispatch import apply_op


def _all_axes(x):
    rank = x.shape.rank
    if rank is not None:
        return list(range(rank))
    return apply_op("Range", (0, apply_op("Rank", (x,)), 1))


def _reduce(op, x, axis, keepdims, name):
    try:
        x = convert_to_tensor(x)
    except RaggedOperand:
        from millrace.ragged.functions import reduce

        return reduce(op, x, axis, bool(keepdims))
    if axis is None:
        axis = _all_axes(x)
    elif isinstance(axis, tuple):
        axis = list(axis)
    if isinstance(axis, list):
        axis = convert_to_tensor(axis, dtypes.int32)
    return apply_op(op, (x, axis), {"keep_dims": bool(keepdims)}, name)


def _make(name, op, what):
    def function(input_tensor, axis=None, keepdims=False, name=None):
        return _reduce(op, input_tensor, axis, keepdims, name)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""{what} over the given axes (all of them if None).

    Args:
      input_tensor: the tensor.
      axis: an axis or a list of them; negative ones count from the end.
      keepdims: leave the reduced axes in the shape, of size 1.
      name: of the operation.
    """
    return public(function)


reduce_sum = _make("reduce_sum", "Sum", "The sum")
reduce_mean = _make("reduce_mean", "Mean", "The mean")
reduce_max = _make("reduce_max", "Max", "The greatest element")
reduce_min = _make("reduce_min", "Min", "The least element")
reduce_prod = _make("reduce_prod", "Prod", "The product")
reduce_all = _make("reduce_all", "All", "Whether all are true")
reduce_any = _make("reduce_any", "Any", "Whether any is true")
reduce_euclidean_norm = _make(
    "reduce_euclidean_norm", "EuclideanNorm", "The square root of the sum of squares"
)


@public
def reduce_variance(input_tensor, axis=None, keepdims=False, name=None):
    """The mean of the squared distances from the mean."""
    x = convert_to_tensor(input_tensor)
    difference = x - _reduce("Mean", x, axis, True, None)
    return _reduce("Mean", apply_op("Square", (difference,)), axis, keepdims, name)


@public
def reduce_std(input_tensor, axis=None, keepdims=False, name=None):
    """The square root of the variance."""
    return apply_op("Sqrt", (reduce_variance(input_tensor, axis, keepdims),), None, name)


@public
def reduce_logsumexp(input_tensor, axis=None, keepdims=False, name=None):
    """log(sum(exp(x))), without overflow."""
    x = convert_to_tensor(input_tensor)
    top = apply_op("StopGradient", (_reduce("Max", x, axis, True, None),))
    total = apply_op("Log", (_reduce("Sum", apply_op("Exp", (x - top,)), axis, True, None),)) + top
    if keepdims:
        return total
    if axis is None:
        return apply_op("Reshape", (total, convert_to_tensor([], dtypes.int32)), None, name)
    return apply_op(
        "Squeeze",
        (total,),
        {"squeeze_dims": axis if isinstance(axis, (list, tuple)) else [axis]},
        name,
    )


@public
def argmax(input, axis=None, output_type=dtypes.int64, name=None):
    """The position of the greatest element along an axis (0 if None); the first one if there are
    several."""
    return apply_op(
        "ArgMax", (input, 0 if axis is None else axis), {"output_type": output_type}, name
    )


@public
def argmin(input, axis=None, output_type=dtypes.int64, name=None):
    """The position of the least element along an axis (0 if None); the first one if there are
    several."""
    return apply_op(
        "ArgMin", (input, 0 if axis is None else axis), {"output_type": output_type}, name
    )


@public
def cumsum(x, axis=0, exclusive=False, reverse=False, name=None):
    """Running sums along an axis."""
    return apply_op("Cumsum", (x, axis), {"exclusive": exclusive, "reverse": reverse}, name)


@public
def cumprod(x, axis=0, exclusive=False, reverse=False, name=None):
    """Running products along an axis."""
    return apply_op("Cumprod", (x, axis), {"exclusive": exclusive, "reverse": reverse}, name)


@public
def unsorted_segment_sum(data, segment_ids, num_segments, name=None):
    """Row s of the result is the sum of the rows of data whose segment id is s."""
    return apply_op("UnsortedSegmentSum", (data, segment_ids, num_segments), None, name)


__all__ = [
    "argmax",
    "argmin",
    "cumprod",
    "cumsum",
    "reduce_all",
    "reduce_any",
    "reduce_euclidean_norm",
    "reduce_logsumexp",
    "reduce_max",
    "reduce_mean",
    "reduce_min",
    "reduce_prod",
    "reduce_std",
    "reduce_sum",
    "reduce_variance",
    "unsorted_segment_sum",
]
