"""Rows and elements moved about: partitions, segments, scattering, sorting."""

import numpy as np

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import constant_value, convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.ops.array import _shape_arg

__all__ = [
    "argsort",
    "bitcast",
    "depth_to_space",
    "dynamic_partition",
    "dynamic_stitch",
    "ensure_shape",
    "identity_n",
    "invert_permutation",
    "meshgrid",
    "roll",
    "scatter_nd",
    "segment_max",
    "segment_mean",
    "segment_min",
    "segment_prod",
    "segment_sum",
    "sequence_mask",
    "setdiff1d",
    "sort",
    "space_to_depth",
    "strided_slice",
    "tensor_scatter_nd_add",
    "tensor_scatter_nd_sub",
    "tensor_scatter_nd_update",
    "unique_with_counts",
]


@public
def bitcast(input, type, name=None):
    """The same bytes as elements of another dtype."""
    return apply_op("Bitcast", (input,), {"type": dtypes.as_dtype(type)}, name)


@public
def ensure_shape(x, shape, name=None):
    """The tensor. When it runs: InvalidArgumentError unless it has that shape."""
    return apply_op("EnsureShape", (x,), {"shape": shape}, name)


@public
def identity_n(input, name=None):
    """The tensors of a list, once all are there."""
    return apply_op("IdentityN", (list(input),), None, name)


@public
def dynamic_partition(data, partitions, num_partitions, name=None):
    """Rows of data in num_partitions lists: row i is in list partitions[i]."""
    return apply_op(
        "DynamicPartition", (data, partitions), {"num_partitions": num_partitions}, name
    )


@public
def dynamic_stitch(indices, data, name=None):
    """The inverse of dynamic_partition: row indices[m][i] of the result is data[m][i]."""
    return apply_op("DynamicStitch", (list(indices), list(data)), None, name)


@public
def invert_permutation(x, name=None):
    """y with y[x[i]] = i."""
    return apply_op("InvertPermutation", (x,), None, name)


@public
def meshgrid(*args, indexing="xy", name=None):
    """Each vector as a tensor over the grid of all. indexing: "xy", where the first two axes are
    swapped, or "ij"."""
    if indexing not in ("xy", "ij"):
        raise ValueError(f"indexing must be 'xy' or 'ij', got {indexing!r}")
    vectors = [apply_op("Reshape", (a, [-1])) for a in args]
    sizes = [apply_op("Size", (v,)) for v in vectors]
    grid = apply_op("Pack", (sizes,), {"axis": 0}) if sizes else None
    results = []
    for i, v in enumerate(vectors):
        shape = [-1 if j == i else 1 for j in range(len(vectors))]
        results.append(apply_op("BroadcastTo", (apply_op("Reshape", (v, shape)), grid)))
    if indexing == "xy" and len(results) > 1:
        order = [1, 0, *range(2, len(results))]
        results = [apply_op("Transpose", (r, order)) for r in results]
    return results


@public
def roll(input, shift, axis, name=None):
    """The elements shifted along axes; what leaves at the end comes in at the beginning."""
    return apply_op("Roll", (input, shift, axis), None, name)


@public
def scatter_nd(indices, updates, shape, name=None):
    """Zeros of that shape with updates[i] added at the position indices[i]."""
    return apply_op("ScatterNd", (indices, updates, _shape_arg(shape)), None, name)


def _tensor_scatter(name, op, what):
    def scatter(tensor, indices, updates, name=None):
        return apply_op(op, (tensor, indices, updates), None, name)

    scatter.__name__ = scatter.__qualname__ = name
    scatter.__doc__ = f"The tensor, {what} at the positions that the last axis of indices gives."
    return public(scatter)


tensor_scatter_nd_update = _tensor_scatter(
    "tensor_scatter_nd_update", "TensorScatterUpdate", "with updates in place of its elements"
)
tensor_scatter_nd_add = _tensor_scatter(
    "tensor_scatter_nd_add", "TensorScatterAdd", "with updates added"
)
tensor_scatter_nd_sub = _tensor_scatter(
    "tensor_scatter_nd_sub", "TensorScatterSub", "with updates subtracted"
)


def _segment(name, op, what):
    def segment(data, segment_ids, name=None):
        return apply_op(op, (data, segment_ids), None, name)

    segment.__name__ = segment.__qualname__ = name
    segment.__doc__ = f"{what} of the rows of each segment; segment_ids must be sorted."
    return public(segment)


segment_sum = _segment("segment_sum", "SegmentSum", "The sum")
segment_mean = _segment("segment_mean", "SegmentMean", "The mean")
segment_max = _segment("segment_max", "SegmentMax", "The greatest elements")
segment_min = _segment("segment_min", "SegmentMin", "The least elements")
segment_prod = _segment("segment_prod", "SegmentProd", "The product")


@public
def sequence_mask(lengths, maxlen=None, dtype=dtypes.bool, name=None):
    """[..., maxlen] of lengths [...]: true at the first lengths[...] positions. maxlen: the
    greatest length if None."""
    lengths = convert_to_tensor(lengths)
    known = constant_value(lengths) if maxlen is None else None
    if known is not None:
        maxlen = int(np.max(known, initial=0))
    elif maxlen is None:
        flat = apply_op("Reshape", (lengths, [-1]))
        maxlen = apply_op("Maximum", (apply_op("Max", (flat, 0)), 0))
    maxlen = convert_to_tensor(maxlen, lengths.dtype)
    zero, one = (convert_to_tensor(v, lengths.dtype) for v in (0, 1))
    positions = apply_op("Range", (zero, maxlen, one))
    mask = apply_op("Less", (positions, apply_op("ExpandDims", (lengths, -1))), None, name)
    dtype = dtypes.as_dtype(dtype)
    return mask if dtype is dtypes.bool else apply_op("Cast", (mask,), {"DstT": dtype})


@public
def setdiff1d(x, y, index_dtype=dtypes.int32, name=None):
    """(the elements of x that are not in y, their positions in x)."""
    return apply_op("ListDiff", (x, y), {"out_idx": index_dtype}, name)


@public
def unique_with_counts(x, out_idx=dtypes.int32, name=None):
    """(y, idx, count): the different elements, where each element of x is in y, how often each
    occurs."""
    return apply_op("UniqueWithCounts", (x,), {"out_idx": out_idx}, name)


def _on_last_axis(function, values, axis):
    rank = values.shape.rank
    if rank is None or axis in (-1, rank - 1):
        if axis != -1 and rank is None:
            raise ValueError("sort: along an axis other than -1 the rank must be known")
        return function(values)
    axis %= rank
    order = [*(i for i in range(rank) if i != axis), axis]
    back = [order.index(i) for i in range(rank)]
    return apply_op("Transpose", (function(apply_op("Transpose", (values, order))), back))


def _sorted(values, axis, direction, which):
    if direction not in ("ASCENDING", "DESCENDING"):
        raise ValueError(f"direction must be ASCENDING or DESCENDING, got {direction!r}")
    values = convert_to_tensor(values)
    ascending = direction == "ASCENDING"
    if ascending and (values.dtype.is_unsigned or values.dtype is dtypes.bool):
        raise NotImplementedError(f"sorting {values.dtype.name} upwards is not supported")

    def sort_last(v):
        # Upwards: what is greatest is first among the negatives (~ for integers, whose least has
        # none).
        turned = v
        if ascending:
            turned = apply_op("Invert" if v.dtype.is_integer else "Neg", (v,))
        known = v.shape[-1] if v.shape.rank else None
        n = apply_op("Shape", (v,))[-1] if known is None else known
        found = apply_op("TopKV2", (turned, n), {"sorted": True})[which]
        if which == 1 or not ascending:
            return found
        return apply_op("Invert" if v.dtype.is_integer else "Neg", (found,))

    return _on_last_axis(sort_last, values, axis)


@public
def sort(values, axis=-1, direction="ASCENDING", name=None):
    """The elements in order along an axis."""
    return _sorted(values, axis, direction, 0)


@public
def argsort(values, axis=-1, direction="ASCENDING", stable=False, name=None):
    """The positions that put the elements in order along an axis; of equal ones the first comes
    first."""
    return _sorted(values, axis, direction, 1)


@public
def space_to_depth(input, block_size, data_format="NHWC", name=None):
    """Blocks of the image moved into the channels."""
    attrs = {"block_size": block_size, "data_format": data_format}
    return apply_op("SpaceToDepth", (input,), attrs, name)


@public
def depth_to_space(input, block_size, data_format="NHWC", name=None):
    """The inverse of space_to_depth."""
    attrs = {"block_size": block_size, "data_format": data_format}
    return apply_op("DepthToSpace", (input,), attrs, name)


@public
def strided_slice(
    input_,
    begin,
    end,
    strides=None,
    begin_mask=0,
    end_mask=0,
    ellipsis_mask=0,
    new_axis_mask=0,
    shrink_axis_mask=0,
    var=None,
    name=None,
):
    """input_[begin:end:strides] along each axis; bit i of a mask speaks of entry i."""
    if strides is None:
        strides = apply_op("OnesLike", (begin,))
    attrs = {
        "begin_mask": begin_mask,
        "end_mask": end_mask,
        "ellipsis_mask": ellipsis_mask,
        "new_axis_mask": new_axis_mask,
        "shrink_axis_mask": shrink_axis_mask,
    }
    return apply_op("StridedSlice", (input_, begin, end, strides), attrs, name)
