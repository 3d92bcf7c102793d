"""Axes of ragged tensors made one."""

from millrace.framework.dispatch import apply_op
from millrace.framework.ragged_tensor import RaggedTensor


def merge_dims(ragged, outer_axis, inner_axis):
    """RaggedTensor.merge_dims."""
    rank = ragged.shape.rank
    outer, inner = (_axis(a, rank) for a in (outer_axis, inner_axis))
    if outer > inner:
        raise ValueError(f"merge_dims: axis {outer_axis} is not before axis {inner_axis}")
    return _merged(ragged, outer, inner)


def _axis(axis, rank):
    if rank is None and axis < 0:
        raise ValueError("merge_dims: an axis is negative, and the rank is not known")
    if rank is not None and not -rank <= axis < rank:
        raise ValueError(f"merge_dims: there is no axis {axis} of {rank}")
    return axis + rank if axis < 0 else axis


def _merged(x, outer, inner):
    if outer == inner:
        return x
    if not isinstance(x, RaggedTensor):
        shape = apply_op("Shape", (x,))
        parts = [shape[:outer], [-1], shape[inner + 1 :]]
        return apply_op("Reshape", (x, apply_op("ConcatV2", (parts, 0))))
    if outer == 0:
        return _merged(x.values, 0, inner - 1)
    if outer > 1:
        return x.with_values(_merged(x.values, outer - 1, inner - 1))
    # A row ends where its last row ends.
    splits, values = x.row_splits, x.values
    for _ in range(inner - 1):
        if isinstance(values, RaggedTensor):
            splits = apply_op("GatherV2", (values.row_splits, splits, 0))
            values = values.values
        else:
            splits = splits * apply_op("Shape", (values,), {"out_type": splits.dtype})[1]
            values = _merged(values, 0, 1)
    return RaggedTensor(values, splits)
