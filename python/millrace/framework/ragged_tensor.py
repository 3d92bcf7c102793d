"""RaggedTensor: rows of different lengths."""

import collections

import numpy as np

from millrace import dtypes
from millrace._load import public
from millrace.framework import nest
from millrace.framework.convert import RaggedOperand, convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.tensor import Tensor
from millrace.tensor_shape import TensorShape

RaggedTensorValue = collections.namedtuple("RaggedTensorValue", ["values", "row_splits"])


class RaggedTensor(nest.Composite):
    """Row i is values[row_splits[i]:row_splits[i + 1]]; values may be ragged themselves.

    Made by the from_... functions and millrace.ragged.constant. Elementwise operations, and the
    operators, work on the values.
    """

    def __init__(self, values, row_splits):
        self._values, self._row_splits = values, row_splits

    # ----- making -----

    @classmethod
    @public
    def from_row_splits(cls, values, row_splits, name=None, validate=True):
        """Rows values[row_splits[i]:row_splits[i + 1]].

        InvalidArgumentError (where ops run at once) if row_splits does not begin with 0, rise, and
        end with the number of values.
        """
        values = _values(values)
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
        values, starts = _values(values), _integers(row_starts)
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
        values = _values(values)
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

    # ----- parts -----

    values = property(lambda self: self._values)
    row_splits = property(lambda self: self._row_splits)
    dtype = property(lambda self: self._values.dtype)

    @property
    def flat_values(self):
        """The innermost values, a tensor."""
        v = self._values
        return v.flat_values if isinstance(v, RaggedTensor) else v

    @property
    def nested_row_splits(self):
        v = self._values
        return (self._row_splits, *(v.nested_row_splits if isinstance(v, RaggedTensor) else ()))

    @property
    def ragged_rank(self):
        return len(self.nested_row_splits)

    @property
    def shape(self):
        """What is known of its shape; None for what differs from row to row."""
        rows = self._row_splits.shape[0] if self._row_splits.shape.rank else None
        inner = self._values.shape
        if inner.rank is None:
            return TensorShape(None)
        return TensorShape([None if rows is None else rows - 1, None, *inner.as_list()[1:]])

    def get_shape(self):
        return self.shape

    @public
    def nrows(self, out_type=None, name=None):
        """The number of rows, as a tensor."""
        dtype = self._row_splits.dtype if out_type is None else dtypes.as_dtype(out_type)
        count = apply_op("Shape", (self._row_splits,), {"out_type": dtype})[0]
        return count - convert_to_tensor(1, dtype)

    @public
    def row_starts(self, name=None):
        return self._row_splits[:-1]

    @public
    def row_limits(self, name=None):
        return self._row_splits[1:]

    @public
    def row_lengths(self, axis=1, name=None):
        """The lengths of the rows; ragged for an inner axis."""
        if axis == 0:
            return self.nrows()
        if axis == 1:
            return self._row_splits[1:] - self._row_splits[:-1]
        inner = self._values
        if isinstance(inner, RaggedTensor):
            return self.with_values(inner.row_lengths(axis - 1))
        size = apply_op("Shape", (inner,), {"out_type": self._row_splits.dtype})[axis - 1]
        return self.with_values(apply_op("Fill", (apply_op("Shape", (inner,))[: axis - 1], size)))

    @public
    def nested_row_lengths(self, name=None):
        inner = self._values
        further = inner.nested_row_lengths() if isinstance(inner, RaggedTensor) else ()
        return (self.row_lengths(), *further)

    @public
    def value_rowids(self, name=None):
        """The row of each value."""
        from millrace.ops.blocks import repeat

        one = convert_to_tensor(1, self._row_splits.dtype)
        rows = apply_op("Range", (one - one, self.nrows(), one))
        return repeat(rows, self.row_lengths(), 0)

    @public
    def bounding_shape(self, axis=None, name=None, out_type=None):
        """The least shape of a tensor that holds it."""
        from millrace.ragged.conversion import bounding_shape

        return bounding_shape(self, axis)

    @public
    def with_values(self, new_values):
        """The same rows of other values."""
        return RaggedTensor(_values(new_values), self._row_splits)

    @public
    def with_flat_values(self, new_values):
        """The same rows of other innermost values."""
        inner = self._values
        if isinstance(inner, RaggedTensor):
            return self.with_values(inner.with_flat_values(new_values))
        return self.with_values(new_values)

    # ----- conversion -----

    @public
    def to_tensor(self, default_value=None, name=None, shape=None):
        """A tensor whose short rows are filled up with default_value (0, "")."""
        from millrace.ragged.conversion import to_tensor

        return to_tensor(self, default_value, shape)

    @public
    def to_sparse(self, name=None):
        """A SparseTensor whose rows begin at the left."""
        from millrace.ragged.conversion import to_sparse

        return to_sparse(self)

    @public
    def to_list(self):
        """Nested lists (where ops run at once)."""
        splits = self._row_splits.numpy()
        v = self._values
        values = v.to_list() if isinstance(v, RaggedTensor) else v.numpy().tolist()
        return [values[a:b] for a, b in zip(splits[:-1], splits[1:])]

    @public
    def numpy(self):
        """An array; of objects, the rows, where their lengths differ."""
        rows = self.to_list()
        if len({len(r) for r in rows}) <= 1 and not isinstance(self._values, RaggedTensor):
            return np.array(rows, dtype=_array_type(self.dtype))
        made = np.empty(len(rows), object)
        for i in range(len(rows)):
            made[i] = self[i].numpy()
        return made

    def __getitem__(self, key):
        from millrace.ragged.indexing import get_item

        return get_item(self, key)

    def __eq__(self, other):
        # Elementwise where tensors compare so.
        graph = getattr(self.flat_values, "graph", None)
        if other is None or (graph is not None and not graph.is_function):
            return self is other
        return apply_op("Equal", (self, other))

    def __ne__(self, other):
        graph = getattr(self.flat_values, "graph", None)
        if other is None or (graph is not None and not graph.is_function):
            return self is not other
        return apply_op("NotEqual", (self, other))

    def __hash__(self):
        return id(self)

    def __iter__(self):
        return iter([self[i] for i in range(int(self.nrows()))])

    def __len__(self):
        return int(self.nrows())

    @public
    def consumers(self):
        return self.flat_values.consumers()

    # ----- what structures and sessions ask -----

    def _leaves(self):
        return [self.flat_values, *self.nested_row_splits]

    def _with_leaves(self, leaves):
        return RaggedTensor.from_nested_row_splits(leaves[0], leaves[1:], validate=False)

    def _fetched_as(self):
        def of(flat_values, *splits):
            made = flat_values
            for s in reversed(splits):
                made = RaggedTensorValue(made, s)
            return made

        return of, self._leaves()

    def _as_tensor(self, dtype=None):
        raise RaggedOperand(
            "a RaggedTensor cannot be used as a tensor here: to_tensor() pads its rows"
        )

    def __repr__(self):
        if getattr(self.flat_values, "graph", None) is not None:
            return f"mr.RaggedTensor(values={self._values!r}, row_splits={self._row_splits!r})"
        return f"<mr.RaggedTensor {self.to_list()}>"


def _array_type(dtype):
    return object if dtype is dtypes.string else dtype.as_numpy_dtype


def _values(values):
    return values if isinstance(values, RaggedTensor) else convert_to_tensor(values)


def _integers(values):
    made = convert_to_tensor(values, dtype_hint=None if hasattr(values, "dtype") else dtypes.int64)
    if made.dtype not in (dtypes.int32, dtypes.int64):
        raise ValueError(f"rows are cut by int32 or int64 numbers, got {made.dtype.name}")
    return made


def _count(values, dtype=dtypes.int64):
    if isinstance(values, RaggedTensor):
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


def _operator(name):
    method = getattr(Tensor, name)

    def operate(self, *others):
        if not name.endswith("truediv__"):
            return method(self, *others)
        parts = [self, *others] if name == "__truediv__" else [*others, self]
        if self.dtype.is_integer:
            parts = [apply_op("Cast", (p,), {"DstT": dtypes.float64}) for p in parts]
        return apply_op("RealDiv", tuple(parts))

    return public(operate)


for _name in (
    "add radd sub rsub mul rmul truediv rtruediv floordiv rfloordiv mod rmod pow rpow "
    "lt le gt ge and rand or ror xor neg abs invert"
).split():
    setattr(RaggedTensor, f"__{_name}__", _operator(f"__{_name}__"))
