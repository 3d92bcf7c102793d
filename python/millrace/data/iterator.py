"""Iterators over datasets."""

import itertools
import threading
import weakref

from millrace import dtypes, errors
from millrace._load import native, public
from millrace.data.elements import DatasetSpec, map_leaves, pack, types_of
from millrace.framework import context, nest, py_functions
from millrace.framework.dispatch import apply_op
from millrace.framework.tensor import TensorSpec
from millrace.tensor_shape import TensorShape

_counter = itertools.count()


class Iterator:
    """A position in a dataset."""

    def __init__(self, handle, element_spec, initializer=None, dataset=None):
        self._handle = handle
        self.element_spec = element_spec
        self._initializer = initializer
        self._dataset = dataset  # its variant must live as long

    @classmethod
    def of_eager(cls, dataset):
        spec = dataset.element_spec
        handle, deleter = apply_op("AnonymousIteratorV2", (), types_of(spec))
        apply_op("MakeIterator", (dataset._variant, handle))
        made = cls(handle, spec, dataset=dataset)
        weakref.finalize(made, _delete, handle, deleter).atexit = False
        return made

    @staticmethod
    @public
    def from_structure(output_types, output_shapes=None, shared_name=None, output_classes=None):
        """An iterator for datasets of one structure: make_initializer() starts it over one."""
        spec = _spec(output_types, output_shapes)
        return Iterator(_new_handle(spec, shared_name or f"_iterator{next(_counter)}"), spec)

    @staticmethod
    @public
    def from_string_handle(string_handle, output_types, output_shapes=None, output_classes=None):
        """The iterator whose string_handle() is fed."""
        spec = _spec(output_types, output_shapes)
        handle = apply_op("IteratorFromStringHandleV2", (string_handle,), types_of(spec))
        return Iterator(handle, spec)

    @property
    def initializer(self):
        """The operation that starts it. ValueError if make_initializer() makes such."""
        if self._initializer is None:
            raise ValueError("the iterator has no initializer of its own: use make_initializer()")
        return self._initializer

    @public
    def make_initializer(self, dataset, name=None):
        """An operation that starts it over a dataset. TypeError for elements of other types."""
        wanted, given = nest.flatten(self.element_spec), nest.flatten(dataset.element_spec)
        for a, b in zip(wanted, given):
            if type(a) is not type(b) or not a.is_compatible_with(b):
                raise TypeError(
                    f"the iterator is for elements {self.element_spec}, the dataset has "
                    f"{dataset.element_spec}"
                )
        graph = context.building_graph()
        if graph is None:
            self._dataset = dataset
            return apply_op("MakeIterator", (dataset._variant, self._handle), None, name)
        with graph.colocate_with(self._handle):
            return apply_op("MakeIterator", (dataset._variant, self._handle), None, name)

    @public
    def string_handle(self, name=None):
        """A string tensor that from_string_handle() can be fed."""
        return apply_op("IteratorToStringHandle", (self._handle,), None, name)

    @public
    def get_next(self, name=None):
        """The tensors of the next element. OutOfRangeError at the end, in the step or at once."""
        spec = self.element_spec
        element = pack(spec, apply_op("IteratorGetNext", (self._handle,), types_of(spec), name))
        if self._dataset is not None:
            _keep(self._dataset._py_functions, spec, element)
        return element

    @public
    def get_next_as_optional(self):
        """An Optional of the next element, without a value at the end."""
        from millrace.data.optional import Optional

        spec = self.element_spec
        found = apply_op("IteratorGetNextAsOptional", (self._handle,), types_of(spec))
        return Optional(found, spec)

    output_types = property(lambda self: nest.map_structure(lambda s: s.dtype, self.element_spec))
    output_shapes = property(lambda self: nest.map_structure(lambda s: s.shape, self.element_spec))

    def __iter__(self):
        return self

    def __next__(self):
        try:
            return self.get_next()
        except errors.OutOfRangeError:
            raise StopIteration from None


def _keep(functions, spec, element):
    """Datasets in an element call functions of the dataset that it is of."""
    if any(isinstance(s, DatasetSpec) for s in nest.flatten(spec)):
        for part in nest.flatten(element):
            if hasattr(part, "_py_functions"):
                part._py_functions |= functions


class NumpyIterator:
    """The elements of a dataset as arrays."""

    def __init__(self, dataset):
        self._iterator = Iterator.of_eager(dataset)

    def __iter__(self):
        return self

    def __next__(self):
        element = next(self._iterator)
        return map_leaves(
            lambda t: t.as_numpy_iterator() if hasattr(t, "as_numpy_iterator") else t.numpy(),
            element,
        )


def _spec(output_types, output_shapes):
    types = nest.map_structure(dtypes.as_dtype, output_types)
    if output_shapes is None:
        return nest.map_structure(lambda t: TensorSpec(None, t), types)
    shapes = _shapes_like(types, output_shapes)
    leaves = [TensorSpec(s, t) for s, t in zip(shapes, nest.flatten(types))]
    return nest.pack_like(types, leaves)


def _shapes_like(types, shapes):
    if not nest.is_nested(types):
        return [TensorShape(shapes)]
    if isinstance(types, dict):
        return [s for k in nest.sorted_keys(types) for s in _shapes_like(types[k], shapes[k])]
    return [s for t, sh in zip(types, shapes) for s in _shapes_like(t, sh)]


def _delete(handle, deleter):
    # A function that an iterator calls must not wait for the iterator.
    if py_functions.in_call():
        threading.Thread(target=_delete, args=(handle, deleter), daemon=True).start()
        return
    try:
        native.eager_execute("DeleteIterator", [handle, deleter], None)
    except errors.FailedPreconditionError:
        pass  # a forked child: the iterator is its parent's


def _new_handle(element_spec, shared_name):
    attrs = {"shared_name": shared_name, "container": "", **types_of(element_spec)}
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
