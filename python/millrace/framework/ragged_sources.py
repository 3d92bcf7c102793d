"""The functions that make ragged tensors of their parts."""

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op


class RaggedSources:
    """RaggedTensor.from_row_splits and its like."""

    __slots__ = ()

    @classmethod
    @public
    def from_row_splits(cls, values, row_splits, name=None, validate=True):
        """Rows values[row_splits[i]:row_splits[i + 1]].

        InvalidArgumentError (where ops run at once) if row_splits does not begin with 0, rise, and
        end with the number of values.
        """
        values = as_values(values)
        splits = _integers(row_splits)
        if splits.shape.rank not in (None, 1):
            raise ValueError(f"row_splits must be a vector, got the shape {splits.shape}")
        if validate:
            splits = _checked(splits, values)
        return cls(values, splits)

    @classmethod
    @public
    def from_row_lengths(cls, values, row_lengths, name=None, validate=True):
        """Rows of these lengths, one after the other."""
        lengths = _integers(row_lengths)
        zero = convert_to_tensor([0], lengths.dtype)
        ends = apply_op("Cumsum", (lengths, 0))
        splits = apply_op("ConcatV2", ([zero, ends], 0))
        return cls.from_row_splits(values, splits, validate=validate)

    @classmethod
    @public
    def from_value_rowids(cls, values, value_rowids, nrows=None, name=None, validate=True):
        """values[j] is in row value_rowids[j]; these are sorted."""
        ids = _integers(value_rowids)
        if nrows is None:
            last = apply_op("ConcatV2", ([convert_to_tensor([-1], ids.dtype), ids], 0))[-1]
            nrows = last + 1
        lengths = apply_op(
            "UnsortedSegmentSum",
            (apply_op("OnesLike", (ids,)), ids, convert_to_tensor(nrows, ids.dtype)),
        )
        return cls.from_row_lengths(values, lengths, validate=validate)

    @classmethod
    @public
    def from_row_starts(cls, values, row_starts, name=None, validate=True):
        """Rows that begin at these positions."""
        values, starts = as_values(values), _integers(row_starts)
        end = _count(values, starts.dtype)
        splits = apply_op("ConcatV2", ([starts, apply_op("Reshape", (end, [1]))], 0))
        return cls.from_row_splits(values, splits, validate=validate)

    @classmethod
    @public
    def from_row_limits(cls, values, row_limits, name=None, validate=True):
        """Rows that end before these positions."""
        limits = _integers(row_limits)
        zero = convert_to_tensor([0], limits.dtype)
        splits = apply_op("ConcatV2", ([zero, limits], 0))
        return cls.from_row_splits(values, splits, validate=validate)

    @classmethod
    @public
    def from_uniform_row_length(
        cls, values, uniform_row_length, nrows=None, name=None, validate=True
    ):
        """Rows of one length each."""
        values = as_values(values)
        length = apply_op("Cast", (uniform_row_length,), {"DstT": dtypes.int64})
        one = convert_to_tensor(1, dtypes.int64)
        if nrows is None:
            nrows = apply_op("FloorDiv", (_count(values), apply_op("Maximum", (length, one))))
        starts = apply_op(
            "Range",
            (
                convert_to_tensor(0, dtypes.int64),
                apply_op("Cast", (nrows,), {"DstT": dtypes.int64}) + one,
                one,
            ),
        )
        return cls.from_row_splits(values, starts * length, validate=validate)

    @classmethod
    @public
    def from_nested_row_splits(cls, flat_values, nested_row_splits, name=None, validate=True):
        """flat_values, cut by several row_splits, the outermost first."""
        made = flat_values
        for splits in reversed(nested_row_splits):
            made = cls.from_row_splits(made, splits, validate=validate)
        return made

    @classmethod
    @public
    def from_nested_row_lengths(cls, flat_values, nested_row_lengths, name=None, validate=True):
        """As from_nested_row_splits, by lengths."""
        made = flat_values
        for lengths in reversed(nested_row_lengths):
            made = cls.from_row_lengths(made, lengths, validate=validate)
        return made

    @classmethod
    @public
    def from_nested_value_rowids(
        cls, flat_values, nested_value_rowids, nested_nrows=None, name=None, validate=True
    ):
        """As from_nested_row_splits, by the rows of the values; nested_nrows: how many rows each
        level has."""
        rows = [None] * len(nested_value_rowids) if nested_nrows is None else list(nested_nrows)
        if len(rows) != len(nested_value_rowids):
            raise ValueError(
                f"{len(rows)} nested_nrows for {len(nested_value_rowids)} nested_value_rowids"
            )
        made = flat_values
        for ids, n in zip(reversed(nested_value_rowids), reversed(rows)):
            made = cls.from_value_rowids(made, ids, n, validate=validate)
        return made

    @classmethod
    @public
    def from_tensor(
        cls,
        tensor,
        lengths=None,
        padding=None,
        ragged_rank=1,
        name=None,
        row_splits_dtype=dtypes.int64,
    ):
        """The rows of a tensor, cut off at `lengths`, or without the padding at their ends."""
        from millrace.ragged.conversion import from_tensor

        return from_tensor(tensor, lengths, padding, ragged_rank, row_splits_dtype)

    @classmethod
    @public
    def from_sparse(cls, st_input, name=None, row_splits_dtype=dtypes.int64):
        """The rows of a SparseTensor [rows, columns] whose elements fill them from the left."""
        from millrace.ragged.conversion import from_sparse

        return from_sparse(st_input, row_splits_dtype)


def as_values(values):
    return values if hasattr(values, "row_splits") else convert_to_tensor(values)


def _integers(values):
    made = convert_to_tensor(values, dtype_hint=None if hasattr(values, "dtype") else dtypes.int64)
    if made.dtype not in (dtypes.int32, dtypes.int64):
        raise ValueError(f"rows are cut by int32 or int64 numbers, got {made.dtype.name}")
    return made


def _count(values, dtype=dtypes.int64):
    if hasattr(values, "row_splits"):
        return values.nrows(dtype)
    return apply_op("Shape", (values,), {"out_type": dtype})[0]


def _checked(splits, values):
    """The splits, once they are found to be right."""
    from millrace.framework.scopes import identity_after
    from millrace.ops.debugging import Assert

    zero = convert_to_tensor(0, splits.dtype)
    checks = [
        Assert(apply_op("Equal", (splits[0], zero)), ["row_splits must begin with 0", splits]),
        Assert(
            apply_op("All", (apply_op("LessEqual", (splits[:-1], splits[1:])), [0])),
            ["row_splits must not fall", splits],
        ),
        Assert(
            apply_op("Equal", (splits[-1], _count(values, splits.dtype))),
            ["row_splits must end with the number of values", splits],
        ),
    ]
    return identity_after([c for c in checks if c is not None], splits)
