"""Ragged tensors of nested lists."""

import numpy as np

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import constant as _constant
from millrace.framework.ragged_tensor import RaggedTensor, RaggedTensorValue

__all__ = ["constant", "constant_value", "placeholder"]


def _is_list(value):
    return isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.ndim > 0)


def _depth(value):
    """(greatest depth of nesting; depth of the shallowest scalar, None if there is none)."""
    if not _is_list(value):
        return 0, 0
    found = [_depth(v) for v in value]
    deepest = max((d for d, _ in found), default=0)
    scalars = [s for _, s in found if s is not None]
    return deepest + 1, min(scalars) + 1 if scalars else None


def _parse(pylist, ragged_rank, inner_shape):
    """(flat values as a list, [row lengths of each ragged level])."""
    depth, scalar_depth = _depth(pylist)
    if scalar_depth is not None and scalar_depth != depth:
        raise ValueError("all scalar values must have the same nesting depth")
    inner_rank = None if inner_shape is None else len(inner_shape)
    if ragged_rank is None:
        ragged_rank = depth - 1 - (inner_rank or 0) if inner_rank is not None else max(depth - 1, 0)
    if ragged_rank < 0 or (ragged_rank >= max(depth, 1) and depth > 0 and scalar_depth is not None):
        raise ValueError(f"pylist has {depth} levels, too few for ragged_rank {ragged_rank}")
    lengths, level = [], list(pylist)
    for _ in range(ragged_rank):
        lengths.append([len(row) for row in level])
        level = [item for row in level for item in row]
    return level, lengths


def _splits(lengths, dtype):
    return np.concatenate([[0], np.cumsum(lengths)]).astype(dtype)


def _make(pylist, dtype, ragged_rank, inner_shape, of_values, of_splits, splits_dtype):
    level, lengths = _parse(pylist, ragged_rank, inner_shape)
    if not level and dtype is None:
        dtype = dtypes.float32
    shape = None
    if inner_shape is not None:
        shape = [len(level), *inner_shape]
    elif not level:
        depth, _ = _depth(pylist)
        shape = [0] * max(1, depth - len(lengths))
    made = of_values(level, dtype, shape)
    kind = dtypes.as_dtype(splits_dtype).as_numpy_dtype
    for n in reversed(lengths):
        made = of_splits(made, _splits(n, kind))
    return made


@public
def constant(
    pylist,
    dtype=None,
    ragged_rank=None,
    inner_shape=None,
    name=None,
    row_splits_dtype=dtypes.int64,
):
    """A RaggedTensor of nested lists; a tensor if they are nested once only.

    Args:
      ragged_rank: how many levels are ragged; all but the innermost if None.
      inner_shape: of the parts that are not ragged.
    ValueError where scalars are nested to different depths.
    """
    if not _is_list(pylist):
        if ragged_rank:
            raise ValueError(f"the scalar {pylist!r} cannot have the ragged_rank {ragged_rank}")
        return _constant(pylist, dtype)
    return _make(
        pylist,
        dtype,
        ragged_rank,
        inner_shape,
        lambda values, dtype, shape: _constant(values, dtype, shape=shape),
        lambda values, splits: RaggedTensor.from_row_splits(values, splits, validate=False),
        row_splits_dtype,
    )


@public
def constant_value(
    pylist, dtype=None, ragged_rank=None, inner_shape=None, row_splits_dtype="int64"
):
    """A RaggedTensorValue of nested lists: what a session is fed and gives."""

    def array(values, dtype, shape):
        made = np.array(values, None if dtype is None else dtypes.as_dtype(dtype).as_numpy_dtype)
        return made if shape is None else made.reshape(shape)

    return _make(
        pylist, dtype, ragged_rank, inner_shape, array, RaggedTensorValue, row_splits_dtype
    )


@public
def placeholder(dtype, ragged_rank, value_shape=None, name=None):
    """A RaggedTensor of a graph that is fed."""
    from millrace.framework.scopes import name_scope
    from millrace.ops.array import placeholder as tensor_placeholder

    with name_scope(name or "RaggedPlaceholder"):
        made = tensor_placeholder(dtype, [None, *(value_shape or ())], "flat_values")
        for i in reversed(range(ragged_rank)):
            splits = tensor_placeholder(dtypes.int64, [None], f"row_splits_{i}")
            made = RaggedTensor.from_row_splits(made, splits, validate=False)
    return made
