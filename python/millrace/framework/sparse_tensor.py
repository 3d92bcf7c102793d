"""SparseTensor: the elements of a tensor that are not zero, and where they are."""

import collections

import numpy as np

from millrace import dtypes
from millrace._load import public
from millrace.framework import nest
from millrace.framework.convert import constant_value, convert_to_tensor
from millrace.tensor_shape import TensorShape

SparseTensorValue = collections.namedtuple(
    "SparseTensorValue", ["indices", "values", "dense_shape"]
)


class SparseTensor(nest.Composite):
    """indices, values and dense_shape of a tensor of which the other elements are zero.

    Most operations want the indices in row-major order; sparse.reorder() makes it so.

    Args:
      indices: int64 [n, rank].
      values: [n] of any dtype.
      dense_shape: int64 [rank].
    """

    _known_shape = None  # a TensorShape, where more is known than dense_shape tells

    @public
    def __init__(self, indices, values, dense_shape):
        self._indices = convert_to_tensor(indices, dtypes.int64, name="indices")
        self._values = convert_to_tensor(values, name="values")
        self._dense_shape = convert_to_tensor(dense_shape, dtypes.int64, name="dense_shape")
        self._check()

    def _check(self):
        shapes = [t.shape for t in self._leaves()]
        indices, values, dense_shape = shapes
        for shape, rank, name in zip(shapes, (2, 1, 1), ("indices", "values", "dense_shape")):
            if shape.rank not in (None, rank):
                raise ValueError(f"SparseTensor: {name} must have rank {rank}, got shape {shape}")
        if None in (indices.rank, values.rank, dense_shape.rank):
            return
        for (name, a), (other, b) in (
            (("indices", indices[0]), ("values", values[0])),
            (("each row of indices", indices[1]), ("dense_shape", dense_shape[0])),
        ):
            if None not in (a, b) and a != b:
                raise ValueError(f"SparseTensor: {name} and {other} have {a} and {b} elements")

    @classmethod
    def from_value(cls, value):
        """Of a SparseTensorValue, or itself."""
        if isinstance(value, SparseTensor):
            return value
        if not isinstance(value, (SparseTensorValue, tuple)):
            raise TypeError(f"{value!r} is neither a SparseTensor nor a SparseTensorValue")
        return cls(*value)

    @property
    def indices(self):
        return self._indices

    @property
    def values(self):
        return self._values

    @property
    def dense_shape(self):
        """Its shape as a tensor."""
        return self._dense_shape

    @property
    def dtype(self):
        return self._values.dtype

    @property
    def shape(self):
        """What is known of its shape."""
        known = constant_value(self._dense_shape)
        if known is not None:
            return TensorShape([int(d) if d >= 0 else None for d in known])
        if self._known_shape is not None:
            return self._known_shape
        rank = self._dense_shape.shape
        return TensorShape(None if rank.rank is None or rank[0] is None else [None] * rank[0])

    def get_shape(self):
        return self.shape

    @property
    def graph(self):
        return self._values.graph

    @property
    def op(self):
        return self._values.op

    @property
    def name(self):
        return self._values.name

    @public
    def with_values(self, new_values):
        """The same places with other values."""
        return SparseTensor(self._indices, new_values, self._dense_shape)

    @public
    def eval(self, feed_dict=None, session=None):
        """Its SparseTensorValue in the session."""
        from millrace.framework.graph_tensor import _session_for

        return _session_for(self, session).run(self, feed_dict)

    @public
    def numpy(self):
        """Its values as an array (where ops run at once)."""
        return self._values.numpy()

    def _leaves(self):
        return [self._indices, self._values, self._dense_shape]

    def _with_leaves(self, leaves):
        return SparseTensor(*leaves)

    def _fetched_as(self):
        return SparseTensorValue, self._leaves()

    def _feeds(self, value):
        if not isinstance(value, tuple) or len(value) != 3:
            raise TypeError(
                f"a SparseTensor is fed a SparseTensorValue or (indices, values, shape), got "
                f"{value!r}"
            )
        indices, values, shape = value
        indices = np.asarray(indices, np.int64).reshape(-1, len(shape))
        return dict(zip(self._leaves(), (indices, values, np.asarray(shape, np.int64))))

    def __neg__(self):
        return self.with_values(-self._values)

    @public
    def __mul__(self, other):
        return self._with_dense("SparseDenseCwiseMul", other)

    @public
    def __truediv__(self, other):
        return self._with_dense("SparseDenseCwiseDiv", other)

    def _with_dense(self, op, dense):
        """An operation of its elements and those of a dense tensor that stand there."""
        from millrace.framework.dispatch import apply_op

        return self.with_values(apply_op(op, (*self._leaves(), dense)))

    def __repr__(self):
        return (
            f"SparseTensor(indices={self._indices!r}, values={self._values!r}, "
            f"dense_shape={self._dense_shape!r})"
        )
