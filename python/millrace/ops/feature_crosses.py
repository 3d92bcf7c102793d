"""Crosses of features: for each row every choice of one feature from each column."""

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.ragged_tensor import RaggedTensor
from millrace.framework.sparse_tensor import SparseTensor
from millrace.framework.tensor import Tensor
from millrace.ops.elementwise import cast

_DEFAULT_HASH_KEY = 0xDECAFCAFFE


def _features(tensor):
    """Strings as they are, numbers as int64."""
    return tensor if tensor.dtype is dtypes.string else cast(tensor, dtypes.int64)


def _check_list(inputs):
    if not isinstance(inputs, (list, tuple)):
        raise TypeError("Inputs must be a list")


def _columns(inputs):
    """(indices, values and shapes of the SparseTensors; the tensors)."""
    _check_list(inputs)
    if not all(isinstance(i, (SparseTensor, Tensor)) for i in inputs):
        raise TypeError("All inputs must be Tensor or SparseTensor.")
    sparse = [i for i in inputs if isinstance(i, SparseTensor)]
    parts = (
        [i.indices for i in sparse],
        [_features(i.values) for i in sparse],
        [i.dense_shape for i in sparse],
    )
    return parts, [_features(i) for i in inputs if not isinstance(i, SparseTensor)]


@public
def sparse_cross(inputs, name=None, separator=None):
    """A SparseTensor of strings: for each row the features of each choice of one from each input,
    joined by `separator` ("_X_").

    Args:
      inputs: SparseTensors [batch, any] and tensors [batch, n] of strings or integers.
    """
    separator = convert_to_tensor("_X_" if separator is None else separator, dtypes.string)
    parts, dense = _columns(inputs)
    return SparseTensor(*apply_op("SparseCrossV2", (*parts, dense, separator), None, name))


@public
def sparse_cross_hashed(inputs, num_buckets=0, hash_key=None, name=None):
    """A SparseTensor of int64: as cross, but each choice is hashed into `num_buckets`; 0: any
    number from 0 on."""
    parts, dense = _columns(inputs)
    attrs = {
        "hashed_output": True,
        "num_buckets": num_buckets,
        "hash_key": hash_key or _DEFAULT_HASH_KEY,
        "out_type": dtypes.int64,
        "internal_type": dtypes.int64,
    }
    return SparseTensor(*apply_op("SparseCross", (*parts, dense), attrs, name))


@public
def ragged_cross(inputs, name=None):
    """A RaggedTensor of strings: for each row the features of each choice of one from each input,
    joined by "_X_".

    Args:
      inputs: RaggedTensors, SparseTensors and tensors [batch, any] of strings or integers.
    """
    return _ragged_cross(inputs, False, 0, None, name)


@public
def ragged_cross_hashed(inputs, num_buckets=0, hash_key=None, name=None):
    """A RaggedTensor of int64: as cross, but each choice is hashed into `num_buckets`; 0: any
    number from 0 on."""
    return _ragged_cross(inputs, True, num_buckets, hash_key, name)


def _ragged_cross(inputs, hashed, num_buckets, hash_key, name):
    _check_list(inputs)
    ragged, sparse, dense, order = [], [], [], ""
    for value in inputs:
        if isinstance(value, RaggedTensor):
            if value.ragged_rank != 1:
                raise ValueError("tf.ragged.cross only supports inputs with rank=2.")
            ragged.append(value)
            order += "R"
        elif isinstance(value, SparseTensor):
            sparse.append(value)
            order += "S"
        else:
            dense.append(_features(convert_to_tensor(value)))
            order += "D"
    splits = [r.row_splits for r in ragged]
    kinds = {s.dtype for s in splits} or {dtypes.int64}
    attrs = {
        "input_order": order,
        "hashed_output": hashed,
        "num_buckets": num_buckets,
        "hash_key": _DEFAULT_HASH_KEY if hash_key is None else hash_key,
        "out_values_type": dtypes.int64 if hashed else dtypes.string,
        "out_row_splits_type": kinds.pop() if len(kinds) == 1 else dtypes.int64,
    }
    args = (
        [_features(r.values) for r in ragged],
        splits,
        [s.indices for s in sparse],
        [_features(s.values) for s in sparse],
        [s.dense_shape for s in sparse],
        dense,
    )
    values, row_splits = apply_op("RaggedCross", args, attrs, name)
    return RaggedTensor.from_row_splits(values, row_splits, validate=False)
