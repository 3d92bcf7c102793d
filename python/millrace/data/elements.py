"""Elements of datasets: their structure, and how it is cut into tensors."""

import weakref

from millrace import dtypes
from millrace.data import variants
from millrace.framework import context, nest
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.ragged_tensor import RaggedTensor
from millrace.framework.sparse_tensor import SparseTensor
from millrace.framework.tensor import TensorSpec
from millrace.framework.type_spec import type_spec_from_value
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


def component_specs(spec):
    """TensorSpecs of the components of elements of this structure, flat."""
    return [
        variants.component_spec(s) if variants.is_variant_spec(s) else s for s in nest.flatten(spec)
    ]


def types_of(spec):
    """The attributes of an op that gives elements of this structure."""
    flat = component_specs(spec)
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
    if isinstance(structure, nest.Composite) and not isinstance(
        structure, (RaggedTensor, SparseTensor)
    ):
        raise TypeError(
            f"datasets of {type(structure).__name__} are not supported: make it a tensor first"
        )
    return structure


def map_leaves(function, structure):
    """The structure with function(leaf) for each leaf, in the order of nest.flatten; sparse and
    ragged tensors are leaves."""
    if isinstance(structure, dict):
        made = {k: map_leaves(function, structure[k]) for k in nest.sorted_keys(structure)}
        return type(structure)((k, made[k]) for k in structure)
    if isinstance(structure, (list, tuple)):
        items = [map_leaves(function, v) for v in structure]
        return type(structure)(*items) if nest.is_namedtuple(structure) else type(structure)(items)
    return function(structure)


def components(structure, rows=False):
    """(the components of an element, flat; its structure of specs). rows: the components of its
    rows are one below the other in them. In a graph large arrays stay beside it."""
    graph = context.building_graph()
    found = []

    def leaf(value):
        if isinstance(value, (RaggedTensor, SparseTensor)):
            spec = type_spec_from_value(value)
            found.append((variants.encode_rows if rows else variants.encode)(spec, value))
            return spec
        found.append(convert_to_tensor(value) if graph is None else graph.large_constant(value))
        return TensorSpec(found[-1].shape, found[-1].dtype)

    spec = map_leaves(leaf, structure)
    return found, spec


def pack(spec, tensors):
    """The element of these components, with datasets where the structure has them."""
    from millrace.data.dataset import Dataset

    def leaf(s, tensor):
        if variants.is_variant_spec(s):
            return variants.decode(s, tensor)
        return Dataset(tensor, s.element_spec) if isinstance(s, DatasetSpec) else tensor

    leaves = iter([leaf(s, t) for s, t in zip(nest.flatten(spec), tensors)])
    return map_leaves(lambda _: next(leaves), spec)


def batched(spec, size):
    """The structure of batches of `size` (None if that is not known)."""

    def leaf(s):
        if variants.is_variant_spec(s):
            return variants.batched(s, size)
        return TensorSpec(TensorShape([size]) + s.shape, s.dtype)

    return nest.map_structure(leaf, spec)


def rows_of(spec):
    """The structure of the rows of elements."""

    def leaf(s):
        return variants.row(s) if variants.is_variant_spec(s) else TensorSpec(s.shape[1:], s.dtype)

    return nest.map_structure(leaf, spec)


def common_spec(first, *others):
    """The structure that the elements of all these datasets have. TypeError if there is none."""
    leaves = nest.flatten(first)
    for other in others:
        theirs = nest.flatten(other)
        if [_kind(s) for s in theirs] != [_kind(s) for s in leaves]:
            raise TypeError(f"the datasets have elements of different types: {first} and {other}")
        leaves = [_general(a, b) for a, b in zip(leaves, theirs)]
    return nest.pack_like(first, leaves)


def _kind(spec):
    return (type(spec), spec.dtype, getattr(spec, "ragged_rank", None))


def _general(a, b):
    return a if isinstance(a, DatasetSpec) else a.most_specific_common_supertype([b])


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
