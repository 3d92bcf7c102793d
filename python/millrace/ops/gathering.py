"""Parts of tensors: at indices, and where a mask holds."""

from millrace._load import public
from millrace.framework import nest
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.ops.array import reshape, squeeze, where

__all__ = ["boolean_mask", "gather", "gather_nd"]


@public
def gather(params, indices, validate_indices=None, axis=None, batch_dims=0, name=None):
    """Slices of params at `indices` along an axis (0 if None). Of a variable: without reading the
    rest of it."""
    axis = batch_dims if axis is None else axis
    if isinstance(params, nest.Composite) or isinstance(indices, nest.Composite):
        from millrace.ragged import functions

        return functions.gather(params, indices, axis, batch_dims)
    if hasattr(params, "sparse_read") and axis == 0 and batch_dims == 0:
        return params.sparse_read(indices, name)
    return apply_op("GatherV2", (params, indices, axis), {"batch_dims": batch_dims}, name)


@public
def gather_nd(params, indices, batch_dims=0, name=None):
    """Slices of params at the positions that the last axis of indices gives."""
    if batch_dims:
        indices = _with_batch(convert_to_tensor(indices), batch_dims)
    return apply_op("GatherNd", (params, indices), None, name)


def _with_batch(indices, batch_dims):
    """The indices, with those of the batch in front."""
    rank = indices.shape.rank
    if rank is None or not 0 < batch_dims < rank:
        raise ValueError(f"gather_nd: batch_dims {batch_dims} of indices of rank {rank}")
    sizes = apply_op("Shape", (indices,))
    grid_shape = apply_op("ConcatV2", ([sizes[:-1], [1]], 0))
    parts = []
    for axis in range(batch_dims):
        numbers = apply_op("Range", (0, sizes[axis], 1))
        numbers = apply_op("Cast", (numbers,), {"DstT": indices.dtype})
        column = [-1 if i == axis else 1 for i in range(rank)]
        parts.append(apply_op("BroadcastTo", (reshape(numbers, column), grid_shape)))
    return apply_op("ConcatV2", ([*parts, indices], -1))


@public
def boolean_mask(tensor, mask, axis=None, name="boolean_mask"):
    """The parts of tensor for which mask holds, along as many axes from `axis` (0) on as the mask
    has."""
    tensor, mask = convert_to_tensor(tensor), convert_to_tensor(mask)
    rank, axis = mask.shape.rank, 0 if axis is None else axis
    if rank is None or rank == 0:
        raise ValueError("boolean_mask: the mask must have a known rank of at least 1")
    if tensor.shape.rank is not None:
        axis += tensor.shape.rank if axis < 0 else 0
        tensor.shape[axis : axis + rank].assert_is_compatible_with(mask.shape)
    if rank > 1:
        size = apply_op("Shape", (tensor,))
        parts = [size[:axis], [-1], size[axis + rank :]]
        tensor = reshape(tensor, apply_op("ConcatV2", (parts, 0)))
        mask = reshape(mask, [-1])
    rows = squeeze(where(mask), axis=[1])
    return apply_op("GatherV2", (tensor, rows, axis), None, name)
