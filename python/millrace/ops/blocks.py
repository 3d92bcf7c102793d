"""Tensors repeated, turned, cut into blocks and put together again."""

import numpy as np

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import constant_value, convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.ops.elementwise import cast
from millrace.ops.reduce import reduce_max
from millrace.tensor_shape import TensorShape, as_shape

__all__ = [
    "batch_to_space",
    "broadcast_dynamic_shape",
    "broadcast_static_shape",
    "extract_volume_patches",
    "guarantee_const",
    "parallel_stack",
    "repeat",
    "required_space_to_batch_paddings",
    "reverse_sequence",
    "saturate_cast",
    "shape_n",
    "space_to_batch",
    "space_to_batch_nd",
    "tensor_scatter_nd_max",
    "tensor_scatter_nd_min",
]


@public
def repeat(input, repeats, axis=None, name=None):
    """Each element along an axis several times, as numpy.repeat.

    Args:
      repeats: how often, a number or one for each element.
      axis: the elements of the flat tensor if None.
    """
    input = convert_to_tensor(input)
    if axis is None:
        input, axis = apply_op("Reshape", (input, [-1])), 0
    rank = input.shape.rank
    if rank is None:
        raise ValueError("repeat: the rank of the input must be known")
    axis = axis + rank if axis < 0 else axis
    repeats = convert_to_tensor(repeats, dtype_hint=dtypes.int32)
    size = apply_op("Shape", (input,))[axis]
    if repeats.shape.rank == 0 or repeats.shape.as_list() == [1]:
        repeats = apply_op("Reshape", (repeats, []))
        rows = apply_op("Range", (0, size * cast(repeats, dtypes.int32), 1))
        rows = apply_op("FloorDiv", (rows, cast(repeats, dtypes.int32)))
    else:
        # Row i of the mask holds where element i is repeated; the positions of all that hold, in
        # order, are the rows that are wanted.
        repeats = apply_op("BroadcastTo", (repeats, apply_op("Reshape", (size, [1]))))
        from millrace.ops.rearrange import sequence_mask

        mask = sequence_mask(repeats, reduce_max(repeats))
        rows = apply_op("Where", (mask,))[:, 0]
    return apply_op("GatherV2", (input, rows, axis), None, name)


@public
def reverse_sequence(
    input, seq_lengths, seq_axis=None, batch_axis=None, name=None, seq_dim=None, batch_dim=None
):
    """Of each example the first seq_lengths[example] elements along seq_axis in reverse order."""
    attrs = {
        "seq_dim": seq_dim if seq_axis is None else seq_axis,
        "batch_dim": (batch_dim or 0) if batch_axis is None else batch_axis,
    }
    return apply_op("ReverseSequence", (input, seq_lengths), attrs, name)


@public
def space_to_batch_nd(input, block_shape, paddings, name=None):
    """Blocks along the axes behind the first moved into the batch, after padding with zeros."""
    return apply_op("SpaceToBatchND", (input, block_shape, paddings), None, name)


space_to_batch = space_to_batch_nd


@public
def batch_to_space(input, block_shape, crops, name=None):
    """The inverse of space_to_batch, with `crops` cut off at both sides of each axis."""
    if isinstance(block_shape, int):
        block_shape = np.full((len(crops),), block_shape, np.int32)
    return apply_op("BatchToSpaceND", (input, block_shape, crops), None, name)


@public
def required_space_to_batch_paddings(input_shape, block_shape, base_paddings=None, name=None):
    """(paddings, crops), each [n, 2]: the least with which sizes become multiples of the blocks."""
    sizes, block = convert_to_tensor(input_shape), convert_to_tensor(block_shape)
    base = convert_to_tensor(
        np.zeros((block.shape[0], 2), np.int32) if base_paddings is None else base_paddings
    )
    start, end = base[:, 0], base[:, 1]
    full = sizes + start + end
    extra = apply_op("FloorMod", (block - apply_op("FloorMod", (full, block)), block))
    paddings = apply_op("Pack", ([start, end + extra],), {"axis": 1})
    return paddings, apply_op("Pack", ([apply_op("ZerosLike", (extra,)), extra],), {"axis": 1})


@public
def parallel_stack(values, name="parallel_stack"):
    """As stack() along axis 0."""
    return apply_op("Pack", (list(values),), {"axis": 0}, name)


@public
def shape_n(input, out_type=dtypes.int32, name=None):
    """The shapes of several tensors as a list of integer vectors."""
    return apply_op("ShapeN", (list(input),), {"out_type": dtypes.as_dtype(out_type)}, name)


@public
def saturate_cast(value, dtype, name=None):
    """The value as another dtype; what lies outside its range becomes its least or its greatest."""
    value, dtype = convert_to_tensor(value), dtypes.as_dtype(dtype)
    low, high = max(value.dtype.min, dtype.min), min(value.dtype.max, dtype.max)
    if value.dtype.is_floating and not dtype.is_floating:
        # The greatest integer may lie between two floats: the lesser one then.
        kind = value.dtype.as_numpy_dtype
        if float(kind(high)) > high:
            high = float(np.nextafter(kind(high), kind(0)))
    if value.dtype.min < low:
        value = apply_op("Maximum", (value, convert_to_tensor(low, value.dtype)))
    if value.dtype.max > high:
        value = apply_op("Minimum", (value, convert_to_tensor(high, value.dtype)))
    return cast(value, dtype, name)


@public
def broadcast_static_shape(shape_x, shape_y):
    """The shape of x + y, as far as it is known. ValueError if they do not broadcast."""
    x, y = as_shape(shape_x), as_shape(shape_y)
    if x.rank is None or y.rank is None:
        return TensorShape(None)
    rank = max(x.rank, y.rank)
    dims = []
    for a, b in zip(*([1] * (rank - s.rank) + s.as_list() for s in (x, y))):
        if a == 1 or b == 1:
            dims.append(b if a == 1 else a)
        elif a is not None and b is not None and a != b:
            raise ValueError(f"Incompatible shapes for broadcasting: {x} and {y}.")
        else:
            dims.append(b if a is None else a)
    return TensorShape(dims)


@public
def broadcast_dynamic_shape(shape_x, shape_y):
    """The shape of x + y as a tensor, given those of x and y."""
    return apply_op("BroadcastArgs", (shape_x, convert_to_tensor(shape_y)))


def _scatter(name, op, what):
    def scatter(tensor, indices, updates, name=None):
        return apply_op(op, (tensor, indices, updates), None, name)

    scatter.__name__ = scatter.__qualname__ = name
    scatter.__doc__ = (
        f"The tensor, with the {what} of its element and updates[i] at the position indices[i]."
    )
    return public(scatter)


tensor_scatter_nd_max = _scatter("tensor_scatter_nd_max", "TensorScatterMax", "greater")
tensor_scatter_nd_min = _scatter("tensor_scatter_nd_min", "TensorScatterMin", "lesser")


@public
def extract_volume_patches(input, ksizes, strides, padding, name=None):
    """Patches of [batch, depth, height, width, channels], laid out along the last axis."""
    attrs = {"ksizes": ksizes, "strides": strides, "padding": padding}
    return apply_op("ExtractVolumePatches", (input,), attrs, name)


@public
def guarantee_const(input, name=None):
    """The same value."""
    return apply_op("Identity", (input,), None, name)


def static_value(tensor, partial=False):
    """The value of a tensor as an array where it is known while the graph is built, else None."""
    return constant_value(tensor)
