"""Functions of dataset elements, traced to functions of the runtime."""

from millrace.data import variants
from millrace.data.elements import (
    DatasetSpec,
    ElementFunction,
    component_specs,
    map_leaves,
    pack,
    to_tensors,
)
from millrace.framework import context, func_graph, nest
from millrace.framework.ragged_tensor import RaggedTensor
from millrace.framework.sparse_tensor import SparseTensor
from millrace.framework.tensor import TensorSpec
from millrace.framework.type_spec import type_spec_from_value


def trace(function, *element_specs, rows=False):
    """Traces function(*element), or function(element) where the element is no tuple; of several
    structures function(element, ...), none of which is taken apart; of none function().

    rows: sparse and ragged results stand in it as their rows, one below the other."""
    from millrace.autograph.policy import converted

    graph = context.building_graph()
    name = func_graph.new_name(getattr(function, "__name__", "f"))
    function, found = converted(function), []

    def args(body):
        elements = []
        for spec in element_specs:
            parts = component_specs(spec)
            leaves = [body.add_input(s, f"arg{i}") for i, s in enumerate(parts)]
            elements.append(pack(spec, leaves))
        if len(elements) != 1:
            return tuple(elements)
        element = elements[0]
        unpacked = isinstance(element, tuple) and not nest.is_namedtuple(element)
        return element if unpacked else (element,)

    def call(*arguments):
        result = function(*arguments)
        if isinstance(result, list):
            result = tuple(result)
        return map_leaves(leaf, to_tensors(result))

    def leaf(value):
        from millrace.data.dataset import Dataset

        if isinstance(value, Dataset):
            found.append(DatasetSpec(value.element_spec))
            return value._variant
        if isinstance(value, (RaggedTensor, SparseTensor)):
            found.append(type_spec_from_value(value))
            encode = variants.encode_rows if rows else variants.encode
            return encode(found[-1], value)
        found.append(None)
        return value

    traced = func_graph.trace(call, args, name, graph)
    if graph is not None:
        traced.add_to(graph._c, name)
    else:
        traced.add_to_eager_library(name)
    kept = list(traced.graph._py_functions)
    specs = [s or TensorSpec(t.shape, t.dtype) for s, t in zip(found, traced.outputs)]
    spec = traced.pack(specs) if len(found) == len(traced.outputs) else ()
    captured = [outer for outer, _ in traced.graph.captures]
    return ElementFunction(name, captured, spec, kept)
