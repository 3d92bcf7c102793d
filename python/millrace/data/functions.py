"""Functions of dataset elements, traced to functions of the runtime."""

import itertools

from millrace import _load
from millrace.framework import context, func_graph, nest
from millrace.framework.tensor import TensorSpec

_names = itertools.count()


class ElementFunction:
    """A traced function: its name, the tensors it captured, the structure it gives."""

    def __init__(self, name, captured, output_spec):
        self.name, self.captured, self.output_spec = name, captured, output_spec


def trace(function, element_spec):
    """Traces function(*element), or function(element) where the element is no tuple."""
    graph = context.building_graph()
    name = f"{getattr(function, '__name__', 'f').strip('<>')}_{next(_names)}"

    def args(body):
        placeholders = [
            body.add_input(s, f"arg{i}") for i, s in enumerate(nest.flatten(element_spec))
        ]
        element = nest.pack_like(element_spec, placeholders)
        unpacked = isinstance(element, tuple) and not nest.is_namedtuple(element)
        return element if unpacked else (element,)

    traced = func_graph.trace(function, args, name, graph)
    traced.add_to(graph._c if graph is not None else _load.native.eager_library(), name)
    spec = traced.pack([TensorSpec(t.shape, t.dtype) for t in traced.outputs])
    if isinstance(spec, list):
        spec = tuple(spec)
    return ElementFunction(name, [outer for outer, _ in traced.graph.captures], spec)
