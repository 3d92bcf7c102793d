"""Serialised Examples to tensors, as features describe them."""

import numpy as np

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.ragged_tensor import RaggedTensor
from millrace.framework.sparse_tensor import SparseTensor
from millrace.ops.features import (
    FixedLenFeature,
    FixedLenSequenceFeature,
    RaggedFeature,
    SparseFeature,
    VarLenFeature,
)
from millrace.ops.raw_features import RawFeatures
from millrace.tensor_shape import TensorShape

__all__ = [
    "FixedLenFeature",
    "FixedLenSequenceFeature",
    "RaggedFeature",
    "SparseFeature",
    "VarLenFeature",
    "decode_json_example",
    "parse_example",
    "parse_sequence_example",
    "parse_single_example",
    "parse_single_sequence_example",
]

_OF_EXAMPLES = (
    VarLenFeature,
    SparseFeature,
    RaggedFeature,
    FixedLenFeature,
    FixedLenSequenceFeature,
)
_OF_CONTEXTS = (VarLenFeature, SparseFeature, RaggedFeature, FixedLenFeature)
_OF_SEQUENCES = (VarLenFeature, RaggedFeature, FixedLenSequenceFeature)


@public
def parse_example(serialized, features, example_names=None, name=None):
    """{key: tensor} of serialised Examples.

    Args:
      serialized: string [batch], or a scalar.
      features: {key: VarLenFeature, SparseFeature, RaggedFeature, FixedLenFeature or
        FixedLenSequenceFeature}.
    Raises:
      InvalidArgumentError, when it runs, for an Example that does not have what is asked for.
    """
    if not features:
        raise ValueError("parse_example: features must describe a feature at least")
    serialized = convert_to_tensor(serialized, dtypes.string)
    raw = RawFeatures("parse_example", features, _OF_EXAMPLES)
    args = (
        serialized,
        _strings(example_names),
        _strings(raw.sparse),
        _strings(raw.dense),
        _strings(raw.ragged),
        [_default(f) for f in raw.dense.values()],
    )
    attrs = {
        "num_sparse": len(raw.sparse),
        "sparse_types": list(raw.sparse.values()),
        "ragged_value_types": [t for t, _ in raw.ragged.values()],
        "ragged_split_types": [t for _, t in raw.ragged.values()],
        "dense_shapes": [_dense_shape("parse_example", k, f) for k, f in raw.dense.items()],
    }
    found = apply_op("ParseExampleV2", args, attrs, name)
    return raw.make(
        dict(zip(raw.sparse, map(SparseTensor, *found[:3]))) if raw.sparse else {},
        dict(zip(raw.dense, found[3])),
        dict(zip(raw.ragged, _rows(serialized, found[4], found[5]))),
    )


@public
def parse_single_example(serialized, features, example_names=None, name=None):
    """As parse_example, of one Example: a string scalar."""
    return parse_example(_scalar("parse_single_example", serialized), features, example_names, name)


@public
def parse_sequence_example(
    serialized, context_features=None, sequence_features=None, example_names=None, name=None
):
    """({key: tensor} of the contexts, {key: tensor} of the feature lists, {key: lengths}) of
    serialised SequenceExamples.

    Args:
      serialized: string [batch], or a scalar.
      context_features: {key: VarLenFeature, SparseFeature, RaggedFeature or FixedLenFeature}.
      sequence_features: {key: VarLenFeature, RaggedFeature or FixedLenSequenceFeature}: of each
        step. Of a FixedLenSequenceFeature the shorter lists are filled up with 0 or "", and the
        lengths, int64, are those before that.
    Raises:
      InvalidArgumentError, when it runs, for a SequenceExample that does not have what is asked
      for: without allow_missing a list of a FixedLenSequenceFeature must be there.
    """
    if not context_features and not sequence_features:
        raise ValueError(
            "parse_sequence_example: context_features or sequence_features must describe a feature"
        )
    function = "parse_sequence_example"
    serialized = convert_to_tensor(serialized, dtypes.string)
    context = RawFeatures(function, context_features, _OF_CONTEXTS)
    lists = RawFeatures(function, sequence_features, _OF_SEQUENCES)
    for key, f in lists.dense.items():
        if f.default_value is not None:
            raise ValueError(f"{function}: {key!r} is a feature list, and has no default_value")
    args = (
        serialized,
        _strings(example_names),
        *map(_strings, (context.sparse, context.dense, context.ragged)),
        *map(_strings, (lists.sparse, lists.dense, lists.ragged)),
        convert_to_tensor([bool(f.allow_missing) for f in lists.dense.values()], dtypes.bool),
        [_default(f) for f in context.dense.values()],
    )
    list_shapes = [_known_shape(function, k, f) for k, f in lists.dense.items()]
    attrs = {
        "Ncontext_sparse": len(context.sparse),
        "context_sparse_types": list(context.sparse.values()),
        "context_ragged_value_types": [t for t, _ in context.ragged.values()],
        "context_ragged_split_types": [t for _, t in context.ragged.values()],
        "context_dense_shapes": [_known_shape(function, k, f) for k, f in context.dense.items()],
        "Nfeature_list_sparse": len(lists.sparse),
        "Nfeature_list_dense": len(lists.dense),
        "feature_list_sparse_types": list(lists.sparse.values()),
        "feature_list_dense_types": [dtypes.as_dtype(f.dtype) for f in lists.dense.values()],
        "feature_list_dense_shapes": list_shapes,
        "feature_list_ragged_value_types": [t for t, _ in lists.ragged.values()],
        "feature_list_ragged_split_types": [t for _, t in lists.ragged.values()],
    }
    found = apply_op("ParseSequenceExampleV2", args, attrs, name)
    batch = TensorShape(serialized.shape)  # [batch] or []
    n = batch.rank
    if n is not None:
        _set_sparse_shapes(found[0:3], n + 1)
        _set_shapes(found[3], [batch + s for s in attrs["context_dense_shapes"]])
        _set_sparse_shapes(found[6:9], n + 2)
        _set_shapes(found[9], [batch + TensorShape([None]) + s for s in list_shapes])
        _set_shapes(found[10], [batch] * len(list_shapes))
    steps = [
        RaggedTensor.from_row_splits(v, s, validate=False) for v, s in zip(found[11], found[13])
    ]
    contexts = context.make(
        dict(zip(context.sparse, map(SparseTensor, *found[0:3]))) if context.sparse else {},
        dict(zip(context.dense, found[3])),
        dict(zip(context.ragged, _rows(serialized, found[4], found[5]))),
    )
    sequences = lists.make(
        dict(zip(lists.sparse, map(SparseTensor, *found[6:9]))) if lists.sparse else {},
        dict(zip(lists.dense, found[9])),
        dict(zip(lists.ragged, _rows(serialized, steps, found[12]))),
    )
    return contexts, sequences, dict(zip(lists.dense, found[10]))


@public
def parse_single_sequence_example(
    serialized, context_features=None, sequence_features=None, example_name=None, name=None
):
    """As parse_sequence_example, of one SequenceExample, a string scalar: ({key: tensor} of the
    context, {key: tensor} of the feature lists)."""
    serialized = _scalar("parse_single_sequence_example", serialized)
    names = None if example_name is None else [example_name]
    found = parse_sequence_example(serialized, context_features, sequence_features, names, name)
    return found[:2]


@public
def decode_json_example(json_examples, name=None):
    """Strings, Examples in JSON, as serialised ones. When it runs: InvalidArgumentError for what is
    none."""
    return apply_op("DecodeJSONExample", (json_examples,), None, name)


def _scalar(function, serialized):
    serialized = convert_to_tensor(serialized, dtypes.string)
    if serialized.shape.rank not in (None, 0):
        raise ValueError(f"{function} takes a scalar, got shape {serialized.shape}")
    serialized.set_shape([])
    return serialized


def _rows(serialized, values, splits):
    """The values of a batch by its rows; those of a single one are in no rows."""
    if serialized.shape.rank == 0:
        return values
    return [RaggedTensor.from_row_splits(v, s, validate=False) for v, s in zip(values, splits)]


def _set_shapes(tensors, shapes):
    for tensor, shape in zip(tensors, shapes):
        tensor.set_shape(shape)


def _set_sparse_shapes(parts, rank):
    for shape, tensors in zip(([None, rank], [None], [rank]), parts):
        _set_shapes(tensors, [shape] * len(tensors))


def _known_shape(function, key, feature):
    shape = TensorShape(feature.shape)
    if not shape.is_fully_defined():
        raise ValueError(f"{function}: the shape of {key!r} must be known, not {shape}")
    return shape


def _dense_shape(function, key, feature):
    shape = _known_shape(function, key, feature)
    if not isinstance(feature, FixedLenSequenceFeature):
        return shape
    if not feature.allow_missing:
        raise ValueError(
            f"{function}: {key!r}, a FixedLenSequenceFeature, needs allow_missing=True"
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
    return convert_to_tensor(list(names or ()), dtypes.string)
