"""save: a SavedModel of functions that were traced where ops run at once."""

import inspect

from millrace._load import public
from millrace.framework import nest
from millrace.framework.convert import constant
from millrace.framework.dispatch import apply_op
from millrace.framework.function import ConcreteFunction, Function
from millrace.framework.graph import Graph
from millrace.framework.module import Module
from millrace.framework.tensor import Tensor
from millrace.framework.variable import Variable
from millrace.ops.array import placeholder, zeros
from millrace.saved_model.builder import Builder
from millrace.saved_model.signature import predict_signature_def
from millrace.session.session import Session

_DEFAULT = "serving_default"


@public
def save(obj, export_dir, signatures=None, options=None):
    """Writes a SavedModel for serving: a graph of the functions, with the variables that they read.

    Args:
      obj: a Module, whose variables get the names of its attributes' variables; its only function
        with an input_signature is the signature where `signatures` says nothing.
      export_dir: the folder; must not exist, or be empty.
      signatures: a function with an input_signature (or a trace of one), or {key: function}. What
        it gives is a tensor ("output_0"), several, or {name: tensor}.
    ValueError for a function without an input_signature.
    """
    functions = _traces(obj, signatures)
    values = _values(obj, functions)
    graph = Graph()
    with graph.as_default(), Session(graph=graph) as session:
        state = _State(values)
        made = {key: _signature(graph, f, names, state) for key, (f, names) in functions.items()}
        state.give_values(session)
        builder = Builder(export_dir)
        builder.add_meta_graph_and_variables(session, ["serve"], made, clear_devices=True)
        builder.save()


def _traces(obj, signatures):
    """{key: (trace, names of its arguments)}."""
    if signatures is None:
        found = [
            getattr(obj, name)
            for name, f in inspect.getmembers(type(obj))
            if isinstance(f, Function) and f._signature is not None
        ]
        if len(found) > 1:
            raise ValueError("the object has several functions: say which by `signatures`")
        if not found:
            raise ValueError("nothing to save: there is no function with an input_signature")
        signatures = found[0]
    if not isinstance(signatures, dict):
        signatures = {_DEFAULT: signatures}
    return {key: _trace(key, f) for key, f in signatures.items()}


def _trace(key, function):
    if isinstance(function, ConcreteFunction):
        names = [getattr(s, "name", None) for s in function._specs]
        return function, [n or f"args_{i}" for i, n in enumerate(names)]
    if not isinstance(function, Function) or function._signature is None:
        raise ValueError(f"the signature {key!r} must be a function with an input_signature")
    parameters = [
        p.name
        for p in inspect.signature(function._python_function).parameters.values()
        if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    ]
    names = []
    for i, spec in enumerate(function._signature):
        own = parameters[-len(function._signature) :][i] if i < len(parameters) else f"args_{i}"
        names.append(spec.name or own)
    return function.get_concrete_function(), names


def _values(obj, functions):
    """[(variable, its value)] of the object and of what the functions read, each once."""
    found = list(obj.variables) if isinstance(obj, Module) else []
    for trace, _ in functions.values():
        found.extend(trace.graph.variables_read.values())
    return [(v, v.numpy()) for v in {id(v): v for v in found}.values()]


class _State:
    """Variables of the new graph in the places of those outside."""

    def __init__(self, values):
        self._inside = {
            id(v.handle): (value, self._made_for(v)) for v, value in values
        }  # id of a handle outside -> (value, variable of the graph)

    @staticmethod
    def _made_for(v):
        shape, dtype = v.shape.as_list(), v.dtype
        return Variable(lambda: zeros(shape, dtype), trainable=v.trainable, name=v._name)

    def tensor(self, captured):
        """What a captured tensor is in the new graph."""
        if id(captured) in self._inside:
            return self._inside[id(captured)][1].handle
        if captured.dtype.name in ("resource", "variant"):
            raise ValueError("a function to be saved may use variables, but no other resources")
        return constant(captured.numpy(), captured.dtype)

    def give_values(self, session):
        for value, inside in self._inside.values():
            session.run(inside.initializer, {inside.initializer.inputs[1]: value})


def _signature(graph, trace, names, state):
    """The signature of a call of the trace in the graph."""
    inputs = {n: placeholder(s.dtype, s.shape, n) for n, s in zip(names, trace._specs)}
    arguments = [*inputs.values(), *(state.tensor(t) for t in trace._captures)]
    trace._traced.add_to(graph._c, trace.name)
    attrs = {
        "f": trace.name,
        "Tin": [t.dtype for t in arguments],
        "Tout": [t.dtype for t in trace._traced.outputs],
    }
    op = "StatefulPartitionedCall" if trace._stateful else "PartitionedCall"
    results = apply_op(op, (arguments,), attrs, trace.name)
    for tensor, inner in zip(results, trace._traced.outputs):
        tensor.set_shape(inner.shape)
    return predict_signature_def(inputs, _named(trace._traced.pack(results)))


def _named(outputs):
    if isinstance(outputs, dict):
        return dict(outputs)
    leaves = [t for t in nest.flatten(outputs) if isinstance(t, Tensor)]
    return {f"output_{i}": t for i, t in enumerate(leaves)}
