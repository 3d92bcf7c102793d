"""What a feature of Examples looks like: the descriptions that the parsing functions take."""

import collections

from millrace import dtypes

__all__ = [
    "FixedLenFeature",
    "FixedLenSequenceFeature",
    "RaggedFeature",
    "SparseFeature",
    "VarLenFeature",
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


class SparseFeature(
    collections.namedtuple(
        "SparseFeature",
        ["index_key", "value_key", "dtype", "size", "already_sorted"],
        defaults=(False,),
    )
):
    """A SparseTensor out of several features: one with the values and, for each dimension, one with
    their indices (int64).

    Args:
      index_key: a name, or a list of names.
      size: of the dimension, or a list of sizes.
      already_sorted: the indices rise; else the values are sorted by them.
    """

    __slots__ = ()

    def index_keys(self):
        return [self.index_key] if isinstance(self.index_key, str) else list(self.index_key)

    def sizes(self):
        return list(self.size) if isinstance(self.size, (list, tuple)) else [self.size]


def _partition(name, field, doc):
    cls = collections.namedtuple(name, [field])
    cls.__doc__ = doc
    cls.__qualname__ = f"RaggedFeature.{name}"
    return cls


class RaggedFeature(
    collections.namedtuple(
        "RaggedFeature",
        ["dtype", "value_key", "partitions", "row_splits_dtype", "validate"],
    )
):
    """A feature with any number of values: a RaggedTensor (a vector, of a single example).

    Args:
      value_key: the name of the feature, if it is not its key.
      partitions: how the values are cut into rows, the outermost cut first: each names another
        feature, of integers, that says it.
      validate: InvalidArgumentError, when it runs, for partitions that do not fit.
    """

    __slots__ = ()

    RowSplits = _partition("RowSplits", "key", "Row i is values[splits[i]:splits[i + 1]].")
    RowLengths = _partition("RowLengths", "key", "Row i has lengths[i] values.")
    RowStarts = _partition("RowStarts", "key", "Row i begins at starts[i].")
    RowLimits = _partition("RowLimits", "key", "Row i ends before limits[i].")
    ValueRowIds = _partition("ValueRowIds", "key", "Value j is in row ids[j]; these are sorted.")
    UniformRowLength = _partition("UniformRowLength", "length", "All rows have one length.")

    def __new__(
        cls, dtype, value_key=None, partitions=(), row_splits_dtype=dtypes.int32, validate=False
    ):
        partitions = tuple(partitions)
        for p in partitions:
            if not isinstance(p, _PARTITIONS):
                raise TypeError(f"RaggedFeature: {p!r} is no partition")
        return super().__new__(
            cls,
            dtypes.as_dtype(dtype),
            value_key,
            partitions,
            dtypes.as_dtype(row_splits_dtype),
            validate,
        )


_PARTITIONS = (
    RaggedFeature.RowSplits,
    RaggedFeature.RowLengths,
    RaggedFeature.RowStarts,
    RaggedFeature.RowLimits,
    RaggedFeature.ValueRowIds,
    RaggedFeature.UniformRowLength,
)
