"""RaggedTensor: rows of different lengths."""

import collections

import numpy as np

from millrace import dtypes
from millrace._load import public
from millrace.framework import nest
from millrace.framework.convert import RaggedOperand, convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.ragged_sources import RaggedSources, as_values
from millrace.framework.tensor import Tensor
from millrace.tensor_shape import TensorShape

RaggedTensorValue = collections.namedtuple("RaggedTensorValue", ["values", "row_splits"])


class RaggedTensor(RaggedSources, nest.Composite):
    """Row i is values[row_splits[i]:row_splits[i + 1]]; values may be ragged themselves.

    Made by the from_... functions and millrace.ragged.constant. Elementwise operations, and the
    operators, work on the values.
    """

    def __init__(self, values, row_splits):
        self._values, self._row_splits = values, row_splits

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
    def nested_value_rowids(self, name=None):
        """The rows of the values of each level, the outermost first."""
        inner = self._values
        further = inner.nested_value_rowids() if isinstance(inner, RaggedTensor) else ()
        return (self.value_rowids(), *further)

    # Rows of one length are stored as others are.
    uniform_row_length = None

    @public
    def merge_dims(self, outer_axis, inner_axis):
        """The axes from outer_axis to inner_axis as one: a tensor where no ragged one is left."""
        from millrace.ragged.merging import merge_dims

        return merge_dims(self, outer_axis, inner_axis)

    @public
    def with_row_splits_dtype(self, dtype):
        """The same with row splits of int32 or int64."""
        dtype = dtypes.as_dtype(dtype)
        if dtype not in (dtypes.int32, dtypes.int64):
            raise ValueError(f"row splits are int32 or int64, not {dtype.name}")
        inner = self._values
        if isinstance(inner, RaggedTensor):
            inner = inner.with_row_splits_dtype(dtype)
        return RaggedTensor(inner, apply_op("Cast", (self._row_splits,), {"DstT": dtype}))

    @public
    def bounding_shape(self, axis=None, name=None, out_type=None):
        """The least shape of a tensor that holds it."""
        from millrace.ragged.conversion import bounding_shape

        return bounding_shape(self, axis)

    @public
    def with_values(self, new_values):
        """The same rows of other values."""
        return RaggedTensor(as_values(new_values), self._row_splits)

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
