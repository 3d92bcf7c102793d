"""ConcreteFunction: one trace of a function."""

import re

from millrace import dtypes
from millrace._load import public
from millrace.framework import context, func_graph, nest, py_functions, tape
from millrace.framework.argument_specs import (
    is_spec_of_several,
    named_specs,
    tensor_names,
    with_tensors,
)
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.function_arguments import fit
from millrace.framework.tensor import Tensor, TensorSpec


class ConcreteFunction:
    """One trace of a function: for arguments of these dtypes and shapes, and these other values.

    Args:
      python_function: is called with ((args, kwargs),), in which tensors are those of the graph.
      specs: of the tensors.
      structure: ((args, kwargs),) with anything in the places of the tensors.
      parameters: of the function that is traced.
      feeds: tensors that the arguments are in the call that makes the trace.
    """

    def __init__(self, python_function, specs, structure, kwargs, name, parameters, feeds=None):
        self._specs, self._structure, self._parameters = specs, structure, parameters
        self.name = func_graph.new_name(name)
        outer = context.building_graph()
        self._outer = outer
        ((positional, keywords),) = structure
        names = [
            n for i, a in enumerate(positional) for n in tensor_names(a, parameters.name_of(i))
        ]
        names += [n for k in nest.sorted_keys(keywords) for n in tensor_names(keywords[k], k)]
        self._names = [
            getattr(s, "name", None) or n or f"args_{i}"
            for i, (s, n) in enumerate(zip(specs, names))
        ]

        def args(graph):
            graph.feeds = feeds or [None] * len(specs)
            leaves = iter(graph.add_input(s, _node_name(n)) for s, n in zip(specs, self._names))
            return with_tensors(structure, leaves)

        self._traced = func_graph.trace(python_function, args, self.name, outer, kwargs)
        graph = self._traced.graph
        # The tensors of the call that made the trace need not live as long.
        graph.feeds = [None] * len(specs)
        self._structure = self._structure_of_specs()
        self._native = None
        if outer is None:
            self._native = self._traced.add_to_eager_library(self.name)
        else:
            self._traced.add_to(outer._c, self.name)
        self._captures = [t for t, _ in graph.captures]
        self._variables = [v for v in graph.variables_read.values() if v.trainable]
        self._handles = [v.handle for v in self._variables]
        self._stateful = graph.is_stateful

    @property
    def graph(self):
        return self._traced.graph

    @property
    def inputs(self):
        """The placeholders of the arguments, then those of what it captured."""
        return [*self.graph.inputs, *(inner for _, inner in self.graph.captures)]

    @property
    def outputs(self):
        """The tensors that it gives, flat."""
        return list(self._traced.outputs)

    @property
    def variables(self):
        """The variables that it uses."""
        return tuple(self._traced.graph.variables_read.values())

    @property
    def trainable_variables(self):
        return tuple(self._variables)

    @property
    def captured_inputs(self):
        return list(self._captures)

    @property
    def structured_input_signature(self):
        """(positional, keyword arguments) that it was traced for, with TensorSpecs for tensors."""
        ((args, kwargs),) = self._structure_of_specs()
        return tuple(args), kwargs

    def _structure_of_specs(self):
        return named_specs(self._structure, self._specs, self._names)

    @property
    def structured_outputs(self):
        return self._traced.pack(self._traced.outputs)

    output_shapes = property(
        lambda self: nest.map_structure(lambda t: t.shape, self.structured_outputs)
    )
    output_dtypes = property(
        lambda self: nest.map_structure(lambda t: t.dtype, self.structured_outputs)
    )

    @public
    def __call__(self, *args, **kwargs):
        """Calls it with flat tensors, or with arguments as it was traced for; tensors may go by
        their names, and what was no tensor can be left out. TypeError for others."""
        if not kwargs and len(args) == len(self._specs):
            if all(isinstance(a, Tensor) for a in args):
                return self.call_flat(*args)
            if not any(nest.is_nested(a) or hasattr(a, "handle") for a in args):
                return self.call_flat(*(_as(s, a) for s, a in zip(self._specs, args)))
        return self.call_flat(*self._tensors_of(args, kwargs))

    def _tensors_of(self, args, kwargs):
        ((specs, keywords),) = self._structure_of_specs()
        names = [self._parameters.name_of(i) for i in range(len(specs))]
        for name in names[: len(args)]:
            if name in kwargs:
                raise TypeError(f"{self.name}: multiple values for argument {name!r}")
        given = {**dict(zip(names, args)), **kwargs}
        wanted = {**dict(zip(names, specs)), **keywords}
        if len(args) > len(specs) or set(given) - set(wanted):
            raise TypeError(f"{self.name} takes {wanted}, got {args} and {kwargs}")
        tensors = []
        for name, spec in wanted.items():
            if name in given:
                fit(spec, given[name], name, tensors)
            elif any(
                isinstance(s, TensorSpec) or is_spec_of_several(s) for s in nest.flatten(spec)
            ):
                raise TypeError(f"{self.name} needs {name!r}, which is {spec}")
        return tensors

    def call_flat(self, *tensors):
        """Calls it with flat tensors."""
        graph = context.building_graph()
        if graph is None:
            if tape.open_tapes():
                tape.keep(self)
                self._native.watch(self._handles)
                for v in self._variables:
                    tape.note_read(v)
            return self._traced.pack(self._native.call([*tensors, *self._captures]))
        return self._call_in(graph, tensors)

    def _call_in(self, graph, tensors):
        if self._outer is not graph:
            self._traced.add_to(graph._c, self.name)
            py_functions.keep(graph, [*self._traced.graph._py_functions, self])
        for v in self._traced.graph.variables_read.values():
            if graph.is_function:
                graph.note_read(v)
            tape.note_read(v)
        inputs = [convert_to_tensor(t) for t in (*tensors, *self._captures)]
        attrs = {
            "f": self.name,
            "Tin": [t.dtype for t in inputs],
            "Tout": [t.dtype for t in self._traced.outputs],
        }
        op = "StatefulPartitionedCall" if self._stateful else "PartitionedCall"
        results = apply_op(op, (inputs,), attrs, self.name.strip("_"))
        results = results if isinstance(results, list) else []
        for tensor, inner in zip(results, self._traced.outputs):
            tensor.set_shape(inner.shape)
        return self._traced.pack(results)


def _as(spec, value):
    return value if isinstance(value, Tensor) else convert_to_tensor(value, spec.dtype)


def _node_name(name):
    """The name as one of an operation."""
    return re.sub(r"[^A-Za-z0-9_.\\/-]", "_", name).lstrip("_/-\\") or "arg"


class Like:
    """dtype, shape and what is known behind the handle of an argument."""

    name = None

    def __init__(self, tensor):
        self.dtype, self.shape = tensor.dtype, tensor.shape
        if tensor.dtype in (dtypes.resource, dtypes.variant):
            self._handle_data = lambda: func_graph._handle_data(tensor)
