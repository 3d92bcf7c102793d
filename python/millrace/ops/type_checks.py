"""Checks of dtypes, shapes and nearness, under the names of tf.debugging."""

import numpy as np

from millrace import dtypes
from millrace._load import public
from millrace.framework import context
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.scopes import no_op
from millrace.framework.sparse_tensor import SparseTensor
from millrace.ops.debugging import Assert, assert_equal
from millrace.ops.reduce import reduce_all
from millrace.tensor_shape import TensorShape

__all__ = [
    "assert_integer",
    "assert_near",
    "assert_proper_iterable",
    "assert_rank_at_least",
    "assert_rank_in",
    "assert_same_float_dtype",
    "assert_shapes",
    "assert_type",
    "is_numeric_tensor",
]


def _passed(name):
    return None if context.building_graph() is None else no_op(name)


def _with(message, text):
    return f"{message}: {text}" if message else text


@public
def assert_type(tensor, tf_type, message=None, name=None):
    """TypeError unless the tensor has that dtype."""
    tf_type = dtypes.as_dtype(tf_type)
    tensor = tensor if isinstance(tensor, SparseTensor) else convert_to_tensor(tensor)
    if tensor.dtype is not tf_type:
        raise TypeError(_with(message, f"{tensor!r} must be of {tf_type.name}"))
    return _passed(name or "assert_type")


@public
def assert_integer(x, message=None, name=None):
    """TypeError unless x is of an integer dtype."""
    x = convert_to_tensor(x)
    if not x.dtype.is_integer:
        raise TypeError(_with(message, f"expected integers, got {x!r}"))
    return _passed(name or "assert_integer")


@public
def assert_near(x, y, rtol=None, atol=None, data=None, summarize=None, message=None, name=None):
    """Fails with InvalidArgumentError unless |x - y| <= atol + rtol |y| for all elements.

    Args:
      rtol, atol: ten times the distance of 1 from the next number of the dtype if None.
    """
    x = convert_to_tensor(x)
    y = convert_to_tensor(y, x.dtype)
    eps = 10 * np.finfo(x.dtype.real_dtype.as_numpy_dtype).eps
    rtol, atol = (convert_to_tensor(eps if t is None else t, x.dtype) for t in (rtol, atol))
    bound = atol + rtol * apply_op("Abs", (y,))
    near = reduce_all(apply_op("LessEqual", (apply_op("Abs", (x - y,)), bound)))
    text = _with(message, "x and y not equal to tolerance")
    return Assert(near, [text, x, y] if data is None else data, summarize, name or "assert_near")


@public
def assert_rank_at_least(x, rank, data=None, summarize=None, message=None, name=None):
    """ValueError, or InvalidArgumentError when it runs, unless x has that rank or a higher one."""
    x = convert_to_tensor(x)
    if x.shape.rank is None:
        found = apply_op("GreaterEqual", (apply_op("Rank", (x,)), rank))
        return Assert(found, data or [_with(message, "the rank is too low"), x], summarize)
    if x.shape.rank < rank:
        raise ValueError(_with(message, f"{x!r} must have rank at least {rank}"))
    return _passed(name or "assert_rank_at_least")


@public
def assert_rank_in(x, ranks, data=None, summarize=None, message=None, name=None):
    """ValueError, or InvalidArgumentError when it runs, unless x has one of these ranks."""
    x = convert_to_tensor(x)
    if x.shape.rank is None:
        found = apply_op("Equal", (apply_op("Rank", (x,)), convert_to_tensor(list(ranks))))
        text = _with(message, "the rank is none of these")
        return Assert(apply_op("Any", (found, [0])), data or [text, x], summarize)
    if x.shape.rank not in ranks:
        raise ValueError(_with(message, f"{x!r} must have one of the ranks {list(ranks)}"))
    return _passed(name or "assert_rank_in")


@public
def assert_same_float_dtype(tensors=None, dtype=None):
    """The common float dtype of the tensors (float32 if there are none). ValueError for others."""
    for tensor in tensors or ():
        found = tensor.dtype
        if dtype is not None and found is not dtypes.as_dtype(dtype):
            raise ValueError(f"{tensor!r} must be of {dtypes.as_dtype(dtype).name}")
        dtype = found
    dtype = dtypes.float32 if dtype is None else dtypes.as_dtype(dtype)
    if not dtype.is_floating:
        raise ValueError(f"expected floats, got {dtype.name}")
    return dtype


@public
def assert_proper_iterable(values):
    """TypeError for a tensor, an array or a string, or for what cannot be gone over."""
    kinds = (str, bytes, np.ndarray, SparseTensor)
    if (
        isinstance(values, kinds)
        or hasattr(values, "_shape_tuple")
        or not hasattr(values, "__iter__")
    ):
        raise TypeError(f"expected a list or its like of values, got {values!r}")


@public
def assert_shapes(shapes, data=None, summarize=None, message=None, name=None):
    """The sizes of tensors fit their descriptions.

    Args:
      shapes: [(tensor, description)] or {tensor: description}. A description is a tuple of numbers,
        of names, each of which means one size everywhere, and of None and "." for any size; a
        leading "..." or "*" stands for any further dimensions.
    ValueError where the sizes are known, else InvalidArgumentError when it runs.
    """
    pairs = list(shapes.items()) if isinstance(shapes, dict) else list(shapes)
    sizes, checks = {}, []
    for tensor, description in pairs:
        tensor = convert_to_tensor(tensor)
        wanted = list(description) if isinstance(description, (tuple, list, str)) else [description]
        if isinstance(description, TensorShape):
            wanted = description.as_list()
        ends = bool(wanted) and wanted[0] in ("...", "*", Ellipsis)
        wanted = wanted[1:] if ends else wanted
        rank = tensor.shape.rank
        if rank is None:
            checks.append(assert_equal(apply_op("Rank", (tensor,)), len(wanted), message=message))
            continue
        if rank < len(wanted) or (not ends and rank != len(wanted)):
            raise ValueError(_with(message, f"{tensor!r} does not have the shape {description}"))
        for axis, symbol in enumerate(wanted, rank - len(wanted)):
            _check_size(tensor, axis, symbol, sizes, checks, message)
    checks = [c for c in checks if c is not None]
    if context.building_graph() is None:
        return None
    from millrace.framework.scopes import group

    return group(*checks, name=name or "assert_shapes")


def _check_size(tensor, axis, symbol, sizes, checks, message):
    if symbol in (None, "."):
        return
    known = tensor.shape[axis]
    size = apply_op("Shape", (tensor,))[axis] if known is None else known
    if isinstance(symbol, str) and not symbol.isdigit():
        expected = sizes.setdefault(symbol, size)
    else:
        expected = int(symbol)
    if isinstance(size, int) and isinstance(expected, int):
        if size != expected:
            text = f"{tensor!r} has the size {size} along axis {axis}, {symbol} is {expected}"
            raise ValueError(_with(message, text))
    elif size is not expected:
        checks.append(assert_equal(size, expected, message=message))


@public
def is_numeric_tensor(tensor):
    """Whether it is a tensor of numbers."""
    return hasattr(tensor, "_shape_tuple") and (
        tensor.dtype.is_floating or tensor.dtype.is_integer or tensor.dtype.is_complex
    )
