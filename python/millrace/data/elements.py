"""Elements of datasets: their structure, and how it is cut into tensors."""

import weakref

from millrace import dtypes
from millrace.framework import context, nest
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.tensor import TensorSpec
from millrace.tensor_shape import TensorShape

INFINITE_CARDINALITY, UNKNOWN_CARDINALITY = -1, -2

datasets = weakref.WeakValueDictionary()  # id of a variant -> the first Dataset of it


class ElementFunction:
    """A traced function: its name, the tensors it captured, the structure it gives, and the Python
    functions that it calls."""

    def __init__(self, name, captured, output_spec, py_functions):
        self.name, self.captured, self.output_spec = name, captured, output_spec
        self.py_functions = py_functions


class DatasetSpec(TensorSpec):
    """An element, or a part of one, that is a dataset itself (as window() makes them)."""

    __slots__ = ("element_spec",)

    def __init__(self, element_spec):
        super().__init__([], dtypes.variant)
        self.element_spec = element_spec

    def __repr__(self):
        return f"DatasetSpec({self.element_spec})"

    __hash__ = TensorSpec.__hash__

    def __eq__(self, other):
        return isinstance(other, DatasetSpec) and self.element_spec == other.element_spec


def int64(value):
    return convert_to_tensor(value, dtypes.int64)


def types_of(spec):
    """The attributes of an op that gives elements of this structure."""
    flat = nest.flatten(spec)
    return {"output_types": [s.dtype for s in flat], "output_shapes": [s.shape for s in flat]}


def to_tensors(structure):
    """The structure, in which a list is one tensor, as in TensorFlow; tuples and dictionaries stay
    structures."""
    if isinstance(structure, list):
        return convert_to_tensor(structure)
    if isinstance(structure, dict):
        return type(structure)((k, to_tensors(v)) for k, v in structure.items())
    if isinstance(structure, tuple):
        items = [to_tensors(v) for v in structure]
        return type(structure)(*items) if nest.is_namedtuple(structure) else tuple(items)
    if isinstance(structure, nest.Composite):
        raise TypeError(
            f"datasets of {type(structure).__name__} are not supported: make it a tensor first"
        )
    return structure


def components(tensors):
    """The leaves as tensors; in a graph large arrays stay beside it."""
    leaves = nest.flatten(tensors)
    graph = context.building_graph()
    if graph is None:
        return [convert_to_tensor(t) for t in leaves]
    return [graph.large_constant(t) for t in leaves]


def pack(spec, tensors):
    """The element of these tensors, with datasets where the structure has them."""
    from millrace.data.dataset import Dataset

    leaves = [
        Dataset(t, s.element_spec) if isinstance(s, DatasetSpec) else t
        for s, t in zip(nest.flatten(spec), tensors)
    ]
    return nest.pack_like(spec, leaves)


def batched(spec, size):
    """The structure of batches of `size` (None if that is not known)."""
    return nest.map_structure(lambda s: TensorSpec(TensorShape([size]) + s.shape, s.dtype), spec)


def common_spec(first, *others):
    """The structure that the elements of all these datasets have. TypeError if there is none."""
    leaves = nest.flatten(first)
    for other in others:
        theirs = nest.flatten(other)
        if [s.dtype for s in theirs] != [s.dtype for s in leaves]:
            raise TypeError(f"the datasets have elements of different types: {first} and {other}")
        leaves = [_general(a, b) for a, b in zip(leaves, theirs)]
    return nest.pack_like(first, leaves)


def _general(a, b):
    if isinstance(a, DatasetSpec) or a.shape == b.shape:
        return a
    if a.shape.rank is None or a.shape.rank != b.shape.rank:
        return TensorSpec(None, a.dtype)
    return TensorSpec([x if x == y else None for x, y in zip(a.shape, b.shape)], a.dtype)


def make(op, args, spec, attrs=None, name=None):
    """A dataset of elements of this structure, by an op. Attributes may be ElementFunctions."""
    attrs = dict(attrs or ())
    functions = [v for v in attrs.values() if isinstance(v, ElementFunction)]
    attrs.update((k, v.name) for k, v in attrs.items() if isinstance(v, ElementFunction))
    made = apply_op(op, args, {**attrs, **types_of(spec)}, name)
    return derived(made, spec, args, functions)


def derived(variant, spec, args, functions=()):
    """The dataset of a variant that was made of these arguments and functions."""
    from millrace.data.dataset import Dataset

    made = Dataset(variant, spec)
    for arg in args:
        for tensor in arg if isinstance(arg, (list, tuple)) else (arg,):
            if id(tensor) in datasets:
                made._py_functions |= datasets[id(tensor)]._py_functions
    for function in functions:
        made._py_functions.update(function.py_functions)
    return made
