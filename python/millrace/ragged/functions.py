"""Functions of whole ragged tensors: reductions, joins, masks."""

import builtins

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.ragged_tensor import RaggedTensor
from millrace.ops.elementwise import cast

__all__ = [
    "boolean_mask",
    "range",
    "row_splits_to_segment_ids",
    "segment_ids_to_row_splits",
    "stack",
    "stack_dynamic_partitions",
]


@public
def range(starts, limits=None, deltas=1, dtype=None, name=None, row_splits_dtype=dtypes.int64):
    """Row i is range(starts[i], limits[i], deltas[i]); scalars hold for all rows."""
    if limits is None:
        starts, limits = 0, starts
    if dtype is None:
        given = [v.dtype for v in (starts, limits, deltas) if hasattr(v, "dtype")]
        dtype = given[0] if given else convert_to_tensor(limits).dtype
    args = [convert_to_tensor(v, dtype) for v in (starts, limits, deltas)]
    splits, values = apply_op(
        "RaggedRange", tuple(args), {"Tsplits": dtypes.as_dtype(row_splits_dtype)}, name
    )
    return RaggedTensor(values, splits)


@public
def row_splits_to_segment_ids(splits, name=None, out_type=None):
    """The number of its row for each value."""
    splits = convert_to_tensor(splits, dtype_hint=dtypes.int64)
    values = apply_op("Range", (splits[0], splits[-1], convert_to_tensor(1, splits.dtype)))
    ids = RaggedTensor(values, splits).value_rowids()
    return ids if out_type is None else cast(ids, out_type)


@public
def segment_ids_to_row_splits(segment_ids, num_segments=None, out_type=None, name=None):
    """The inverse of row_splits_to_segment_ids."""
    ids = convert_to_tensor(segment_ids, dtype_hint=dtypes.int64)
    splits = RaggedTensor.from_value_rowids(ids, ids, num_segments, validate=False).row_splits
    return splits if out_type is None else cast(splits, out_type)


def as_ragged(value):
    """A RaggedTensor of one, or of a tensor of rank 2 or more."""
    if isinstance(value, RaggedTensor):
        return value
    return RaggedTensor.from_tensor(convert_to_tensor(value))


def concat(values, axis):
    """concat() where a value is ragged."""
    values = [as_ragged(v) for v in values]
    rank = values[0].shape.rank
    axis = axis + rank if axis < 0 else axis
    if axis == 0:
        inner = [v.values for v in values]
        lengths = apply_op("ConcatV2", ([v.row_lengths() for v in values], 0))
        joined = _join(inner)
        return RaggedTensor.from_row_lengths(joined, lengths, validate=False)
    if axis == 1:
        from millrace.ragged.indexing import gather_rows

        n, count = values[0].nrows(), len(values)
        whole = concat(values, 0)
        one, zero = convert_to_tensor(1, n.dtype), convert_to_tensor(0, n.dtype)
        # Row r of value k is row k n + r of the whole: they are put side by side.
        rows = apply_op("Range", (zero, n * count, one))
        order = apply_op(
            "Reshape",
            (apply_op("Transpose", (apply_op("Reshape", (rows, [count, -1])), [1, 0])), [-1]),
        )
        turned = gather_rows(whole, order)
        return RaggedTensor(turned.values, turned.row_splits[::count])
    inner = [v.values for v in values]
    return values[0].with_values(_join(inner, axis - 1))


def _join(values, axis=0):
    if any(isinstance(v, RaggedTensor) for v in values):
        return concat(values, axis)
    return apply_op("ConcatV2", (values, axis))


@public
def stack(values, axis=0, name=None):
    """Tensors joined along a new axis, as a RaggedTensor; they may differ in their first sizes."""
    values = list(values) if isinstance(values, (list, tuple)) else [values]
    tensors = [v if isinstance(v, RaggedTensor) else convert_to_tensor(v) for v in values]
    if axis == 0:
        if all(t.shape.rank == 0 for t in tensors if not isinstance(t, RaggedTensor)) and not any(
            isinstance(t, RaggedTensor) for t in tensors
        ):
            return apply_op("Pack", (tensors,), {"axis": 0})
        lengths = [
            t.nrows()
            if isinstance(t, RaggedTensor)
            else apply_op("Shape", (t,), {"out_type": dtypes.int64})[0]
            for t in tensors
        ]
        if any(isinstance(t, RaggedTensor) for t in tensors) or tensors[0].shape.rank > 1:
            tensors = [as_ragged(t) for t in tensors]
        return RaggedTensor.from_row_lengths(
            _join(tensors), apply_op("Pack", (lengths,), {"axis": 0}), validate=False
        )
    if axis == 1:
        wider = []
        for t in tensors:
            splits = apply_op(
                "Range",
                (
                    0,
                    (
                        t.nrows(dtypes.int32)
                        if isinstance(t, RaggedTensor)
                        else apply_op("Shape", (t,))[0]
                    )
                    + 1,
                    1,
                ),
            )
            wider.append(RaggedTensor(t, cast(splits, dtypes.int64)))
        return concat(wider, 1)
    return tensors[0].with_values(stack([t.values for t in tensors], axis - 1))


@public
def boolean_mask(data, mask, name=None):
    """The elements for which mask holds, a row each of them as in the mask."""
    if not isinstance(mask, RaggedTensor):
        mask = convert_to_tensor(mask)
        if mask.shape.rank == 1:
            if isinstance(data, RaggedTensor):
                from millrace.ragged.indexing import gather_rows

                return gather_rows(data, apply_op("Where", (mask,))[:, 0])
            return apply_op("GatherV2", (data, apply_op("Where", (mask,))[:, 0], 0))
        mask = RaggedTensor.from_tensor(mask, ragged_rank=mask.shape.rank - 1)
    data = as_ragged(data) if not isinstance(data, RaggedTensor) else data
    held = cast(mask.values, dtypes.int64) if not isinstance(mask.values, RaggedTensor) else None
    if held is None:
        return data.with_values(boolean_mask(data.values, mask.values))
    lengths = apply_op("SegmentSum", (held, mask.value_rowids()))
    lengths = RaggedTensor(held, mask.row_splits)
    lengths = reduce("Sum", lengths, 1, False)
    return RaggedTensor.from_row_lengths(
        boolean_mask(data.values, mask.values), lengths, validate=False
    )


def gather(params, indices, axis, batch_dims):
    """gather() where params or indices are ragged."""
    from millrace.ragged.indexing import gather_rows

    if isinstance(indices, RaggedTensor) and batch_dims == 0 and axis == 0:
        return indices.with_flat_values(_gather_one(params, indices.flat_values, gather_rows))
    if batch_dims == 1 and axis == 1 and isinstance(params, RaggedTensor):
        indices = as_ragged(indices)
        starts = apply_op("GatherV2", (params.row_splits, indices.value_rowids(), 0))
        at = starts + cast(indices.values, starts.dtype)
        return indices.with_values(_gather_one(params.values, at, gather_rows))
    if batch_dims == 0 and axis == 0:
        indices = convert_to_tensor(indices)
        if indices.shape.rank == 1:
            return gather_rows(params, indices)
    raise NotImplementedError(
        f"gather of ragged tensors along axis {axis} with batch_dims {batch_dims} is not there"
    )


def _gather_one(params, indices, gather_rows):
    if isinstance(params, RaggedTensor):
        return gather_rows(params, indices)
    if hasattr(params, "sparse_read"):
        return params.sparse_read(indices)
    return apply_op("GatherV2", (params, indices, 0))


_SEGMENT = {
    "Sum": "UnsortedSegmentSum",
    "Max": "UnsortedSegmentMax",
    "Min": "UnsortedSegmentMin",
    "Prod": "UnsortedSegmentProd",
}


def reduce(op, ragged, axis, keepdims):
    """A reduction of a ragged tensor: of all values, along axis 0 or 1, or inside of the values."""
    if axis is None:
        flat = ragged.flat_values
        axes = list(builtins.range(flat.shape.rank))
        return apply_op(op, (flat, axes))
    if isinstance(axis, (list, tuple)):
        rank = ragged.shape.rank
        axes = sorted((a % rank for a in axis), reverse=True)
        for a in axes:
            if not isinstance(ragged, RaggedTensor):
                ragged = apply_op(op, (ragged, [a]), {"keep_dims": keepdims})
            else:
                ragged = reduce(op, ragged, a, keepdims)
        return ragged
    rank = ragged.shape.rank
    axis = axis + rank if axis < 0 else axis
    if op in ("All", "Any"):
        turned = reduce(
            "Min" if op == "All" else "Max",
            ragged.with_flat_values(cast(ragged.flat_values, dtypes.int32)),
            axis,
            keepdims,
        )
        return _nonzero(turned)
    if op == "Mean":
        ones = ragged.with_flat_values(apply_op("OnesLike", (ragged.flat_values,)))
        total, count = (reduce("Sum", r, axis, keepdims) for r in (ragged, ones))
        return total / count
    if axis > 1:
        values = ragged.values
        if isinstance(values, RaggedTensor):
            return ragged.with_values(reduce(op, values, axis - 1, keepdims))
        return ragged.with_values(apply_op(op, (values, [axis - 1]), {"keep_dims": keepdims}))
    if axis == 0:
        return _down(op, ragged, keepdims)
    if isinstance(ragged.values, RaggedTensor):
        made = _rows_of_rows(op, ragged)
    else:
        made = apply_op(_SEGMENT[op], (ragged.values, ragged.value_rowids(), ragged.nrows()))
    if not keepdims:
        return made
    return (
        RaggedTensor.from_uniform_row_length(made, 1)
        if isinstance(made, RaggedTensor)
        else apply_op("ExpandDims", (made, 1))
    )


def _nonzero(made):
    if isinstance(made, RaggedTensor):
        return made.with_flat_values(apply_op("NotEqual", (made.flat_values, 0)))
    return apply_op("NotEqual", (apply_op("Maximum", (made, 0)), 0))


def _columns_of(ragged):
    """The column of each value of the outermost rows."""
    rows = ragged.value_rowids()
    starts = apply_op("GatherV2", (ragged.row_splits, rows, 0))
    n = ragged.row_splits[-1]
    one = convert_to_tensor(1, n.dtype)
    return apply_op("Range", (one - one, n, one)) - starts


def _down(op, ragged, keepdims):
    """Along axis 0: the elements of one column."""
    if isinstance(ragged.values, RaggedTensor):
        raise NotImplementedError("reductions along axis 0 need a ragged_rank of 1")
    longest = ragged.bounding_shape(1)
    made = apply_op(_SEGMENT[op], (ragged.values, _columns_of(ragged), longest))
    return apply_op("ExpandDims", (made, 0)) if keepdims else made


def _rows_of_rows(op, ragged):
    """Along axis 1 where the values are ragged: elements of the same place in the inner rows."""
    inner = ragged.values
    width = inner.bounding_shape(1)
    rows = apply_op("GatherV2", (ragged.value_rowids(), inner.value_rowids(), 0))
    place = rows * width + _columns_of(inner)
    lengths = apply_op(
        "UnsortedSegmentMax", (inner.row_lengths(), ragged.value_rowids(), ragged.nrows())
    )
    zero = convert_to_tensor(0, lengths.dtype)
    lengths = apply_op("Maximum", (lengths, zero))
    flat = apply_op(_SEGMENT[op], (inner.values, place, ragged.nrows() * width))
    grid = apply_op(
        "Reshape",
        (
            flat,
            apply_op(
                "ConcatV2",
                (
                    [
                        apply_op("Pack", ([ragged.nrows(), width],), {"axis": 0}),
                        apply_op("Shape", (flat,), {"out_type": dtypes.int64})[1:],
                    ],
                    0,
                ),
            ),
        ),
    )
    return RaggedTensor.from_tensor(grid, lengths)


@public
def stack_dynamic_partitions(data, partitions, num_partitions, name=None):
    """Row p holds the values of data whose partition is p, in their order."""
    parts = convert_to_tensor(partitions, dtype_hint=dtypes.int32)
    data = convert_to_tensor(data)
    rank = parts.shape.rank
    if rank is None:
        raise ValueError("stack_dynamic_partitions: the rank of partitions must be known")
    if rank != 1:
        shape = apply_op("Shape", (data,))
        flat = apply_op("ConcatV2", ([[-1], shape[rank:]], 0))
        data, parts = apply_op("Reshape", (data, flat)), apply_op("Reshape", (parts, [-1]))
    ids = cast(parts, dtypes.int32)
    pieces = apply_op("DynamicPartition", (data, ids), {"num_partitions": num_partitions})
    lengths = [apply_op("Shape", (p,), {"out_type": dtypes.int64})[:1] for p in pieces]
    values, lengths = apply_op("ConcatV2", (pieces, 0)), apply_op("ConcatV2", (lengths, 0))
    return RaggedTensor.from_row_lengths(values, lengths, validate=False)
