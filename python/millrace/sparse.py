"""Operations on SparseTensors."""

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.indexed_slices import IndexedSlices
from millrace.framework.scopes import name_scope
from millrace.framework.sparse_tensor import SparseTensor
from millrace.ops.array import placeholder as _placeholder
from millrace.ops.array import shape, where
from millrace.ops.feature_crosses import sparse_cross as cross  # noqa: F401
from millrace.ops.feature_crosses import sparse_cross_hashed as cross_hashed  # noqa: F401
from millrace.ops.gathering import boolean_mask
from millrace.ops.segments import sparse_segment_mean as segment_mean  # noqa: F401
from millrace.ops.segments import sparse_segment_sqrt_n as segment_sqrt_n  # noqa: F401
from millrace.ops.segments import sparse_segment_sum as segment_sum  # noqa: F401
from millrace.ops.sparse_counts import bincount  # noqa: F401


def _parts(sparse):
    return SparseTensor.from_value(sparse)._leaves()


def _axes(axis, sparse):
    if axis is None:
        rank = SparseTensor.from_value(sparse).shape.rank
        return list(range(rank))
    return [axis] if isinstance(axis, int) else axis


@public
def placeholder(dtype, shape=None, name=None):
    """A SparseTensor that is fed a SparseTensorValue."""
    rank = None if shape is None else len(shape)
    with name_scope(name or "SparsePlaceholder"):
        values = _placeholder(dtype, [None], "values")
        indices = _placeholder(dtypes.int64, [None, rank], "indices")
        if shape is not None and None not in shape:
            dense_shape = convert_to_tensor(list(shape), dtypes.int64, name="shape")
        else:
            dense_shape = _placeholder(dtypes.int64, [rank], "shape")
    return SparseTensor(indices, values, dense_shape)


@public
def to_dense(sp_input, default_value=None, validate_indices=True, name=None):
    """The dense tensor, default_value (0, "") where the SparseTensor says nothing."""
    indices, values, dense_shape = _parts(sp_input)
    if default_value is None:
        default_value = "" if values.dtype is dtypes.string else 0
    default = convert_to_tensor(default_value, values.dtype)
    attrs = {"validate_indices": validate_indices}
    made = apply_op("SparseToDense", (indices, dense_shape, values, default), attrs, name)
    if hasattr(made, "graph"):
        made.set_shape(SparseTensor.from_value(sp_input).shape)
    return made


@public
def from_dense(tensor, name=None):
    """The SparseTensor of the elements that are not zero."""
    tensor = convert_to_tensor(tensor)
    with name_scope(name or "dense_to_sparse"):
        zero = convert_to_tensor("" if tensor.dtype is dtypes.string else 0, tensor.dtype)
        indices = where(apply_op("NotEqual", (tensor, zero)))
        values = apply_op("GatherNd", (tensor, indices))
        return SparseTensor(indices, values, shape(tensor, dtypes.int64))


@public
def sparse_dense_matmul(sp_a, b, adjoint_a=False, adjoint_b=False, name=None):
    """The matrix product of a SparseTensor and a dense matrix."""
    attrs = {"adjoint_a": adjoint_a, "adjoint_b": adjoint_b}
    return apply_op("SparseTensorDenseMatMul", (*_parts(sp_a), b), attrs, name)


@public
def reorder(sp_input, name=None):
    """The same with its indices in row-major order."""
    parts = _parts(sp_input)
    indices, values = apply_op("SparseReorder", parts, None, name)
    return SparseTensor(indices, values, parts[2])


@public
def reshape(sp_input, shape, name=None):
    """The same elements in another shape, of which one dimension may be -1."""
    indices, values, dense_shape = _parts(sp_input)
    shape = convert_to_tensor(shape, dtypes.int64)
    indices, dense_shape = apply_op("SparseReshape", (indices, dense_shape, shape), None, name)
    return SparseTensor(indices, values, dense_shape)


@public
def reduce_sum(sp_input, axis=None, keepdims=False, name=None):
    """The sum along the axes (all, if none are given), as a dense tensor."""
    attrs = {"keep_dims": bool(keepdims)}
    return apply_op("SparseReduceSum", (*_parts(sp_input), _axes(axis, sp_input)), attrs, name)


@public
def reduce_max(sp_input, axis=None, keepdims=False, name=None):
    """The greatest of the elements that there are, along the axes, as a dense tensor."""
    attrs = {"keep_dims": bool(keepdims)}
    return apply_op("SparseReduceMax", (*_parts(sp_input), _axes(axis, sp_input)), attrs, name)


@public
def add(a, b, threshold=0):
    """The sum of two SparseTensors, without elements of at most `threshold`; or of one and a dense
    tensor, as a dense one."""
    if not isinstance(a, SparseTensor):
        a, b = b, a
    if not isinstance(b, SparseTensor):
        return apply_op("SparseTensorDenseAdd", (*_parts(a), b))
    limit = convert_to_tensor(threshold, a.dtype)
    return SparseTensor(*apply_op("SparseAdd", (*_parts(a), *_parts(b), limit)))


@public
def concat(axis, sp_inputs, name=None):
    """SparseTensors joined along an axis."""
    indices, values, shapes = zip(*map(_parts, sp_inputs))
    rank = SparseTensor.from_value(sp_inputs[0]).shape.rank
    attrs = {"concat_dim": axis + rank if axis < 0 else axis}
    args = (list(indices), list(values), list(shapes))
    return SparseTensor(*apply_op("SparseConcat", args, attrs, name))


@public
def split(sp_input, num_split, axis, name=None):
    """The SparseTensor cut into num_split along an axis."""
    axis = convert_to_tensor(axis, dtypes.int64)
    attrs = {"num_split": num_split}
    made = apply_op("SparseSplit", (axis, *_parts(sp_input)), attrs, name)
    return [SparseTensor(*parts) for parts in zip(*made)]


@public
def slice(sp_input, start, size, name=None):
    """The part of `size` from `start` on."""
    start, size = (convert_to_tensor(x, dtypes.int64) for x in (start, size))
    return SparseTensor(*apply_op("SparseSlice", (*_parts(sp_input), start, size), None, name))


@public
def softmax(sp_input, name=None):
    """softmax along the last axis, of the elements that there are."""
    sparse = SparseTensor.from_value(sp_input)
    return sparse.with_values(apply_op("SparseSoftmax", sparse._leaves(), None, name))


@public
def retain(sp_input, to_retain):
    """The elements where to_retain, a bool a element, holds."""
    indices, values, dense_shape = _parts(sp_input)
    keep = convert_to_tensor(to_retain, dtypes.bool)
    return SparseTensor(boolean_mask(indices, keep), boolean_mask(values, keep), dense_shape)


@public
def fill_empty_rows(sp_input, default_value, name=None):
    """(the SparseTensor with default_value in the first column of rows without elements, which rows
    these were)."""
    parts = _parts(sp_input)
    default = convert_to_tensor(default_value, parts[1].dtype)
    indices, values, empty, _ = apply_op("SparseFillEmptyRows", (*parts, default), None, name)
    return SparseTensor(indices, values, parts[2]), empty


@public
def map_values(op, *args, **kwargs):
    """op of the values of SparseTensors that have the same places, and of other arguments."""
    sparse = [a for a in (*args, *kwargs.values()) if isinstance(a, SparseTensor)]
    if not sparse:
        raise ValueError("map_values: there must be a SparseTensor among the arguments")
    inside = [a.values if isinstance(a, SparseTensor) else a for a in args]
    named = {k: a.values if isinstance(a, SparseTensor) else a for k, a in kwargs.items()}
    return sparse[0].with_values(op(*inside, **named))


@public
def transpose(sp_input, perm=None, name=None):
    """The axes in the order `perm`; reversed if None."""
    sp_input = SparseTensor.from_value(sp_input)
    indices, values, dense_shape = sp_input._leaves()
    perm = list(range(sp_input.shape.rank))[::-1] if perm is None else perm
    turned = apply_op("GatherV2", (indices, perm, 1))
    return reorder(SparseTensor(turned, values, apply_op("GatherV2", (dense_shape, perm, 0))))


@public
def expand_dims(sp_input, axis=None, name=None):
    """An axis of size 1 put in at `axis` (the end)."""
    sp_input = SparseTensor.from_value(sp_input)
    indices, values, dense_shape = sp_input._leaves()
    rank = sp_input.shape.rank
    axis = -1 if axis is None else axis
    if not -rank - 1 <= axis <= rank:
        raise ValueError(f"expand_dims: axis {axis} of a SparseTensor of {rank} dimensions")
    axis += rank + 1 if axis < 0 else 0
    column = apply_op("ZerosLike", (indices[:, :1],))
    parts = [indices[:, :axis], column, indices[:, axis:]]
    shapes = [dense_shape[:axis], convert_to_tensor([1], dtypes.int64), dense_shape[axis:]]
    return SparseTensor(apply_op("ConcatV2", (parts, 1)), values, apply_op("ConcatV2", (shapes, 0)))


def _extreme(op):
    def extreme(sp_a, sp_b, name=None):
        found = apply_op(op, (*_parts(sp_a), *_parts(sp_b)), None, name)
        return SparseTensor(found[0], found[1], SparseTensor.from_value(sp_a).dense_shape)

    return extreme


@public
def maximum(sp_a, sp_b, name=None):
    """The greater elements of two SparseTensors of one shape."""
    return _extreme("SparseSparseMaximum")(sp_a, sp_b, name)


@public
def minimum(sp_a, sp_b, name=None):
    """The lesser elements of two SparseTensors of one shape."""
    return _extreme("SparseSparseMinimum")(sp_a, sp_b, name)


@public
def eye(num_rows, num_columns=None, dtype=dtypes.float32, name=None):
    """The identity matrix."""
    columns = num_rows if num_columns is None else num_columns
    size = min(num_rows, columns)
    numbers = apply_op("Range", (*(convert_to_tensor(v, dtypes.int64) for v in (0, size, 1)),))
    ones = apply_op("Fill", ([size], convert_to_tensor(1, dtype)))
    return SparseTensor(
        apply_op("Pack", ([numbers, numbers],), {"axis": 1}), ones, [num_rows, columns]
    )


@public
def to_indicator(sp_input, vocab_size, name=None):
    """Bools, [..., vocab_size]: which numbers each row of ids holds."""
    sp_input = SparseTensor.from_value(sp_input)
    indices, values, dense_shape = sp_input._leaves()
    ids = apply_op("Cast", (values,), {"DstT": dtypes.int64})
    places = apply_op("ConcatV2", ([indices[:, :-1], apply_op("ExpandDims", (ids, 1))], 1))
    last = convert_to_tensor([vocab_size], dtypes.int64)
    whole = apply_op("ConcatV2", ([dense_shape[:-1], last], 0))
    ones = apply_op("Fill", (apply_op("Shape", (ids,)), 1))
    return apply_op("Greater", (apply_op("ScatterNd", (places, ones, whole)), 0), None, name)


@public
def reset_shape(sp_input, new_shape=None):
    """The same elements in another shape: the least that holds them if new_shape is None. When it
    runs: InvalidArgumentError for a shape that is smaller than the one it has."""
    from millrace.framework.scopes import identity_after
    from millrace.ops.debugging import Assert

    indices, values, dense_shape = _parts(sp_input)
    if new_shape is None:
        zero = convert_to_tensor(0, dtypes.int64)
        greatest = apply_op("Maximum", (apply_op("Max", (indices, [0])), zero - 1))
        return SparseTensor(indices, values, greatest + 1)
    new_shape = convert_to_tensor(new_shape, dtypes.int64)
    if not new_shape.shape.is_compatible_with(dense_shape.shape):
        raise ValueError(f"reset_shape: {new_shape.shape} dimensions for {dense_shape.shape}")
    fits = apply_op("All", (apply_op("LessEqual", (dense_shape, new_shape)), [0]))
    check = Assert(fits, ["reset_shape: the new shape is smaller", dense_shape, new_shape])
    new_shape = identity_after([] if check is None else [check], new_shape)
    return SparseTensor(indices, values, new_shape)


@public
def mask(a, mask_indices, name=None):
    """IndexedSlices without the rows of these indices."""
    indices, places = apply_op("ListDiff", (a.indices, mask_indices), None, name)
    return IndexedSlices(apply_op("GatherV2", (a.values, places, 0)), indices, a.dense_shape)
