"""Specs of values that are made of several tensors, and the spec of any value."""

from millrace import dtypes
from millrace.framework.convert import convert_to_tensor
from millrace.framework.indexed_slices import IndexedSlices
from millrace.framework.ragged_tensor import RaggedTensor
from millrace.framework.sparse_tensor import SparseTensor
from millrace.framework.tensor import Tensor, TensorSpec, TypeSpec, general_shape
from millrace.tensor_shape import TensorShape


class CompositeSpec(TypeSpec):
    """Base of the specs below. A subclass has _key(), all of it that is compared, and

    parts(): TensorSpecs of the tensors that such a value is made of;
    parts_of(value): those tensors;
    of_parts(tensors): the value that is made of them.
    """

    __slots__ = ()
    value_type = None

    def is_compatible_with(self, spec_or_value):
        other = spec_or_value
        if not isinstance(other, TypeSpec):
            if not isinstance(other, self.value_type):
                return False
            other = self.from_value(other)
        return type(other) is type(self) and self._is_compatible(other)

    def _is_compatible(self, other):
        return self._general(other) is not None and self.shape.is_compatible_with(other.shape)

    def relaxed(self):
        """The same with no size known."""
        shape = self.shape
        return self._with_shape(TensorShape(None if shape.rank is None else [None] * shape.rank))

    def _general(self, other):
        if type(other) is not type(self):
            return None
        made = self._with_shape(general_shape(self.shape, other.shape))
        return made if made == other._with_shape(made.shape) else None

    def __eq__(self, other):
        return type(other) is type(self) and self._key() == other._key()

    def __hash__(self):
        return hash(self._key())

    def __repr__(self):
        return f"{type(self).__name__}{self._key()}"


class RaggedTensorSpec(CompositeSpec):
    """dtype, shape, ragged_rank and the dtype of row_splits of a RaggedTensor.

    Args:
      ragged_rank: how many of the outer dimensions have rows of their own lengths; all but the
        last if left out. With 0 the value is a tensor, as elements of datasets can be.
    """

    __slots__ = ("_dtype", "_ragged_rank", "_row_splits_dtype", "_shape")
    value_type = RaggedTensor

    def __init__(
        self,
        shape=None,
        dtype=dtypes.float32,
        ragged_rank=None,
        row_splits_dtype=dtypes.int64,
        flat_values_spec=None,
    ):
        self._shape = TensorShape(shape)
        self._dtype = dtypes.as_dtype(dtype)
        self._row_splits_dtype = dtypes.as_dtype(row_splits_dtype)
        rank = self._shape.rank
        if ragged_rank is None:
            if rank is None:
                raise ValueError("RaggedTensorSpec: give ragged_rank, or a shape of known rank")
            ragged_rank = rank - 1
        if ragged_rank < 0 or (rank is not None and ragged_rank >= max(rank, 1)):
            raise ValueError(f"RaggedTensorSpec: ragged_rank {ragged_rank} of shape {shape}")
        self._ragged_rank = ragged_rank

    shape = property(lambda self: self._shape)
    dtype = property(lambda self: self._dtype)
    ragged_rank = property(lambda self: self._ragged_rank)
    row_splits_dtype = property(lambda self: self._row_splits_dtype)

    @classmethod
    def from_value(cls, value):
        """Of a RaggedTensor."""
        return cls(value.shape, value.dtype, value.ragged_rank, value.row_splits.dtype)

    def _key(self):
        return (self._shape, self._dtype, self._ragged_rank, self._row_splits_dtype)

    def _with_shape(self, shape):
        return RaggedTensorSpec(shape, self._dtype, self._ragged_rank, self._row_splits_dtype)

    def parts(self):
        shape, rank = self._shape, self._ragged_rank
        if rank == 0:
            return [TensorSpec(shape, self._dtype)]
        rows = None if shape.rank is None or shape[0] is None else shape[0] + 1
        inner = None if shape.rank is None else [None, *shape.as_list()[rank + 1 :]]
        sizes = [rows, *[None] * (rank - 1)]
        return [
            TensorSpec(inner, self._dtype),
            *(TensorSpec([n], self._row_splits_dtype) for n in sizes),
        ]

    def parts_of(self, value):
        return value._leaves()

    def of_parts(self, tensors):
        return RaggedTensor.from_nested_row_splits(tensors[0], tensors[1:], validate=False)


class SparseTensorSpec(CompositeSpec):
    """dtype and shape of a SparseTensor."""

    __slots__ = ("_dtype", "_shape")
    value_type = SparseTensor

    def __init__(self, shape=None, dtype=dtypes.float32):
        self._shape = TensorShape(shape)
        self._dtype = dtypes.as_dtype(dtype)

    shape = property(lambda self: self._shape)
    dtype = property(lambda self: self._dtype)

    @classmethod
    def from_value(cls, value):
        """Of a SparseTensor."""
        return cls(value.shape, value.dtype)

    def _key(self):
        return (self._shape, self._dtype)

    def _with_shape(self, shape):
        return SparseTensorSpec(shape, self._dtype)

    def parts(self):
        rank = self._shape.rank
        return [
            TensorSpec([None, rank], dtypes.int64),
            TensorSpec([None], self._dtype),
            TensorSpec([rank], dtypes.int64),
        ]

    def parts_of(self, value):
        return value._leaves()

    def of_parts(self, tensors):
        made = SparseTensor(*tensors)
        made._known_shape = self._shape
        return made


class IndexedSlicesSpec(CompositeSpec):
    """dtype and shape of IndexedSlices, and whether they know their dense_shape.

    Args:
      dense_shape_dtype: of their dense_shape; None for IndexedSlices without one.
      indices_shape: [number of rows].
    """

    __slots__ = ("_dense_shape_dtype", "_dtype", "_indices_dtype", "_indices_shape", "_shape")
    value_type = IndexedSlices

    def __init__(
        self,
        shape=None,
        dtype=dtypes.float32,
        indices_dtype=dtypes.int64,
        dense_shape_dtype=None,
        indices_shape=None,
    ):
        self._shape = TensorShape(shape)
        self._dtype = dtypes.as_dtype(dtype)
        self._indices_dtype = dtypes.as_dtype(indices_dtype)
        dense = dense_shape_dtype
        self._dense_shape_dtype = None if dense is None else dtypes.as_dtype(dense)
        rows = [None] if indices_shape is None else indices_shape
        self._indices_shape = TensorShape(rows).with_rank(1)

    shape = property(lambda self: self._shape)
    dtype = property(lambda self: self._dtype)

    @classmethod
    def from_value(cls, value):
        """Of IndexedSlices."""
        from millrace.framework.convert import constant_value

        dense = value.dense_shape
        shape = TensorShape(None)
        if dense is not None:
            known = constant_value(dense)
            size = dense.shape[0] if dense.shape.rank else None
            shape = TensorShape(None if size is None else [None] * size)
            if known is not None:
                shape = TensorShape([int(d) if d >= 0 else None for d in known])
        return cls(
            shape,
            value.values.dtype,
            value.indices.dtype,
            None if dense is None else dense.dtype,
            value.indices.shape,
        )

    def _key(self):
        return (
            self._shape,
            self._dtype,
            self._indices_dtype,
            self._dense_shape_dtype,
            self._indices_shape,
        )

    def _with_shape(self, shape):
        return IndexedSlicesSpec(shape, *self._key()[1:])

    def parts(self):
        shape, rows = self._shape, self._indices_shape
        inner = TensorShape(None) if shape.rank is None else shape[1:]
        values = TensorSpec(rows + inner if inner.rank is not None else None, self._dtype)
        found = [values, TensorSpec(rows, self._indices_dtype)]
        if self._dense_shape_dtype is not None:
            found.append(TensorSpec([shape.rank], self._dense_shape_dtype))
        return found

    def parts_of(self, value):
        found = [value.values, value.indices]
        return found if value.dense_shape is None else [*found, value.dense_shape]

    def of_parts(self, tensors):
        return IndexedSlices(*tensors)


_COMPOSITES = (
    (RaggedTensor, RaggedTensorSpec),
    (SparseTensor, SparseTensorSpec),
    (IndexedSlices, IndexedSlicesSpec),
)


def composite_spec(value):
    """The spec of a value that is made of several tensors; None for other values."""
    for value_type, spec_type in _COMPOSITES:
        if isinstance(value, value_type):
            return spec_type.from_value(value)
    return None


def type_spec_from_value(value):
    """The spec of a tensor, of what is made of tensors, or of what a tensor can be made of.
    TypeError for other values."""
    if isinstance(value, TypeSpec):
        return value
    spec = composite_spec(value)
    if spec is not None:
        return spec
    own = getattr(value, "element_spec", None)
    if own is not None:
        from millrace.data import DatasetSpec

        return DatasetSpec(own)
    if not isinstance(value, Tensor):
        try:
            value = convert_to_tensor(value)
        except (TypeError, ValueError):
            raise TypeError(f"{value!r} is not made of tensors") from None
    return TensorSpec(value.shape, value.dtype)
