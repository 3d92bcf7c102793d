"""Shapes, joins, slices and fills."""

import builtins
import math

from millrace import dtypes
from millrace._load import public
from millrace.framework import context, nest
from millrace.framework.convert import (
    RaggedOperand,
    constant,
    constant_value,
    convert_to_tensor,
)
from millrace.framework.dispatch import apply_op
from millrace.tensor_shape import TensorShape


def _shape_arg(shape):
    """A shape argument as a tensor, or something that becomes an int32 vector."""
    if isinstance(shape, TensorShape):
        shape = shape.as_list()
    if isinstance(shape, tuple):
        shape = list(shape)
    if isinstance(shape, int):
        shape = [shape]
    if isinstance(shape, list) and not any(hasattr(d, "dtype") for d in shape):
        big = any(d is not None and abs(d) >= 2**31 for d in shape)
        return convert_to_tensor(shape, dtypes.int64 if big else dtypes.int32)
    return shape


@public
def placeholder(dtype, shape=None, name=None):
    """A tensor that each step is fed. `shape` may be unknown (None) or have unknown sizes."""
    if context.building_graph() is None:
        raise RuntimeError("placeholder() needs a graph: use it inside `with Graph().as_default()`")
    return apply_op(
        "Placeholder", (), {"dtype": dtypes.as_dtype(dtype), "shape": TensorShape(shape)}, name
    )


@public
def placeholder_with_default(input, shape, name=None):
    """A tensor with a value of its own that a step may replace by a feed."""
    return apply_op("PlaceholderWithDefault", (input,), {"shape": TensorShape(shape)}, name)


@public
def identity(input, name=None):
    """The same value as a tensor of its own."""
    return apply_op("Identity", (input,), None, name)


@public
def stop_gradient(input, name=None):
    """The same value, but a constant as far as gradients go."""
    return apply_op("StopGradient", (input,), None, name)


@public
def shape(input, out_type=dtypes.int32, name=None):
    """The shape as an integer vector."""
    input = convert_to_tensor(input)
    if input.shape.is_fully_defined():
        return constant(input.shape.as_list(), out_type, name=name or "Shape")
    return apply_op("Shape", (input,), {"out_type": out_type}, name)


@public
def size(input, out_type=dtypes.int32, name=None):
    """The number of elements."""
    if isinstance(input, nest.Composite):  # of what is stored
        input = input._leaves()[0] if hasattr(input, "row_splits") else input.values
    return apply_op("Size", (input,), {"out_type": out_type}, name)


@public
def rank(input, name=None):
    """The number of dimensions."""
    return apply_op("Rank", (input,), None, name)


@public
def reshape(tensor, shape, name=None):
    """The same elements in another shape; one size may be -1: what is left."""
    return apply_op("Reshape", (tensor, _shape_arg(shape)), None, name)


@public
def transpose(a, perm=None, conjugate=False, name=None):
    """The axes in the order `perm`; reversed if None."""
    a = convert_to_tensor(a)
    if perm is None:
        if a.shape.rank is not None:
            perm = list(range_list(a.shape.rank))[::-1]
        else:
            r = apply_op("Rank", (a,))
            perm = (r - 1) - apply_op("Range", (0, r, 1))
    if isinstance(perm, (list, tuple)):
        perm = convert_to_tensor(list(perm), dtypes.int32)
    return apply_op("ConjugateTranspose" if conjugate else "Transpose", (a, perm), None, name)


def range_list(n):
    return builtins.range(n)


@public
def expand_dims(input, axis, name=None):
    """An axis of size 1 put in at `axis`."""
    return apply_op("ExpandDims", (input, axis), None, name)


@public
def squeeze(input, axis=None, name=None):
    """Without axes of size 1: all, or those given."""
    axes = [] if axis is None else [axis] if isinstance(axis, int) else list(axis)
    return apply_op("Squeeze", (input,), {"squeeze_dims": axes}, name)


@public
def concat(values, axis, name=None):
    """Tensors joined along an axis that they have."""
    if not isinstance(values, (list, tuple)):
        values = [values]
    if len(values) == 1:
        return identity(values[0], name)
    try:
        return apply_op("ConcatV2", (list(values), axis), None, name)
    except RaggedOperand:
        from millrace.ragged import functions

        return functions.concat(values, axis)


@public
def stack(values, axis=0, name=None):
    """Tensors of one shape joined along a new axis."""
    try:
        return apply_op("Pack", (list(values),), {"axis": axis}, name)
    except RaggedOperand:
        from millrace.ragged import functions

        return functions.stack(values, axis)


@public
def unstack(value, num=None, axis=0, name=None):
    """The slices along an axis as a list."""
    value = convert_to_tensor(value)
    rank = value.shape.rank
    if rank is not None and not -rank <= axis < rank:
        raise ValueError(f"unstack: axis {axis} of a tensor of {rank} dimensions")
    if num is None:
        num = value.shape[axis] if value.shape.rank is not None else None
        if num is None:
            raise ValueError(f"unstack: the size of axis {axis} is not known; give num")
    return apply_op("Unpack", (value,), {"num": num, "axis": axis}, name)


@public
def split(value, num_or_size_splits, axis=0, num=None, name=None):
    """Pieces along an axis: a number of equal ones, or one of each given size."""
    if isinstance(num_or_size_splits, int):
        return apply_op("Split", (axis, value), {"num_split": num_or_size_splits}, name)
    if num is None:
        num = len(num_or_size_splits)
    return apply_op("SplitV", (value, num_or_size_splits, axis), {"num_split": num}, name)


@public
def slice(input_, begin, size, name=None):
    """size[i] elements from begin[i] on along each axis; -1: to the end."""
    return apply_op("Slice", (input_, begin, size), None, name)


@public
def tile(input, multiples, name=None):
    """The tensor repeated multiples[i] times along each axis."""
    return apply_op("Tile", (input, multiples), None, name)


@public
def pad(tensor, paddings, mode="CONSTANT", constant_values=0, name=None):
    """Elements put before and after each axis. mode: CONSTANT, REFLECT or SYMMETRIC."""
    mode = mode.upper()
    if mode in ("REFLECT", "SYMMETRIC"):
        return apply_op("MirrorPad", (tensor, paddings), {"mode": mode}, name)
    if mode != "CONSTANT":
        raise ValueError(f"pad: unknown mode {mode!r}")
    if isinstance(constant_values, int) and constant_values == 0:
        return apply_op("Pad", (tensor, paddings), None, name)
    return apply_op("PadV2", (tensor, paddings, constant_values), None, name)


@public
def reverse(tensor, axis, name=None):
    """The elements in reverse order along the axes."""
    return apply_op("ReverseV2", (tensor, [axis] if isinstance(axis, int) else axis), None, name)


@public
def broadcast_to(input, shape, name=None):
    """The tensor broadcast to a shape."""
    return apply_op("BroadcastTo", (input, _shape_arg(shape)), None, name)


@public
def fill(dims, value, name=None):
    """A tensor of shape `dims` filled with a scalar."""
    return apply_op("Fill", (_shape_arg(dims), value), None, name)


def _filled(shape, value, dtype, name):
    dtype = dtypes.as_dtype(dtype)
    value = {dtypes.string: b"", dtypes.bool: bool(value)}.get(dtype, value)
    shape = _shape_arg(shape)
    known = constant_value(shape) if hasattr(shape, "dtype") else None
    if known is not None and known.size and min(known) >= 0 and math.prod(known.tolist()) < 1000:
        return constant(value, dtype, shape=known.tolist(), name=name)
    return apply_op("Fill", (shape, constant(value, dtype)), None, name)


@public
def zeros(shape, dtype=dtypes.float32, name=None):
    """A tensor of zeros (False; empty strings)."""
    return _filled(shape, 0, dtype, name)


@public
def ones(shape, dtype=dtypes.float32, name=None):
    """A tensor of ones (True)."""
    return _filled(shape, 1, dtype, name)


@public
def zeros_like(input, dtype=None, name=None):
    """Zeros in the shape of input."""
    if dtype is not None:
        from millrace.ops.elementwise import cast

        input = cast(input, dtype)
    return apply_op("ZerosLike", (input,), None, name)


@public
def ones_like(input, dtype=None, name=None):
    """Ones in the shape of input."""
    if dtype is not None:
        from millrace.ops.elementwise import cast

        input = cast(input, dtype)
    return apply_op("OnesLike", (input,), None, name)


@public
def range(start, limit=None, delta=1, dtype=None, name="range"):
    """start, start + delta, ... up to but without limit; range(n) begins at 0."""
    if limit is None:
        start, limit = 0, start
    if dtype is None:
        given = [v for v in (start, limit, delta) if hasattr(v, "dtype")]
        floating = any(isinstance(v, float) for v in (start, limit, delta))
        dtype = (
            dtypes.as_dtype(given[0].dtype)
            if given
            else dtypes.float32
            if floating
            else dtypes.int32
        )
    args = [convert_to_tensor(v, dtype) for v in (start, limit, delta)]
    return apply_op("Range", tuple(args), None, name)


@public
def linspace(start, stop, num, name=None):
    """`num` values from start to stop, evenly spaced."""
    return apply_op("LinSpace", (start, stop, num), None, name)


@public
def one_hot(indices, depth, on_value=None, off_value=None, axis=-1, dtype=None, name=None):
    """Vectors along `axis`, with on_value (1) at the index and off_value (0) elsewhere."""
    dtype = dtypes.as_dtype(dtype or getattr(on_value, "dtype", None) or dtypes.float32)
    on = convert_to_tensor(1 if on_value is None else on_value, dtype)
    off = convert_to_tensor(0 if off_value is None else off_value, dtype)
    return apply_op("OneHot", (indices, depth, on, off), {"axis": axis}, name)


@public
def where(condition, x=None, y=None, name=None):
    """x where condition holds and y elsewhere; without them the coordinates of what holds, a row
    each."""
    if x is None and y is None:
        return apply_op("Where", (condition,), None, name)
    if x is None or y is None:
        raise ValueError("where: give both x and y, or neither")
    return apply_op("SelectV2", (condition, x, y), None, name)


@public
def unique(x, out_idx=dtypes.int32, name=None):
    """(y, idx): the different values in the order in which they occur, and where each element of x
    is in y."""
    return apply_op("Unique", (x,), {"out_idx": out_idx}, name)


__all__ = [
    "broadcast_to",
    "concat",
    "expand_dims",
    "fill",
    "identity",
    "linspace",
    "one_hot",
    "ones",
    "ones_like",
    "pad",
    "placeholder",
    "placeholder_with_default",
    "range",
    "rank",
    "reshape",
    "reverse",
    "shape",
    "size",
    "slice",
    "split",
    "squeeze",
    "stack",
    "stop_gradient",
    "tile",
    "transpose",
    "unique",
    "unstack",
    "where",
    "zeros",
    "zeros_like",
]
