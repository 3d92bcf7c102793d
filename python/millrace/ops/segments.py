"""Sums and their like over segments: rows that have the same number."""

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op

__all__ = [
    "unsorted_segment_max",
    "unsorted_segment_mean",
    "unsorted_segment_min",
    "unsorted_segment_prod",
    "unsorted_segment_sqrt_n",
]


def _unsorted(name, op, what):
    def segment(data, segment_ids, num_segments, name=None):
        return apply_op(op, (data, segment_ids, num_segments), None, name)

    segment.__name__ = segment.__qualname__ = name
    segment.__doc__ = (
        f"Row s of the result is the {what} of the rows of data whose segment id is s; rows with "
        "negative ids do not count."
    )
    return public(segment)


unsorted_segment_max = _unsorted("unsorted_segment_max", "UnsortedSegmentMax", "greatest")
unsorted_segment_min = _unsorted("unsorted_segment_min", "UnsortedSegmentMin", "least")
unsorted_segment_prod = _unsorted("unsorted_segment_prod", "UnsortedSegmentProd", "product")


def _sum_and_count(data, segment_ids, num_segments):
    data, ids = convert_to_tensor(data), convert_to_tensor(segment_ids)
    total = apply_op("UnsortedSegmentSum", (data, ids, num_segments))
    ones = apply_op("Fill", (apply_op("Shape", (ids,)), convert_to_tensor(1, data.dtype)))
    count = apply_op("UnsortedSegmentSum", (ones, ids, num_segments))
    count = apply_op("Maximum", (count, convert_to_tensor(1, data.dtype)))
    inner = data.shape.rank - ids.shape.rank
    shape = apply_op("ConcatV2", ([apply_op("Shape", (count,)), [1] * inner], 0)) if inner else None
    return total, count if shape is None else apply_op("Reshape", (count, shape))


@public
def unsorted_segment_mean(data, segment_ids, num_segments, name=None):
    """Row s of the result is the mean of the rows of data whose segment id is s; 0 if there are
    none."""
    total, count = _sum_and_count(data, segment_ids, num_segments)
    return apply_op("RealDiv", (total, count), None, name)


@public
def unsorted_segment_sqrt_n(data, segment_ids, num_segments, name=None):
    """As unsorted_segment_sum, divided by the square root of the number of rows."""
    total, count = _sum_and_count(data, segment_ids, num_segments)
    return apply_op("RealDiv", (total, apply_op("Sqrt", (count,))), None, name)


def _sparse(name, op, what):
    def segment(data, indices, segment_ids, name=None, num_segments=None, sparse_gradient=False):
        args = (data, _integers(indices), _integers(segment_ids))
        if num_segments is None:
            return apply_op(op, args, None, name)
        return apply_op(f"{op}WithNumSegments", (*args, num_segments), None, name)

    segment.__name__ = segment.__qualname__ = name
    segment.__doc__ = (
        f"The {what} of the rows of data at `indices`, of each segment; segment_ids must be sorted."
    )
    return public(segment)


def _integers(values):
    return convert_to_tensor(values, dtype_hint=dtypes.int32)


sparse_segment_sum = _sparse("sparse_segment_sum", "SparseSegmentSum", "sum")
sparse_segment_mean = _sparse("sparse_segment_mean", "SparseSegmentMean", "mean")
sparse_segment_sqrt_n = _sparse(
    "sparse_segment_sqrt_n", "SparseSegmentSqrtN", "sum, divided by the square root of the number,"
)
