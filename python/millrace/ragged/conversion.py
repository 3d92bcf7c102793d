"""Ragged tensors to tensors and sparse tensors, and back."""

from millrace import dtypes
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.ragged_tensor import RaggedTensor
from millrace.framework.sparse_tensor import SparseTensor
from millrace.ops.elementwise import cast
from millrace.ops.rearrange import sequence_mask
from millrace.ops.reduce import reduce_max
from millrace.tensor_shape import TensorShape


def _shape64(tensor):
    return apply_op("Shape", (tensor,), {"out_type": dtypes.int64})


def _join(parts):
    return apply_op("ConcatV2", (parts, 0))


def _positions(ragged):
    """int64 [values, 2]: row and column of each value of the outermost rows."""
    lengths = cast(ragged.row_lengths(), dtypes.int64)
    return apply_op("Where", (sequence_mask(lengths, _longest(ragged)),))


def _longest(ragged):
    lengths = cast(ragged.row_lengths(), dtypes.int64)
    zero = convert_to_tensor([0], dtypes.int64)
    return reduce_max(_join([zero, lengths]))


def to_tensor(ragged, default_value=None, shape=None):
    """RaggedTensor.to_tensor."""
    if default_value is None:
        default_value = "" if ragged.dtype is dtypes.string else 0
    default = convert_to_tensor(default_value, ragged.dtype)
    made = _padded(ragged, default)
    if shape is not None:
        made = _in_shape(made, default, TensorShape(shape))
    elif hasattr(made, "graph"):
        made.set_shape(ragged.shape)
    return made


def _padded(ragged, default):
    values = ragged.values
    if isinstance(values, RaggedTensor):
        values = _padded(values, default)
    inner = _shape64(values)[1:]
    rows = cast(ragged.nrows(), dtypes.int64)
    outer = apply_op("Pack", ([rows, _longest(ragged)],), {"axis": 0})
    filled = apply_op("BroadcastTo", (default, _join([outer, inner])))
    return apply_op("TensorScatterUpdate", (filled, _positions(ragged), values))


def _in_shape(tensor, default, shape):
    """The tensor cut or filled up to a shape."""
    if shape.rank is None:
        return tensor
    if shape.rank != tensor.shape.rank:
        raise ValueError(f"a ragged tensor of rank {tensor.shape.rank} has no shape {shape}")
    have = _shape64(tensor)
    want = [
        have[i] if d is None else convert_to_tensor(d, dtypes.int64) for i, d in enumerate(shape)
    ]
    want = apply_op("Pack", (want,), {"axis": 0})
    zeros = apply_op("ZerosLike", (want,))
    cut = apply_op("Slice", (tensor, zeros, apply_op("Minimum", (have, want))))
    missing = apply_op("Maximum", (want - have, zeros))
    paddings = apply_op("Pack", ([zeros, missing],), {"axis": 1})
    made = apply_op("PadV2", (cut, paddings, default))
    if hasattr(made, "graph"):
        made.set_shape(shape)
    return made


def bounding_shape(ragged, axis=None):
    """int64 [rank]: the least shape of a tensor that holds it; one of its elements with an axis."""
    parts, level = [cast(ragged.nrows(), dtypes.int64)], ragged
    while isinstance(level, RaggedTensor):
        parts.append(_longest(level))
        level = level.values
    whole = _join([apply_op("Pack", (parts,), {"axis": 0}), _shape64(level)[1:]])
    whole = cast(whole, ragged.row_splits.dtype)
    return whole if axis is None else whole[axis]


def to_sparse(ragged):
    """RaggedTensor.to_sparse."""
    level, places = ragged, None
    while isinstance(level, RaggedTensor):
        here = _positions(level)
        if places is None:
            places = here
        else:  # the first column is the number of the value one level up
            above = apply_op("GatherV2", (places, here[:, 0], 0))
            places = apply_op("ConcatV2", ([above, here[:, 1:]], 1))
        level = level.values
    values = level
    if values.shape.rank != 1:
        inner = apply_op("Where", (apply_op("Fill", (_shape64(values), True)),))
        above = apply_op("GatherV2", (places, inner[:, 0], 0))
        places = apply_op("ConcatV2", ([above, inner[:, 1:]], 1))
        values = apply_op("Reshape", (values, [-1]))
    return SparseTensor(places, values, cast(bounding_shape(ragged), dtypes.int64))


def from_sparse(sparse, row_splits_dtype):
    """RaggedTensor.from_sparse."""
    if sparse.shape.rank not in (None, 2):
        raise ValueError(f"from_sparse takes [rows, columns], got the shape {sparse.shape}")
    rows = cast(sparse.indices[:, 0], row_splits_dtype)
    return RaggedTensor.from_value_rowids(
        sparse.values, rows, cast(sparse.dense_shape[0], row_splits_dtype), validate=False
    )


def from_tensor(tensor, lengths, padding, ragged_rank, row_splits_dtype):
    """RaggedTensor.from_tensor."""
    if lengths is not None and padding is not None:
        raise ValueError("from_tensor: give lengths or padding, not both")
    tensor = convert_to_tensor(tensor)
    if tensor.shape.rank is None or tensor.shape.rank < ragged_rank + 1:
        raise ValueError(f"from_tensor: {tensor.shape} has no ragged_rank {ragged_rank}")
    dtype = dtypes.as_dtype(row_splits_dtype)
    if ragged_rank > 1:
        if lengths is not None or padding is not None:
            raise NotImplementedError("from_tensor: lengths and padding need ragged_rank 1")
        shape = _shape64(tensor)
        flat = apply_op("Reshape", (tensor, _join([[-1], shape[2:]])))
        inner = from_tensor(flat, None, None, ragged_rank - 1, row_splits_dtype)
        return RaggedTensor.from_uniform_row_length(inner, shape[1], shape[0], validate=False)
    rows, columns = (apply_op("Shape", (tensor,), {"out_type": dtype})[i] for i in (0, 1))
    if padding is not None:
        lengths = _without_padding(tensor, padding, dtype)
    elif lengths is None:
        lengths = apply_op("Fill", (apply_op("Pack", ([rows],), {"axis": 0}), columns))
    else:
        lengths = convert_to_tensor(lengths, dtype)
        zero = convert_to_tensor(0, dtype)
        lengths = apply_op("Maximum", (zero, apply_op("Minimum", (lengths, columns))))
    mask = sequence_mask(lengths, columns)
    values = apply_op("GatherNd", (tensor, apply_op("Where", (mask,))))
    return RaggedTensor.from_row_lengths(values, lengths, validate=False)


def _without_padding(tensor, padding, dtype):
    """The length of each row up to its last element that is no padding."""
    padding = convert_to_tensor(padding, tensor.dtype)
    other = apply_op("NotEqual", (tensor, padding))
    if tensor.shape.rank > 2:
        other = apply_op("Any", (other, list(range(2, tensor.shape.rank))))
    columns = apply_op("Shape", (tensor,), {"out_type": dtype})[1]
    one = convert_to_tensor(1, dtype)
    numbers = apply_op("Range", (one, columns + one, one))
    return reduce_max(cast(other, dtype) * numbers, 1)
