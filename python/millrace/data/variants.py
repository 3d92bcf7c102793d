"""Sparse and ragged parts of elements: each is one variant tensor, so that datasets can stack and
slice them like others.

A ragged part is what RaggedTensorToVariant makes; a sparse one is three such, of its indices, its
values and its dense_shape.
"""

from millrace import dtypes
from millrace.framework.dispatch import apply_op
from millrace.framework.ragged_tensor import RaggedTensor
from millrace.framework.tensor import TensorSpec
from millrace.framework.type_spec import RaggedTensorSpec, SparseTensorSpec
from millrace.tensor_shape import TensorShape


class Stacked:
    """Describes several components of one spec, one below the other, as a whole.

    whole: the spec of the value that they are together.
    """

    def __init__(self, whole):
        self.whole = whole


def is_variant_spec(spec):
    """Whether parts of elements of this spec are variants."""
    return isinstance(spec, (RaggedTensorSpec, SparseTensorSpec, Stacked))


def component_spec(spec):
    """The TensorSpec of the component."""
    if isinstance(spec, Stacked):
        one = component_spec(spec.whole)
        return TensorSpec(TensorShape([None]) + one.shape, one.dtype)
    return TensorSpec([3] if isinstance(spec, SparseTensorSpec) else [], dtypes.variant)


def encode(spec, value):
    """The component of a value."""
    if isinstance(spec, SparseTensorSpec):
        parts = [_to_variant(t, (), dtypes.int64) for t in value._leaves()]
        return apply_op("Pack", (parts,), {"axis": 0})
    if not isinstance(value, RaggedTensor):
        return _to_variant(value, (), spec.row_splits_dtype)
    return _to_variant(value.flat_values, value.nested_row_splits, spec.row_splits_dtype)


def encode_rows(spec, value):
    """The components of the rows of a value, one below the other."""
    if isinstance(spec, SparseTensorSpec):
        return _sparse_rows(value)
    return _to_variant(value.flat_values, value.nested_row_splits, spec.row_splits_dtype, True)


def decode(spec, component):
    """The value of a component."""
    if isinstance(spec, Stacked):
        spec = spec.whole
        if isinstance(spec, SparseTensorSpec):
            return _stacked_sparse(spec, component)
    elif isinstance(spec, SparseTensorSpec):
        parts = [
            _from_variant(component[i], 0, dtype, dtypes.int64)[0]
            for i, dtype in enumerate((dtypes.int64, spec.dtype, dtypes.int64))
        ]
        return _sparse_of(spec, *parts)
    values, splits = _from_variant(component, spec.ragged_rank, spec.dtype, spec.row_splits_dtype)
    for tensor, known in zip([values, *splits], spec.parts()):
        tensor.set_shape(known.shape)
    return RaggedTensor.from_nested_row_splits(values, splits, validate=False)


def batched(spec, size):
    """The spec of batches of `size` (None if that is not known)."""
    shape = TensorShape([size]) + spec.shape
    if isinstance(spec, SparseTensorSpec):
        return SparseTensorSpec(shape, spec.dtype)
    return RaggedTensorSpec(shape, spec.dtype, spec.ragged_rank + 1, spec.row_splits_dtype)


def row(spec):
    """The spec of rows."""
    if isinstance(spec, SparseTensorSpec):
        return SparseTensorSpec(spec.shape[1:], spec.dtype)
    rank = spec.ragged_rank - 1
    return RaggedTensorSpec(spec.shape[1:], spec.dtype, rank, spec.row_splits_dtype)


def _to_variant(values, splits, splits_dtype, rows=False):
    attrs = {"RAGGED_RANK": len(splits), "Tsplits": splits_dtype, "batched_input": rows}
    return apply_op("RaggedTensorToVariant", (list(splits), values), attrs)


def _from_variant(component, ragged_rank, dtype, splits_dtype):
    """(flat values, row_splits)."""
    attrs = {
        "input_ragged_rank": -1,
        "output_ragged_rank": ragged_rank,
        "Tvalues": dtype,
        "Tsplits": splits_dtype,
    }
    found = apply_op("RaggedTensorFromVariant", (component,), attrs)
    return found[1], list(found[0])


def _sparse_rows(value):
    """[rows, 3]: of each row the indices without the first, the values, and the shape."""
    ordered = apply_op("SparseReorder", tuple(value._leaves()))
    indices, values, shape = ordered[0], ordered[1], value.dense_shape
    count = shape[0]
    parts = [
        _to_variant(rows.flat_values, rows.nested_row_splits, dtypes.int64, True)
        for rows in (
            RaggedTensor.from_value_rowids(part, indices[:, 0], count, validate=False)
            for part in (indices[:, 1:], values)
        )
    ]
    repeated = apply_op("Tile", (shape[1:], apply_op("ExpandDims", (count, 0))))
    splits = apply_op("Range", (0 * count, count + 1, 0 * count + 1)) * _size(shape[1:])
    parts.append(_to_variant(repeated, [splits], dtypes.int64, True))
    return apply_op("Pack", (parts,), {"axis": 1})


def _size(vector):
    return apply_op("Size", (vector,), {"out_type": dtypes.int64})


def _stacked_sparse(spec, component):
    indices, splits = _from_variant(component[:, 0], 1, dtypes.int64, dtypes.int64)
    values, _ = _from_variant(component[:, 1], 1, spec.dtype, dtypes.int64)
    shapes, _ = _from_variant(component[:, 2], 1, dtypes.int64, dtypes.int64)
    inner = None if spec.shape.rank is None else spec.shape.rank - 1
    indices.set_shape([None, inner])
    rows = RaggedTensor.from_row_splits(indices, splits[0], validate=False)
    first = apply_op("ExpandDims", (rows.value_rowids(), 1))
    count = apply_op("ExpandDims", (rows.nrows(), 0))
    # Each has its own shape: the batch's holds them all.
    ranks = apply_op("Pack", ([rows.nrows(), -1],), {"axis": 0})
    largest = apply_op("Max", (apply_op("Reshape", (shapes, ranks)), [0]))
    return _sparse_of(
        spec,
        apply_op("ConcatV2", ([first, indices], 1)),
        values,
        apply_op("ConcatV2", ([count, largest], 0)),
    )


def _sparse_of(spec, indices, values, dense_shape):
    for tensor, known in zip((indices, values, dense_shape), spec.parts()):
        tensor.set_shape(known.shape)
    return spec.of_parts([indices, values, dense_shape])
