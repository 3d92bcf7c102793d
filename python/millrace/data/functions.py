"""Functions of dataset elements, traced to functions of the runtime."""

from millrace import _load
from millrace.data.elements import DatasetSpec, ElementFunction, pack
from millrace.framework import context, func_graph, nest
from millrace.framework.tensor import TensorSpec


def _spec_of(value):
    from millrace.data.dataset import Dataset

    if isinstance(value, Dataset):
        return DatasetSpec(value.element_spec)
    return None


def trace(function, *element_specs):
    """Traces function(*element), or function(element) where the element is no tuple; of several
    structures function(element, ...), none of which is taken apart; of none function()."""
    from millrace.autograph.policy import converted

    graph = context.building_graph()
    name = func_graph.new_name(getattr(function, "__name__", "f"))
    function, found = converted(function), []

    def args(body):
        elements = []
        for spec in element_specs:
            leaves = [body.add_input(s, f"arg{i}") for i, s in enumerate(nest.flatten(spec))]
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
        result = _lists_to_tensors(result)
        leaves = nest.flatten(result)
        found.extend(_spec_of(leaf) for leaf in leaves)
        from millrace.data.dataset import Dataset

        return nest.pack_like(result, [v._variant if isinstance(v, Dataset) else v for v in leaves])

    traced = func_graph.trace(call, args, name, graph)
    traced.add_to(graph._c if graph is not None else _load.native.eager_library(), name)
    specs = [s or TensorSpec(t.shape, t.dtype) for s, t in zip(found, traced.outputs)]
    spec = traced.pack(specs) if len(found) == len(traced.outputs) else ()
    captured = [outer for outer, _ in traced.graph.captures]
    return ElementFunction(name, captured, spec, list(traced.graph._py_functions))


def _lists_to_tensors(result):
    from millrace.data.elements import to_tensors

    return to_tensors(result)
