"""IndexedSlices: some rows of a tensor, as gathers give in gradients."""

import collections

from millrace.framework.dispatch import apply_op

IndexedSlicesValue = collections.namedtuple(
    "IndexedSlicesValue", ["values", "indices", "dense_shape"]
)


class IndexedSlices:
    """Rows `values` at `indices` of a tensor of shape `dense_shape` (may be None); rows that occur
    twice add up."""

    def __init__(self, values, indices, dense_shape=None):
        self.values = values
        self.indices = indices
        self.dense_shape = dense_shape

    @property
    def dtype(self):
        return self.values.dtype

    @property
    def name(self):
        return self.values.name

    @property
    def graph(self):
        return self.values.graph

    @property
    def op(self):
        return self.values.op

    @property
    def device(self):
        return self.values.device

    @property
    def shape(self):
        return self.values.shape[:0] if self.dense_shape is None else self.dense_shape

    def _as_tensor(self, dtype=None):
        """The dense tensor. ValueError if its shape is not known."""
        if self.dense_shape is None:
            raise ValueError("IndexedSlices without a dense_shape cannot become a tensor")
        rows = apply_op("StridedSlice", (self.dense_shape, [0], [1], [1]), {"shrink_axis_mask": 1})
        return apply_op("UnsortedSegmentSum", (self.values, self.indices, rows))

    def __neg__(self):
        return IndexedSlices(-self.values, self.indices, self.dense_shape)

    def __mul__(self, factor):
        return IndexedSlices(self.values * factor, self.indices, self.dense_shape)

    def __repr__(self):
        shape = self.dense_shape
        return f"IndexedSlices({self.values!r}, indices={self.indices!r}, dense_shape={shape!r})"
