"""Iterators over datasets."""

import itertools

from millrace import errors
from millrace._load import public
from millrace.framework import context, nest
from millrace.framework.dispatch import apply_op

_counter = itertools.count()


class Iterator:
    """A position in a dataset."""

    def __init__(self, handle, element_spec, initializer=None, dataset=None):
        self._handle = handle
        self.element_spec = element_spec
        self.initializer = initializer
        self._dataset = dataset  # its variant must live as long

    @classmethod
    def of_eager(cls, dataset):
        handle = _new_handle(dataset.element_spec, f"_iterator{next(_counter)}")
        apply_op("MakeIterator", (dataset._variant, handle))
        return cls(handle, dataset.element_spec, dataset=dataset)

    @public
    def get_next(self, name=None):
        """The tensors of the next element. OutOfRangeError at the end, in the step or at once."""
        tensors = apply_op("IteratorGetNext", (self._handle,), _types(self.element_spec), name)
        return nest.pack_like(self.element_spec, tensors)

    def __iter__(self):
        return self

    def __next__(self):
        try:
            return self.get_next()
        except errors.OutOfRangeError:
            raise StopIteration from None


def _types(element_spec):
    flat = nest.flatten(element_spec)
    return {"output_types": [s.dtype for s in flat], "output_shapes": [s.shape for s in flat]}


def _new_handle(element_spec, shared_name):
    attrs = {"shared_name": shared_name, "container": "", **_types(element_spec)}
    return apply_op("IteratorV2", (), attrs)


def make_iterator(dataset, shared_name, one_shot=False):
    """An iterator of the graph over the dataset; a one-shot one is started by each session whose
    steps use it."""
    graph = context.building_graph()
    if graph is None:
        return Iterator.of_eager(dataset)
    handle = _new_handle(dataset.element_spec, shared_name or f"_iterator{next(_counter)}")
    with graph.colocate_with(handle):
        initializer = apply_op("MakeIterator", (dataset._variant, handle))
    if one_shot:
        graph._started_by_sessions.append((initializer, handle.op))
    return Iterator(handle, dataset.element_spec, initializer, dataset)
