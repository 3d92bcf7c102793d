"""The names that TensorFlow 1 has for operations on SparseTensors."""

from millrace import dtypes
from millrace import sparse as _sparse
from millrace._load import public
from millrace.compat.v1.nn import _one_of
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.sparse_tensor import SparseTensor
from millrace.ops import serialized_sparse as _io

sparse_placeholder = _sparse.placeholder
sparse_tensor_to_dense = _sparse.to_dense
sparse_tensor_dense_matmul = _sparse.sparse_dense_matmul
sparse_reorder = _sparse.reorder
sparse_reshape = _sparse.reshape
sparse_slice = _sparse.slice
sparse_softmax = _sparse.softmax
sparse_retain = _sparse.retain
sparse_fill_empty_rows = _sparse.fill_empty_rows
sparse_transpose, sparse_to_indicator = _sparse.transpose, _sparse.to_indicator
sparse_maximum, sparse_minimum = _sparse.maximum, _sparse.minimum


@public
def sparse_to_dense(
    sparse_indices,
    output_shape,
    sparse_values,
    default_value=0,
    validate_indices=True,
    name=None,
):
    """A dense tensor with the values at the indices, default_value elsewhere.

    Args:
      sparse_indices: [n, rank]; [n] for a vector; a number for one place.
      sparse_values: [n], or one for all.
    """
    values = convert_to_tensor(sparse_values)
    default = convert_to_tensor(default_value, values.dtype)
    indices = convert_to_tensor(sparse_indices, dtype_hint=dtypes.int64)
    output_shape = convert_to_tensor(output_shape, indices.dtype)
    attrs = {"validate_indices": validate_indices}
    return apply_op("SparseToDense", (indices, output_shape, values, default), attrs, name)


def _reduction(function):
    def reduce(sp_input, axis=None, keepdims=None, reduction_axes=None, keep_dims=None):
        name = f"sparse_{function.__name__}"
        axis = _one_of(name, ("axis", axis), ("reduction_axes", reduction_axes))
        keep = _one_of(name, ("keepdims", keepdims), ("keep_dims", keep_dims))
        return function(sp_input, axis, bool(keep))

    reduce.__name__ = reduce.__qualname__ = f"sparse_{function.__name__}"
    reduce.__doc__ = function.__doc__
    return public(reduce)


sparse_reduce_sum, sparse_reduce_max = map(_reduction, [_sparse.reduce_sum, _sparse.reduce_max])


@public
def sparse_add(a, b, threshold=None, thresh=None):
    """The sum: sparse.add."""
    limit = _one_of("sparse_add", ("threshold", threshold), ("thresh", thresh))
    return _sparse.add(a, b, 0 if limit is None else limit)


@public
def sparse_merge(sp_ids, sp_values, vocab_size, name=None, already_sorted=False):
    """The SparseTensor of sp_values' values, whose last dimension, of vocab_size, is the ids: a
    SparseTensor of them, or a list, one a dimension."""
    from millrace.ops.raw_features import merged

    several = isinstance(sp_ids, (list, tuple))
    ids, sizes = (list(sp_ids), list(vocab_size)) if several else ([sp_ids], [vocab_size])
    if len(ids) != len(sizes):
        raise ValueError(f"sparse_merge: {len(ids)} sp_ids and {len(sizes)} vocab_size")
    places = [SparseTensor.from_value(p) for p in ids]
    return merged(places, SparseTensor.from_value(sp_values), sizes, already_sorted)


@public
def sparse_concat(axis, sp_inputs, name=None, concat_dim=None):
    """SparseTensors joined along an axis."""
    axis = _one_of("sparse_concat", ("axis", axis), ("concat_dim", concat_dim))
    return _sparse.concat(axis, sp_inputs, name)


@public
def sparse_split(
    keyword_required=None, sp_input=None, num_split=None, axis=None, name=None, split_dim=None
):
    """The SparseTensor cut into num_split along an axis. Arguments go by keyword."""
    if keyword_required is not None:
        raise ValueError("sparse_split takes keyword arguments only: sp_input=, num_split=, axis=")
    axis = _one_of("sparse_split", ("axis", axis), ("split_dim", split_dim))
    return _sparse.split(sp_input, num_split, axis, name)


@public
def serialize_sparse(sp_input, name=None, out_type=dtypes.string):
    """io.serialize_sparse."""
    return _io.serialize_sparse(sp_input, out_type, name)


@public
def serialize_many_sparse(sp_input, name=None, out_type=dtypes.string):
    """io.serialize_many_sparse."""
    return _io.serialize_many_sparse(sp_input, out_type, name)


deserialize_many_sparse = _io.deserialize_many_sparse


@public
def sparse_matmul(
    a,
    b,
    transpose_a=False,
    transpose_b=False,
    a_is_sparse=False,
    b_is_sparse=False,
    name=None,
):
    """The product, in float32, of matrices of float32 or bfloat16 that hold many zeros."""
    attrs = {
        "transpose_a": transpose_a,
        "transpose_b": transpose_b,
        "a_is_sparse": a_is_sparse,
        "b_is_sparse": b_is_sparse,
    }
    return apply_op("SparseMatMul", (a, b), attrs, name)


__all__ = [
    "deserialize_many_sparse",
    "serialize_many_sparse",
    "serialize_sparse",
    "sparse_add",
    "sparse_concat",
    "sparse_fill_empty_rows",
    "sparse_matmul",
    "sparse_maximum",
    "sparse_merge",
    "sparse_minimum",
    "sparse_placeholder",
    "sparse_reduce_max",
    "sparse_reduce_sum",
    "sparse_reorder",
    "sparse_reshape",
    "sparse_retain",
    "sparse_slice",
    "sparse_softmax",
    "sparse_split",
    "sparse_tensor_dense_matmul",
    "sparse_tensor_to_dense",
    "sparse_to_dense",
    "sparse_to_indicator",
    "sparse_transpose",
]
