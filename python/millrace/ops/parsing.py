"""Serialised Example messages to tensors, as features describe them."""

import collections

import numpy as np

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.ragged_tensor import RaggedTensor
from millrace.framework.sparse_tensor import SparseTensor
from millrace.tensor_shape import TensorShape

__all__ = [
    "FixedLenFeature",
    "FixedLenSequenceFeature",
    "RaggedFeature",
    "VarLenFeature",
    "parse_example",
    "parse_single_example",
]


class VarLenFeature(collections.namedtuple("VarLenFeature", ["dtype"])):
    """A feature with any number of values: a SparseTensor."""

    __slots__ = ()


class FixedLenFeature(
    collections.namedtuple("FixedLenFeature", ["shape", "dtype", "default_value"], defaults=(None,))
):
    """A feature of one shape: a tensor. Without a default_value it must be there."""

    __slots__ = ()


class FixedLenSequenceFeature(
    collections.namedtuple(
        "FixedLenSequenceFeature",
        ["shape", "dtype", "allow_missing", "default_value"],
        defaults=(False, None),
    )
):
    """A feature with any number of rows of one shape: a tensor, in which shorter ones are filled
    up with default_value (0, "")."""

    __slots__ = ()


class RaggedFeature:
    """A feature with any number of values: a RaggedTensor (a vector, of a single example).

    Args:
      value_key: the name of the feature, if it is not its key.
    """

    def __init__(self, dtype, value_key=None, partitions=(), row_splits_dtype=dtypes.int32):
        if tuple(partitions):
            raise ValueError("RaggedFeature: partitions cannot be read; parse their keys as well")
        self.dtype, self.value_key = dtypes.as_dtype(dtype), value_key
        self.partitions, self.row_splits_dtype = (), dtypes.as_dtype(row_splits_dtype)


@public
def parse_example(serialized, features, example_names=None, name=None):
    """{key: tensor} of serialised Examples.

    Args:
      serialized: string [batch], or a scalar.
      features: {key: VarLenFeature, FixedLenFeature, FixedLenSequenceFeature or RaggedFeature}.
    Raises:
      InvalidArgumentError, when it runs, for an Example that does not have what is asked for.
    """
    if not features:
        raise ValueError("parse_example: features must describe a feature at least")
    serialized = convert_to_tensor(serialized, dtypes.string)
    kinds = {"sparse": {}, "dense": {}, "ragged": {}}
    for key in sorted(features):
        kinds[_kind(key, features[key])][key] = features[key]
    sparse, dense, ragged = kinds.values()
    shapes = [_dense_shape(key, f) for key, f in dense.items()]
    args = (
        serialized,
        _strings(() if example_names is None else example_names),
        _strings(sparse),
        _strings(dense),
        _strings([f.value_key or key for key, f in ragged.items()]),
        [_default(f) for key, f in dense.items()],
    )
    attrs = {
        "num_sparse": len(sparse),
        "sparse_types": [dtypes.as_dtype(f.dtype) for f in sparse.values()],
        "ragged_value_types": [f.dtype for f in ragged.values()],
        "ragged_split_types": [f.row_splits_dtype for f in ragged.values()],
        "dense_shapes": shapes,
    }
    found = apply_op("ParseExampleV2", args, attrs, name)
    is_batch = serialized.shape.rank != 0
    made = dict(zip(sparse, map(SparseTensor, *found[:3]))) if sparse else {}
    made.update(zip(dense, found[3]))
    for key, values, splits in zip(ragged, found[4], found[5]):
        made[key] = (
            RaggedTensor.from_row_splits(values, splits, validate=False) if is_batch else values
        )
    return {key: made[key] for key in features}


@public
def parse_single_example(serialized, features, example_names=None, name=None):
    """As parse_example, of one Example: a string scalar."""
    serialized = convert_to_tensor(serialized, dtypes.string)
    if serialized.shape.rank not in (None, 0):
        raise ValueError(f"parse_single_example takes a scalar, got shape {serialized.shape}")
    serialized.set_shape([])
    return parse_example(serialized, features, example_names, name)


def _kind(key, feature):
    if isinstance(feature, VarLenFeature):
        return "sparse"
    if isinstance(feature, RaggedFeature):
        return "ragged"
    if isinstance(feature, (FixedLenFeature, FixedLenSequenceFeature)):
        return "dense"
    raise ValueError(f"parse_example: {key!r} is described by {feature!r}, which is no feature")


def _dense_shape(key, feature):
    shape = TensorShape(feature.shape)
    if not shape.is_fully_defined():
        raise ValueError(f"parse_example: the shape of {key!r} must be known, not {shape}")
    if not isinstance(feature, FixedLenSequenceFeature):
        return shape
    if not feature.allow_missing:
        raise ValueError(
            f"parse_example: {key!r}, a FixedLenSequenceFeature, needs allow_missing=True"
        )
    return TensorShape([None]) + shape


def _default(feature):
    """The value of what is missing: none, of the feature's shape, or one to fill up with."""
    dtype, value = dtypes.as_dtype(feature.dtype), feature.default_value
    fills_up = isinstance(feature, FixedLenSequenceFeature)
    if value is None and not fills_up:
        return convert_to_tensor([], dtype)
    if value is None:
        value = "" if dtype is dtypes.string else 0
    value = convert_to_tensor(value, dtype)
    if fills_up:
        return value
    return apply_op("Reshape", (value, np.array(feature.shape, np.int32).reshape(-1)))


def _strings(names):
    return convert_to_tensor(list(names), dtypes.string)
